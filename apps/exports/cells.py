"""The cells of a file, written by the database: numbers and dates as an import reads them, and no formulas (EXP-06)."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from psycopg import sql

from apps.attributes.csv_cells import escaped_sql
from apps.attributes.kinds import Kind

EXACT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
TO_THE_SECOND = 19  # characters of 2026-03-10 15:00:00 (EXP-03)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def cell_sql(kind: Kind, name: str, zone: str) -> str:
    """SQL of a cell: of a kind's value, which has this plain name. NULL where it is unknown."""
    if kind.column == "date":
        return date_sql(name, zone)
    if kind.column == "number":
        return _number(name, is_whole=kind.name in WHOLE)
    if kind.column == "flag":
        return f"CASE {name} WHEN true THEN 'true' WHEN false THEN 'false' END"
    return escaped_sql(name)


WHOLE = {"number", "spend", "member"}


def _number(name: str, *, is_whole: bool) -> str:
    """In plain digits, not with an exponent, as far as the number is whole. Below zero it is a number still."""
    digits = f"{name}::bigint::text"
    return digits if is_whole else f"CASE WHEN {name} = trunc({name}) THEN {digits} ELSE {name}::text END"


def date_sql(name: str, zone: str) -> str:
    """A date on the clocks of a zone. What they show twice, when they are put back, is told apart: the second time it
    is written in UTC, so that reading it gives the same instant."""
    clock = f"left(({name} AT TIME ZONE {literal(zone)})::text, {TO_THE_SECOND})"
    again = shown_again(zone)
    if not again:
        return clock
    spans = literal("{" + ",".join(f"[{begins.isoformat()},{ends.isoformat()})" for begins, ends in again) + "}")
    exact = f"to_char({name} AT TIME ZONE 'UTC', {literal(EXACT)})"
    return f"CASE WHEN {name} <@ {spans}::tstzmultirange THEN {exact} ELSE {clock} END"


@cache
def shown_again(zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """The spans of time in which the clocks of a zone show what they have shown before: they had been put back."""
    clocks = ZoneInfo(zone)
    weeks = [FIRST + WEEK * number for number in range((LAST - FIRST) // WEEK)]
    found = []
    for before, after in pairwise(weeks):
        back = _offset(before, clocks) - _offset(after, clocks)
        if back > timedelta():
            begins = _change(before, after, clocks)
            found.append((begins, begins + back))
    return tuple(found)


def _offset(moment: datetime, clocks: ZoneInfo) -> timedelta:
    return moment.astimezone(clocks).utcoffset() or timedelta()


def _change(before: datetime, after: datetime, clocks: ZoneInfo) -> datetime:
    """The second at which the clocks were put back, somewhere between two moments."""
    stood = _offset(before, clocks)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        before, after = (middle, after) if _offset(middle, clocks) == stood else (before, middle)
    return after


def literal(text: str) -> str:
    """A text as SQL has it. Ours: the names of zones, and formats."""
    return sql.Literal(text).as_string(None).replace("%", "%%")
