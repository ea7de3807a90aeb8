"""The cells of a file, written by the database: numbers and dates as an import reads them, and no formulas (EXP-06)."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from psycopg import sql

from apps.attributes.csv_cells import escaped_sql
from apps.attributes.kinds import Kind

LOCAL = "YYYY-MM-DD HH24:MI:SS"  # EXP-03
EXACT = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
YEARS = range(1900, 2101)


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
    """In plain digits, not with an exponent, as far as the number is whole. Below zero it begins with a sign, as what
    spreadsheets calculate does."""
    digits = f"{name}::bigint::text"
    text = digits if is_whole else f"CASE WHEN {name} = trunc({name}) THEN {digits} ELSE {name}::text END"
    return f"CASE WHEN {name} < 0 THEN '''' ELSE '' END || {text}"


def date_sql(name: str, zone: str) -> str:
    """A date on the clocks of a zone. What they show twice, when they are put back, is told apart: the second time it
    is written in UTC, so that reading it gives the same instant."""
    clock = f"{name} AT TIME ZONE {literal(zone)}"
    local = f"to_char({clock}, {literal(LOCAL)})"
    shifts = put_back_by(zone)
    if not shifts:
        return local
    again = " OR ".join(
        f"({name} - interval '{seconds} seconds') AT TIME ZONE {literal(zone)} = {clock}" for seconds in shifts
    )
    return f"CASE WHEN {again} THEN to_char({name} AT TIME ZONE 'UTC', {literal(EXACT)}) ELSE {local} END"


@cache
def put_back_by(zone: str) -> tuple[int, ...]:
    """By how many seconds the clocks of a zone were ever put back, as far as months show."""
    clocks = ZoneInfo(zone)
    months = [datetime(year, month, 1, tzinfo=UTC) for year in YEARS for month in range(1, 13)]
    offsets = [(month.astimezone(clocks).utcoffset() or timedelta()).total_seconds() for month in months]
    found = {before - after for before, after in pairwise(offsets) if after < before}
    return tuple(sorted(int(seconds) for seconds in found))


def literal(text: str) -> str:
    """A text as SQL has it. Ours: the names of zones, and formats."""
    return sql.Literal(text).as_string(None).replace("%", "%%")
