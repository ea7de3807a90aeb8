"""The only writer of events (EVT-01…05, EVT-11). One path, and it takes a list: a tracked click is a batch of one.

Whatever its size, a batch costs two statements: its names are looked up, and one statement holds the people, adds the
occurrences that are new and counts exactly those into the summaries. A name that is met for the first time, and the
note of the minute in which an event came last, cost a few more.

No two batches wait for each other in a ring: names are made before anything else and under a lock of their own, people
are held in the order of their keys and against nothing but their destruction, occurrences and summaries are written in
the order of person and name. So a transaction records once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction

from apps.attributes.kinds import KINDS, Setting
from apps.attributes.reports import Reason, Refusal
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor

from .metadata import cleaned
from .models import EventName
from .naming import checked_name

A_MINUTE = timedelta(minutes=1)

Key = tuple[int, str, int]  # person, name, second


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Somebody did something: clean, as `occurrence` makes it of what a door was sent."""

    person_pk: int
    name: str
    at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", self.at.replace(microsecond=0))  # DATE-01

    @property
    def second(self) -> int:
        return int(self.at.timestamp())

    @property
    def key(self) -> Key:
        """What makes two of them the same (EVT-04)."""
        return self.person_pk, self.name, self.second


class Outcome(StrEnum):
    """What became of an occurrence."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    NOBODY = "nobody"
    ARCHIVED = "archived"
    LIMIT = "limit"

    @property
    def accepted(self) -> bool:
        """Whether the sender is told that all is well: a duplicate is none of their worries (EVT-04)."""
        return self in (Outcome.RECORDED, Outcome.DUPLICATE)

    @property
    def message(self) -> str:
        """Why it was refused, in words that read on after the event's name; empty where it was not."""
        return {
            Outcome.NOBODY: "was sent for somebody who is not in this workspace",
            Outcome.ARCHIVED: "is archived; unarchive it in Settings → Events to record it again",
            Outcome.LIMIT: f"is new, and the workspace has {settings.EVENT_NAME_LIMIT} events in use; "
            "archive one that is no longer needed in Settings → Events",
        }.get(self, "")


def occurrence(
    workspace: Workspace, person_pk: int, name: Any, at: Any, metadata: Any = None, *, source: Source
) -> Occurrence:
    """Clean what a door was sent. Raises Refusal: its message reads on after "event_name" or "created_at".

    Metadata never refuses an event: what of it cannot be kept is left out (EVT-06).
    """
    checked = checked_name(name)
    if at is None or at == "":
        raise Refusal(Reason.INVALID, "is missing; send when it happened, as unix time in seconds")
    moment = KINDS["date"].clean(at, Setting(source, workspace.zone))
    return Occurrence(person_pk, checked, moment, cleaned(metadata, source, workspace.zone).kept)


@transaction.atomic(savepoint=False)
def record(
    workspace: Workspace, occurrences: Sequence[Occurrence], *, source: Source, by: Hand, now: datetime
) -> list[Outcome]:
    """Add what is new to the timelines and count it. Returns what became of each, in order.

    The same twice in one batch counts once; of the two the first is kept.
    """
    if not occurrences:
        return []
    known = known_names(workspace, occurrences, now)
    nameable = [one for one in occurrences if one.name in known and known[one.name].is_open]
    present, added = _store(workspace, nameable, known, source, by, now)
    _note_receipt({known[name] for _, name, _ in added}, now)
    return [_outcome(one, known.get(one.name), present, added) for one in occurrences]


def _outcome(one: Occurrence, name: "Known | None", present: set[int], added: set[Key]) -> Outcome:
    if name is None:
        return Outcome.NOBODY  # a name is made for somebody who is there, or not at all
    if not name.is_open:
        return Outcome.LIMIT if name.pk is None else Outcome.ARCHIVED
    if one.key in added:
        added.remove(one.key)  # the next one is its duplicate
        return Outcome.RECORDED
    return Outcome.DUPLICATE if one.person_pk in present else Outcome.NOBODY


# ---- names -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """A name as this batch finds it; without a key where the workspace has no room for it."""

    pk: int | None
    is_archived: bool = False
    received_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.pk is not None and not self.is_archived


LOOK_UP = """
    SELECT name, id, archived_at IS NOT NULL, received_at FROM events_eventname
    WHERE workspace_id = %s AND name = ANY(%s::text[])
"""


def known_names(workspace: Workspace, occurrences: Sequence[Occurrence], now: datetime) -> dict[str, Known]:
    """The names that are sent; those that nobody sent before are made, for people who are there."""
    names = list(dict.fromkeys(one.name for one in occurrences))
    known = _look_up(workspace, names)
    if len(known) == len(names):
        return known
    return known | _made(workspace, [one for one in occurrences if one.name not in known], now)


def _look_up(workspace: Workspace, names: list[str]) -> dict[str, Known]:
    with prepared_cursor() as cursor:
        cursor.execute(LOOK_UP, [workspace.pk, names])
        return {name: Known(*rest) for name, *rest in cursor.fetchall()}


def _made(workspace: Workspace, occurrences: Sequence[Occurrence], now: datetime) -> dict[str, Known]:
    """Names that nobody sent before, made as long as there is room (EVT-05); only for people who are there."""
    pks = {one.person_pk for one in occurrences}
    present = set(Person.objects.of(workspace).filter(pk__in=pks).values_list("pk", flat=True))
    wanted = list(dict.fromkeys(one.name for one in occurrences if one.person_pk in present))
    if not wanted:
        return {}
    lock_names(workspace)
    known = _look_up(workspace, wanted)  # somebody may have made them while this waited
    fitting = [name for name in wanted if name not in known][: room(workspace)]
    made = EventName.objects.bulk_create(
        EventName(workspace=workspace, name=name, created_at=now, received_at=now) for name in fitting
    )
    known |= {name.name: Known(name.pk, received_at=now) for name in made}
    return {name: known.get(name, Known(None)) for name in wanted}


def lock_names(workspace: Workspace) -> None:
    """One at a time where active names are counted: whoever makes or unarchives some."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"event names of {workspace.pk}"])


def in_use(workspace: Workspace) -> int:
    """How many names count against the limit: archived ones do not (EVT-05)."""
    return EventName.objects.filter(workspace=workspace, archived_at=None).count()


def room(workspace: Workspace) -> int:
    """How many more names the workspace may have in use. Lock the names before."""
    return max(0, settings.EVENT_NAME_LIMIT - in_use(workspace))


NOTE = """
    WITH due AS (
        SELECT id FROM events_eventname WHERE id = ANY(%s) AND (received_at IS NULL OR received_at < %s)
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE events_eventname AS name SET received_at = %s FROM due WHERE name.id = due.id
"""


def _note_receipt(names: Iterable[Known], now: datetime) -> None:
    """When an event came last, to the minute: a row that every click writes would have all clicks wait in a line."""
    due = [name.pk for name in names if name.received_at is None or name.received_at < now - A_MINUTE]
    if due:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [due, now - A_MINUTE, now])


# ---- storing ---------------------------------------------------------------------------------------------------------

# Nothing here is joined: the planner cannot know how many rows were sent, and would compare each with each. (`IS TRUE`
# keeps it from making a join of what is looked up.)
STORE = """
    WITH present AS (
        SELECT id FROM people_person WHERE workspace_id = %s AND id = ANY(%s::bigint[]) AND state <> 'merged'
        ORDER BY id FOR KEY SHARE
    ), sent AS (
        SELECT person_id, name_id, to_timestamp(at) AS at, metadata, place
        FROM jsonb_to_recordset(%s::jsonb)
        AS sent(person_id bigint, name_id bigint, at bigint, metadata jsonb, place int)
    ), added AS (
        INSERT INTO events_event (workspace_id, person_id, name_id, at, created_at, metadata, source, hand)
        SELECT %s, person_id, name_id, at, %s, metadata, %s, %s FROM sent
        WHERE (person_id IN (SELECT id FROM present)) IS TRUE
        ORDER BY person_id, name_id, at, place
        ON CONFLICT (workspace_id, person_id, name_id, at) DO NOTHING
        RETURNING person_id, name_id, at
    ), counted AS (
        INSERT INTO events_eventsummary AS summary (workspace_id, person_id, name_id, count, first_at, last_at)
        SELECT %s, person_id, name_id, count(*), min(at), max(at) FROM added
        GROUP BY person_id, name_id ORDER BY person_id, name_id
        ON CONFLICT (workspace_id, person_id, name_id) DO UPDATE SET
            count = summary.count + excluded.count,
            first_at = least(summary.first_at, excluded.first_at),
            last_at = greatest(summary.last_at, excluded.last_at)
    )
    SELECT person_id, name_id, extract(epoch FROM at)::bigint FROM added UNION ALL SELECT id, NULL, NULL FROM present
"""


def _store(
    workspace: Workspace, sent: Sequence[Occurrence], known: dict[str, Known], source: Source, by: Hand, now: datetime
) -> tuple[set[int], set[Key]]:
    """Who of them is there, and which occurrences were new."""
    if not sent:
        return set(), set()
    names = {known[one.name].pk: one.name for one in sent}
    rows = [
        {
            "person_id": one.person_pk,
            "name_id": known[one.name].pk,
            "at": one.second,
            "metadata": one.metadata,
            "place": place,
        }
        for place, one in enumerate(sent)
    ]
    people = sorted({one.person_pk for one in sent})
    params: list[Any] = [
        workspace.pk,
        people,
        orjson.dumps(rows).decode(),
        workspace.pk,
        now,
        source.value,
        by.name[:120],
    ]
    with prepared_cursor() as cursor:
        cursor.execute(STORE, [*params, workspace.pk])
        found = cursor.fetchall()
    return {pk for pk, _, _ in found}, {(pk, names[name], second) for pk, name, second in found if name is not None}
