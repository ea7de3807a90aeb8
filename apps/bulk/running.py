"""A bulk change from its start to its end, and back: batch after batch, each a transaction (BEY-14)."""

from datetime import datetime

from django.db import transaction

from apps.lists.kinds import kind_of
from apps.segments import counting
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict

from .actions import Action, Scene, action_of
from .choosing import Choice, meant
from .models import BulkChange, Former

BATCH = 1_000


@transaction.atomic
def begin(workspace: Workspace, choice: Choice, action: Action, form: object, *, by: Hand, now: datetime) -> BulkChange:
    """Start an action on the records chosen. Raises Problem."""
    scene = Scene(workspace, choice.kind.model, by, now)
    params = action.params(scene, form)
    kept = choice.keep()
    job = BulkChange.objects.create(
        workspace=workspace,
        by_id=by.teammate_id,
        hand=by.name[:120],
        ip=by.ip,
        about=choice.kind.about,
        action=action.slug,
        params=params,
        title=action.title(params)[:500],
        total=len(kept["chosen"]) if "chosen" in kept else counting.quick(choice.records).number,
        created_at=now,
        **kept,
    )
    job.wake()
    return job


@transaction.atomic
def undo(change: BulkChange, *, by: Hand, now: datetime) -> BulkChange:
    """Start putting everything back that a change did. Raises Conflict where that cannot be (any more)."""
    change = BulkChange.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=change.pk)
    if not change.can_be_undone(now):
        raise Conflict("This change can no longer be undone.")
    job = BulkChange.objects.create(
        workspace=change.workspace,
        by_id=by.teammate_id,
        hand=by.name[:120],
        ip=by.ip,
        about=change.about,
        action=change.action,
        params=change.params,
        title=f"Undo: {change.title}"[:500],
        undoes=change,
        total=change.changed,
        created_at=now,
    )
    job.wake()
    return job


def step(job: BulkChange, now: datetime) -> bool:
    """The next batch; False when nothing is left."""
    scene = Scene(job.workspace, kind_of(job.about).model, _hand(job), now)
    return _put_back(job, scene) if job.undoes_id else _do(job, scene)


def _do(job: BulkChange, scene: Scene) -> bool:
    pks = list(meant(job).filter(pk__gt=job.cursor).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not pks:
        close(job, scene.now)
        return False
    outcome = action_of(job.action).do(scene, job.params, pks)
    Former.objects.bulk_create(
        Former(workspace=job.workspace, change=job, about=job.about, record_id=pk, was=was)
        for pk, was in outcome.formers.items()
    )
    job.cursor = pks[-1]
    job.done += len(pks)
    job.total = max(job.total, job.done)
    job.changed += len(outcome.formers)
    job.refused += outcome.refused
    job.refusal = job.refusal or outcome.refusal[:500]
    return True


def _put_back(job: BulkChange, scene: Scene) -> bool:
    formers = list(Former.objects.filter(change=job.undoes_id, pk__gt=job.cursor).order_by("pk")[:BATCH])
    if not formers:
        close(job, scene.now)
        return False
    was = {former.record_id: former.was for former in formers}
    put_back = action_of(job.action).undo(scene, job.params, was)
    Former.objects.filter(pk__in=[former.pk for former in formers]).delete()
    job.cursor = formers[-1].pk
    job.done += len(formers)
    job.changed += len(put_back)
    job.refused += len(formers) - len(put_back)
    return True


def close(job: BulkChange, now: datetime) -> None:
    """Say in the activity log what a job came to, however it ended (AUD-01)."""
    action = action_of(job.action)
    number = "changed" if job.undoes_id else action.counted_as
    record(
        Activity.BULK_UNDO if job.undoes_id else action.activity,
        workspace=job.workspace,
        by=_hand(job),
        now=now,
        job=job.pk,
        about=job.about,
        what=job.title,
        refused=job.refused,
        **{number: job.changed},
    )


def _hand(job: BulkChange) -> Hand:
    return Hand(name=job.hand, teammate_id=job.by_id, ip=job.ip)
