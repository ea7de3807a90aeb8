"""What goes on with an attribute, or went on lately: a change of its type, or the renaming of an option, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from apps.workspace.jobs import Job, JobState

from .kinds import KINDS
from .models import Attribute, OptionRename, Phase, TypeChange
from .settling import blockers

SAID_FOR = timedelta(days=1)  # how long the list speaks of what was stopped or failed
PHASES = {
    Phase.SETTLING: "Waiting for writes that began before",
    Phase.COPYING: "Converting",
    Phase.NOTING: "Noting in the history what was cleared",
}


@dataclass(frozen=True)
class Work:
    """A job of one attribute, as its row tells it."""

    job: Job
    title: str
    stage: str
    swapped: bool = False  # the new type is seen already
    undo_until: datetime | None = None

    @property
    def under_way(self) -> bool:
        return self.job.is_under_way

    @property
    def can_stop(self) -> bool:
        return self.job.state in (JobState.WAITING, JobState.RUNNING) and not self.swapped

    @property
    def failed(self) -> bool:
        return self.job.state == JobState.FAILED


def works_of(attributes: Sequence[Attribute], now: datetime) -> dict[int, Work]:
    """What is to be said of each attribute, if anything: two queries, and one for each job that waits for writers."""
    owners = {attribute.pk: attribute for attribute in attributes}
    found: dict[int, Work] = {}
    for rename in _newest(OptionRename.objects.filter(attribute__in=owners), now):
        if rename.state != JobState.DONE:
            found[rename.attribute_id] = _rename_work(rename)
    for change in _newest(TypeChange.objects.filter(attribute__in=owners), now):
        work = _change_work(change, owners[change.attribute_id], now)
        present = found.get(change.attribute_id)
        if work and not (present and present.under_way):
            found[change.attribute_id] = work
    return found


def _newest(jobs: QuerySet, now: datetime) -> Iterable:
    open_or_new = Q(finished_at=None) | Q(finished_at__gt=now - SAID_FOR)
    if jobs.model is TypeChange:
        open_or_new |= Q(undo_until__gt=now)
    return jobs.filter(open_or_new).order_by("attribute", "-id").distinct("attribute").select_related("by")


def work_of(attribute: Attribute, now: datetime) -> Work | None:
    return works_of([attribute], now).get(attribute.pk)


# ---- a change of type ------------------------------------------------------------------------------------------------


def undoable(change: TypeChange, attribute: Attribute, now: datetime) -> bool:
    """Whether the change can be undone, and the attribute still fills the column that it would go back to."""
    return change.can_be_undone(now) and attribute.shadow_column == change.from_column


def _change_work(change: TypeChange, attribute: Attribute, now: datetime) -> Work | None:
    before, after = KINDS[change.from_kind].label, KINDS[change.to_kind].label
    if change.undone_at:
        return None
    if change.swapped_at:
        until = change.undo_until if undoable(change, attribute, now) else None
        by = f" by {change.by}" if change.by else ""
        title = f"Changed from {before} to {after}{by}: {change.converted:,} converted, {change.cleared:,} cleared."
        return Work(change, title, PHASES[Phase.NOTING], swapped=True, undo_until=until) if until else None
    waiting = _waiting(change) if change.phase == Phase.SETTLING else ""
    return Work(change, _unfinished(change, before, after), _stage(change, waiting or PHASES[Phase(change.phase)]))


def _unfinished(change: TypeChange, before: str, after: str) -> str:
    if change.state == JobState.CANCELLED:
        return f"The change from {before} to {after} was stopped. Every value is what it was."
    if change.state == JobState.FAILED:
        return f"The change from {before} to {after} failed, and every value is what it was. {change.error}"
    return f"Changing from {before} to {after}. Until it is done, everybody sees {before}."


# ---- the renaming of an option ---------------------------------------------------------------------------------------


def _rename_work(rename: OptionRename) -> Work:
    if rename.state == JobState.CANCELLED:
        title = f"Renaming “{rename.old}” to “{rename.new}” was stopped: the values that are left keep “{rename.old}”."
    elif rename.state == JobState.FAILED:
        title = f"Renaming “{rename.old}” to “{rename.new}” failed; some values keep “{rename.old}”. {rename.error}"
    else:
        title = f"Renaming the values “{rename.old}” to “{rename.new}”."
    waiting = "" if rename.done else _waiting(rename)
    return Work(rename, title, _stage(rename, waiting or "Renaming"))


def _waiting(job: TypeChange | OptionRename) -> str:
    """Whom a job waits for, while it does: somebody may want to end that transaction."""
    waited_for = blockers(job.settled_from) if job.is_under_way else []
    if not waited_for:
        return ""
    others = f", and {len(waited_for) - 1} more" if len(waited_for) > 1 else ""
    return f"Waiting for {waited_for[0]}{others}"


def _stage(job: Job, doing: str) -> str:
    if job.state == JobState.WAITING:
        return "Waiting for a worker"
    if job.state == JobState.CANCELLING:
        return "Stopping"
    return f"{doing}: {job.done:,} of {job.total:,}" if job.done else doing
