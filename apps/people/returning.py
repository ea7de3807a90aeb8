"""Somebody who comes back and says nothing new: the most frequent ping of all, in one statement.

What was sent is made good as in any write, and goes into the condition of the UPDATE that says when they were seen.
Where anything stands otherwise, is refused, or is held by somebody, nobody is touched, and `arrivals.receive` begins.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import Expected, expected
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor

from .arrivals import Arrival, Payload, said
from .becoming import HAS_NAMESAKES, STILL_ANONYMOUS
from .identity import Fate
from .models import Person
from .sessions import Sighting

WHO = {
    "external_id": "external_id = %s",
    "visitor_id": "visitor_id = %s",
    # the one live user with an email; several are for `identity` to judge (MSG-18)
    "email": """id = (
        SELECT CASE WHEN count(*) = 1 THEN min(id) END FROM people_person
        WHERE workspace_id = %s AND email = %s AND role = 'user' AND state = 'active'
    )""",
}
Mark = tuple[str, str]  # what tells a row from what it was before: its place in the table and who wrote it
# Told by its place the row is found without an index.
STANDS = """EXISTS (
    SELECT FROM workspace_workspace AS known WHERE known.ctid = %s::text::tid AND known.xmin = %s::text::xid
)"""


@dataclass(frozen=True, slots=True)
class Familiar:
    """Who is meant by what was sent, and what stands where all of it was said before: the same whenever it is sent."""

    kind: str  # which of WHO
    conditions: tuple[str, ...]
    columns: tuple[str, ...]
    who: list[Any]
    stands: list[Any]


def familiar(workspace: Workspace, payload: Payload, source: Source) -> Familiar | None:
    """What must stand for a payload to say nothing new; None where nobody is named, or something is refused.

    Nor does it say nothing new where the browser's visitor, or a lead with their email, is still to be made one with
    whom it means.
    """
    claim = payload.claim
    kind, who = claim.strongest
    found = _expected(workspace, payload, source)
    if not who or found is None:
        return None
    conditions, others = [], []
    if claim.is_named:
        conditions.append(f"NOT {HAS_NAMESAKES}")
    if claim.is_named and claim.visitor_id:
        conditions.append(f"NOT {STILL_ANONYMOUS}")
        others = [workspace.pk, claim.visitor_id]
    meant = [workspace.pk, *([workspace.pk, who] if kind == "email" else [who])]
    stands = [State.ACTIVE, found.keys, *found.columns.values(), *others]
    return Familiar(kind, tuple(conditions), tuple(found.columns), meant, stands)


def recognise(told: Familiar, seen: Sighting, mark: Mark | None = None) -> Arrival | None:
    """Who is meant, seen now, where all that is said of them stands already; else None, and nothing was done.

    Nor is anything, with a `mark`, where the workspace's row is not the one any more that was read.
    """
    conditions = (*told.conditions, STANDS) if mark else told.conditions
    statement = _statement(seen.changes, seen.moment, told.kind, told.columns, conditions)
    with prepared_cursor() as cursor:
        cursor.execute(statement, [*seen.given, *told.who, *told.stands, *(mark or ())])
        row = cursor.fetchone()
    return Arrival(Fate.FOUND, *row) if row else None


def _expected(workspace: Workspace, payload: Payload, source: Source) -> Expected | None:
    unsigned = expected(Person, workspace, said(payload.values, source), source)
    if unsigned is None or not payload.signed:
        return unsigned
    signed = expected(Person, workspace, said(payload.signed, source), Source.SIGNED_PING)
    if signed is None:
        return None
    return Expected(unsigned.columns | signed.columns, unsigned.keys + signed.keys)


@lru_cache(1024)
def _statement(changes: str, moment: str, kind: str, columns: tuple[str, ...], conditions: tuple[str, ...]) -> str:
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    stands = f"AND ROW({quoted}) IS NOT DISTINCT FROM ROW({', '.join(['%s'] * len(columns))})" if columns else ""
    return f"""
        UPDATE people_person SET {changes} FROM {moment}
        WHERE workspace_id = %s AND {WHO[kind]} AND state = %s AND NOT holders ?| %s {stands}
            {" ".join(f"AND {condition}" for condition in conditions)}
        RETURNING id, public_id, role
    """  # noqa: S608 (our own columns and conditions)
