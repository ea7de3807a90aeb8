"""Last seen, and what a web session is: 30 minutes of silence or a day of activity end it (SESS-01…04)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.workspace.prepared import prepared_cursor

from . import visits

SILENCE = timedelta(minutes=30)
LONGEST = timedelta(hours=24)


def interval(span: timedelta) -> str:
    return f"interval '{span.total_seconds():.0f} seconds'"


STARTS = f"""(
    web_seen_at IS NULL OR web_seen_at < moment.now - {interval(SILENCE)}
    OR session_started_at < moment.now - {interval(LONGEST)}
)"""
SEEN = f"""
    last_seen_at = greatest(last_seen_at, moment.now), web_seen_at = greatest(web_seen_at, moment.now),
    session_count = session_count + {STARTS}::int,
    session_started_at = CASE WHEN {STARTS} THEN moment.now ELSE session_started_at END
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody is seen: what of their row moves with it, in one UPDATE.

    `changes` is its SET clause. It finds the time as `moment.now`, and what else was seen under its own name beside it.
    """

    now: datetime
    changes: str
    starts: str | None = None  # when this begins a session of a company as well; None: never
    told: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def moment(self) -> str:
        """A table of one row: when, and what else was seen."""
        others = "".join(f", %s::text AS {name}" for name in self.told)
        return f"(SELECT %s::timestamptz AS now{others}) AS moment"

    @property
    def given(self) -> list[datetime | str | None]:
        """The values that `moment` asks for."""
        return [self.now, *self.told.values()]

    @property
    def place(self) -> str | None:
        """Where they are, as a pseudonym says it."""
        return visits.place_name(self.told)


def in_browser(now: datetime, visit: visits.Values) -> Sighting:
    """Somebody has a page open."""
    return Sighting(now, SEEN + visits.changes(visit), starts=STARTS, told=visits.told(visit))


def starts(pk: int, seen: Sighting) -> bool:
    """Whether a person who is seen now begins a session. Their row must be locked, and not touched yet."""
    if seen.starts is None:
        return False
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT {seen.starts} FROM people_person, {seen.moment} WHERE id = %s", [*seen.given, pk])  # noqa: S608
        [begins] = cursor.fetchone()
        return begins


def touch(pk: int, seen: Sighting) -> str | None:
    """This person is seen: their role, or None for one who is hidden meanwhile."""
    statement = f"""
        UPDATE people_person SET {seen.changes} FROM {seen.moment} WHERE id = %s AND state = 'active' RETURNING role
    """  # noqa: S608 (our own columns)
    with prepared_cursor() as cursor:
        cursor.execute(statement, [*seen.given, pk])
        row = cursor.fetchone()
    return row[0] if row else None
