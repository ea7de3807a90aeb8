"""Merging many pairs at once, a few in every step, and telling them apart again (BEY-08)."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from apps.people import merging, parting
from apps.people.models import Merge
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.notifying import notify
from apps.workspace.problems import Conflict, Missing, Problem

from . import looking
from .choosing import Planned, said_to_be_two
from .models import UNDO_FOR, BulkMerge, Part

AT_ONCE = 10  # merges in one transaction: each holds two people until it ends
LOOK_AFTER = 500  # of so many merges the pairs are cleared at once, or each page of the queue would go through them
NAMED = 3  # bulk merges that the queue names
Outcome = Part.Outcome


def lately(workspace: Workspace, now: datetime) -> list[BulkMerge]:
    """The last bulk merges that can still be undone, or were undone so short a time ago."""
    recent = BulkMerge.objects.filter(workspace=workspace, undoes=None, created_at__gt=now - UNDO_FOR)
    return list(recent.select_related("workspace", "by", "undoing").order_by("-pk")[:NAMED])


@transaction.atomic
def begin(workspace: Workspace, planned: Iterable[Planned], *, by: Hand, now: datetime) -> BulkMerge:
    """Start what a preview said. Raises Conflict where there is nothing to merge."""
    meant = [(one.gone, one.kept) for one in planned if not one.reason]
    if not meant:
        raise Conflict("Nobody of these can be merged. Choose pairs in which at least one is a user.")
    job = _make(workspace, by, now, total=len(meant))
    Part.objects.bulk_create(Part(workspace=workspace, job=job, gone=gone, kept=kept) for gone, kept in meant)
    return job


@transaction.atomic
def undo(job: BulkMerge, *, by: Hand, now: datetime) -> BulkMerge:
    """Start telling everybody apart again whom a job merged. Raises Conflict where that cannot be (any more)."""
    job = BulkMerge.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=job.pk)
    if not job.can_be_undone(now):
        raise Conflict("These merges can no longer be undone together.")
    return _make(job.workspace, by, now, undoes=job, total=job.parts.filter(outcome=Outcome.MERGED).count())


def _make(workspace: Workspace, by: Hand, now: datetime, **more: object) -> BulkMerge:
    told = {"by_id": by.teammate_id, "hand": by.name[:120], "ip": by.ip, "created_at": now}
    job = BulkMerge.objects.create(workspace=workspace, **told, **more)
    job.wake()
    return job


def step(job: BulkMerge, now: datetime) -> bool:
    """The next few; False when nothing is left."""
    work, left = (_part, _to_part(job)) if job.undoes_id else (_merge, _to_merge(job))
    parts = list(left.select_related("gone", "kept")[:AT_ONCE])
    if not parts:
        close(job, now)
        return False
    for part in parts:
        part.gone.workspace = part.kept.workspace = job.workspace
        _try(job, part, work, now)
    job.done += len(parts)
    return True


def _to_merge(job: BulkMerge) -> QuerySet[Part]:
    return Part.objects.filter(job=job, outcome=Outcome.WAITING).order_by("pk")


def _to_part(job: BulkMerge) -> QuerySet[Part]:
    """The last one first: who was merged later must be gone again before. `cursor` is the last that was tried."""
    merged = Part.objects.filter(job=job.undoes_id, outcome=Outcome.MERGED).order_by("-pk")
    return merged.filter(pk__lt=job.cursor) if job.cursor else merged


def _try(job: BulkMerge, part: Part, work: Callable[[BulkMerge, Part, datetime], None], now: datetime) -> None:
    try:
        with transaction.atomic():
            work(job, part, now)
    except Problem as problem:
        if not job.undoes_id:
            part.outcome = Outcome.REFUSED
        part.reason = problem.message[:500]
        job.refused += 1
    else:
        job.changed += 1
    part.save()
    job.cursor = part.pk


def _merge(job: BulkMerge, part: Part, now: datetime) -> None:
    if said_to_be_two(job.workspace, part.gone, part.kept):
        raise Conflict(f"{part.gone.label} and {part.kept.label} were said to be two meanwhile.")
    merging.merge_by_hand(part.gone, part.kept, by=_hand(job), now=now)
    part.merge_id = Merge.objects.get(lead=part.gone_id).pk
    part.outcome, part.reason = Outcome.MERGED, ""


def _part(job: BulkMerge, part: Part, now: datetime) -> None:
    merges = Merge.objects.filter(workspace=job.workspace, pk=part.merge_id or 0)
    merge = merges.select_related("lead__merged_into").first()
    if merge is None:
        raise Missing("This merge was undone already.")
    merge.workspace = merge.lead.workspace = merge.kept.workspace = job.workspace
    parting.undo(merge, by=_hand(job), now=now)
    part.outcome, part.reason = Outcome.PARTED, ""


def close(job: BulkMerge, now: datetime) -> None:
    """Say in the activity log, and to who began it, what it came to, however it ended (AUD-01)."""
    activity = Activity.BULK_MERGE_UNDO if job.undoes_id else Activity.BULK_MERGE
    numbers = {"count": job.changed, "refused": job.refused}
    record(activity, workspace=job.workspace, by=_hand(job), now=now, job=job.pk, **numbers)
    if job.changed >= LOOK_AFTER:
        looking.begin(job.workspace, now=now)
    notify(job.by_id, workspace=job.workspace, message=_news(job), url=job.page(), now=now)


def _news(job: BulkMerge) -> str:
    done = f"{job.changed:,} of {job.total:,} merges {'undone' if job.undoes_id else 'done'}"
    return f"Duplicates: {done}." if job.changed == job.total else f"Duplicates: {done}; see why not all."


def _hand(job: BulkMerge) -> Hand:
    return Hand(name=job.hand, teammate_id=job.by_id, ip=job.ip)
