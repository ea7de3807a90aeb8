"""An export from its beginning to its end: stretch after stretch of keys, each a transaction (EXP-01, EXP-05)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.bulk.choosing import Choice, meant
from apps.lists.kinds import kind_of
from apps.segments import counting
from apps.segments.comparisons import Moment
from apps.segments.wording import said
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.notifying import notify

from . import columns, writing
from .columns import Column
from .keeping import appending, let_go
from .models import KEPT_FOR, Export, Extent, private_path
from .writing import Stretch

STRETCH = 20_000  # records that one step looks at
LONGEST_TITLE = 500


@transaction.atomic
def begin(
    workspace: Workspace, choice: Choice, extent: Extent, shown: Sequence[str], *, by: Hand, now: datetime
) -> Export:
    """Start writing the records chosen into a file. `shown`: the addresses of the columns that the list shows."""
    moment = Moment(now, workspace.zone)
    kept = choice.keep()
    job = Export(
        workspace=workspace,
        by_id=by.teammate_id,
        hand=by.name[:120],
        ip=by.ip,
        about=choice.kind.about,
        title=_title(choice)[:LONGEST_TITLE],
        extent=extent,
        columns=[column.known_by for column in _chosen(workspace, choice, extent, shown, moment)],
        zone=workspace.timezone,
        total=len(kept["chosen"]) if "chosen" in kept else counting.quick(choice.records).number,
        created_at=now,
        expires_at=now + KEPT_FOR,
        **kept,
    )
    job.file.name = private_path(job, "")
    job.save()
    job.wake()
    return job


def _chosen(workspace: Workspace, choice: Choice, extent: Extent, shown: Sequence[str], moment: Moment) -> list[Column]:
    if extent == Extent.ALL:
        return columns.every(workspace, choice.kind, moment)
    return columns.displayed(workspace, choice.kind, shown, moment)


def _title(choice: Choice) -> str:
    """Whom it is meant for, in words: "All users: Plan is pro"."""
    asked = choice.asked
    if not choice.everybody:
        number = choice.records.count()
        return f"{number:,} {choice.kind.noun if number == 1 else choice.kind.plural} selected"
    own = choice.kind.home_title if asked.standing.slug == choice.kind.home else ""
    words = said(asked.workspace, choice.kind.about, asked.filter) if asked.is_edited else ""
    search = f"search “{asked.search}”" if asked.search else ""
    more = ", ".join(filter(None, [words, search]))
    name = own or asked.standing.name
    return f"{name}: {more}" if more else name


def step(job: Export, now: datetime) -> bool:
    """Write the next stretch; False when nobody is left."""
    moment = Moment(job.created_at, job.workspace.zone)
    until = _until(job)
    found = columns.again(job.workspace, kind_of(job.about), job.columns, moment)
    with appending(job) as file:
        if not job.size:
            file.write(writing.header(found, job.created_at.astimezone(ZoneInfo(job.zone))))
        stretch = Stretch(job.workspace, job.about, meant(job), job.cursor, until)
        job.done += writing.write(file, found, stretch, job.zone)
    job.cursor = until
    job.total = max(job.total, job.done)
    if until < job.last_pk:
        return True
    _finish(job, now)
    return False


def _until(job: Export) -> int:
    """The key at which a stretch ends. Few are looked for at once, and not among all that there are."""
    if job.chosen is not None or job.total <= STRETCH:
        return job.last_pk
    model = kind_of(job.about).model
    keys = model._default_manager.filter(workspace=job.workspace, pk__gt=job.cursor, pk__lt=job.last_pk).order_by("pk")
    return keys.values_list("pk", flat=True)[STRETCH - 1 : STRETCH].first() or job.last_pk


def break_off(job: Export, now: datetime) -> None:
    """Leave no half of a file; whoever waits is told where it is not they who stopped it."""
    let_go(job, "It was not finished.", now)
    if job.error:
        message = f"The export of {job.title} could not be finished"
        notify(job.by_id, workspace=job.workspace, message=message, url=job.page(), now=now)


def _finish(job: Export, now: datetime) -> None:
    """Forget what decided who is in it, write it into the activity log, and tell whoever waits."""
    job.total = job.done
    hand = Hand(name=job.hand, teammate_id=job.by_id, ip=job.ip)
    told = {"export": job.pk, "about": job.about, "filter": job.title, "rows": job.done, "columns": job.extent}
    record(Activity.BULK_EXPORT, workspace=job.workspace, by=hand, now=now, **told)
    job.filter, job.segments, job.search = None, {}, ""
    notify(
        job.by_id,
        workspace=job.workspace,
        message=f"The export of {job.title} is ready: {job.done:,} {'row' if job.done == 1 else 'rows'}",
        url=job.page(),
        now=now,
    )
