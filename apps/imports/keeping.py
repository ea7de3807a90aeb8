"""How long what an import needs is kept: the file until it is imported, the values to undo it with for seven days, the
report of its rows for ninety."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.workspace.jobs import UNDER_WAY

from . import running
from .models import ENDED, UNDO_FOR, Import, ImportRow, ImportRun, Purpose, Stage

UPLOADS_FOR = timedelta(days=2)
REPORTS_FOR = timedelta(days=90)
BATCH = 10_000


def let_go(now: datetime) -> None:
    """A batch at a time, so that nothing waits long for it."""
    discard(Import.objects.exclude(file="").exclude(stage=Stage.RUN).filter(created_at__lt=now - UPLOADS_FOR))
    _delete(_past_previews())
    _delete(ImportRun.objects.filter(purpose__in=[Purpose.RUN, Purpose.UNDO], finished_at__lt=now - REPORTS_FOR))
    _forget_changes(now)


def discard(uploads: QuerySet[Import]) -> None:
    """Let files go that will not be imported, with what was previewed of them."""
    for upload in uploads.select_related("workspace"):
        with transaction.atomic():
            for run in upload.runs.exclude(state__in=ENDED):
                run.cancel()
            running.let_file_go(upload)
            Import.objects.filter(pk=upload.pk).update(stage=Stage.DISCARDED)


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
    past = ImportRun.objects.filter(purpose=Purpose.RUN, finished_at__lt=now - UNDO_FOR)
    for pk in list(past.values_list("pk", flat=True)):
        rows = ImportRow.objects.filter(run=pk, changes__isnull=False)
        while rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).update(changes=None):
            pass
