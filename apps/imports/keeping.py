"""How long what an import needs is kept: the file until it is imported, the values to undo it with for seven days, the
report of its rows for ninety."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from apps.workspace.jobs import UNDER_WAY
from apps.workspace.notifying import notify
from apps.workspace.problems import Conflict

from . import holding, running
from .models import ENDED, LONGEST_WHY, UNDO_FOR, Import, ImportRow, ImportRun, Purpose, Stage

UPLOADS_FOR = timedelta(days=2)
REPORTS_FOR = timedelta(days=90)
BATCH = 10_000
READERS = (Purpose.READ, Purpose.PREVIEW, Purpose.RUN)  # an undoing reads no file
FORGOTTEN = "It was kept for 2 days."


def let_go(now: datetime) -> None:
    """A batch at a time, so that nothing waits long for it."""
    forgotten = Import.objects.exclude(file="").exclude(stage__in=(Stage.RUN, Stage.DISCARDED))
    for upload in forgotten.filter(created_at__lt=now - UPLOADS_FOR):
        with suppress(Conflict):  # begun at this very moment
            discard(upload, FORGOTTEN)
    _delete(_past_previews())
    _delete(ImportRun.objects.filter(purpose__in=[Purpose.RUN, Purpose.UNDO], finished_at__lt=now - REPORTS_FOR))
    _forget_changes(now)


def discard(upload: Import, why: str) -> None:
    """Let a file go that will not be imported, with what was previewed of it. Raises Conflict where it was."""
    with holding.held(upload) as upload:
        for run in upload.runs.filter(state__in=UNDER_WAY):
            run.cancel()
        running.let_file_go(upload)
        Import.objects.filter(pk=upload.pk).update(stage=Stage.DISCARDED, gone_why=why[:LONGEST_WHY])


@transaction.atomic
def take_away(upload: Import, why: str, now: datetime) -> bool:
    """Let a file go whatever becomes of it just now, and tell whoever waits for it why (DEL-03).

    An import that is under way stops after its present rows; what it did stays, and can be undone. False where the file
    is gone already: it was imported or deleted while it was looked through.
    """
    upload = holding.locked(upload)
    if not upload.file:
        return False
    for run in upload.runs.filter(purpose__in=READERS, state__in=UNDER_WAY):
        run.cancel()
    was_waiting = upload.stage != Stage.RUN
    running.let_file_go(upload)
    stage = Stage.DISCARDED if was_waiting else Stage.RUN
    Import.objects.filter(pk=upload.pk).update(stage=stage, gone_why=why)
    if was_waiting:  # else the import itself tells how it ended
        message = f"A file that you uploaded was deleted before it was imported. {why}"
        notify(upload.by_id, workspace=upload.workspace, message=message, url=_page(upload), now=now)
    return True


def _page(upload: Import) -> str:
    return reverse("imports:import", args=[upload.workspace.app_id, upload.pk])


def _past_previews() -> QuerySet[ImportRun]:
    """Previews of what was imported or discarded, and those that a later one took the place of."""
    previews = ImportRun.objects.filter(purpose=Purpose.PREVIEW).exclude(state__in=UNDER_WAY)
    later = ImportRun.objects.filter(upload=OuterRef("upload"), purpose=Purpose.PREVIEW, pk__gt=OuterRef("pk"))
    ended = Q(upload__stage=Stage.DISCARDED) | Q(upload__runs__purpose=Purpose.RUN, upload__runs__state__in=ENDED)
    return previews.filter(ended | Exists(later))


def _delete(runs: QuerySet[ImportRun]) -> None:
    for pk in list(runs.values_list("pk", flat=True)):
        rows = ImportRow.objects.filter(run=pk)
        while rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0]:
            pass


def _forget_changes(now: datetime) -> None:
    """What undoing would put back, once it cannot be undone any more."""
    undoing = ImportRun.objects.filter(upload=OuterRef("upload"), purpose=Purpose.UNDO, state__in=UNDER_WAY)
    past = ImportRun.objects.filter(~Exists(undoing), purpose=Purpose.RUN, finished_at__lt=now - UNDO_FOR)
    for pk in list(past.values_list("pk", flat=True)):
        rows = ImportRow.objects.filter(run=pk, changes__isnull=False)
        while rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).update(changes=None):
            pass
