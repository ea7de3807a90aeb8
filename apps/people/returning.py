"""Somebody who comes back and says nothing new: the most frequent ping of all, in one statement.

What was sent is made good as in any write, and goes into the condition of the UPDATE that says when they were seen.
Where anything stands otherwise, is refused, or is held by somebody, nobody is touched, and `arrivals.receive` begins.
"""

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


def recognise(
    workspace: Workspace, payload: Payload, source: Source, seen: Sighting, mark: Mark | None = None
) -> Arrival | None:
    """Who is meant, seen now, where all that is said of them stands already; else None, and nothing was done.

    Nor is anything where the browser's visitor, or a lead with their email, is still to be made one with them; nor,
    with a `mark`, where the workspace's row is not the one any more that was read.
    """
    claim = payload.claim
    kind, who = claim.strongest
    found = _expected(workspace, payload, source)
    if not who or found is None:
        return None
    given: list[Any] = [
        *seen.given,
        workspace.pk,
        *([workspace.pk, who] if kind == "email" else [who]),
        State.ACTIVE,
        found.keys,
        *found.columns.values(),
    ]
    conditions = []
    if claim.is_named:
        conditions.append(f"NOT {HAS_NAMESAKES}")
    if claim.is_named and claim.visitor_id:
        conditions.append(f"NOT {STILL_ANONYMOUS}")
        given += [workspace.pk, claim.visitor_id]
    if mark:
        conditions.append(STANDS)
        given += mark
    with prepared_cursor() as cursor:
        cursor.execute(_statement(seen.changes, seen.moment, kind, tuple(found.columns), tuple(conditions)), given)
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
