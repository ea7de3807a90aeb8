"""The companies of a lead are the user's, once the two are one (IDN-14); and the lead's again, once they are two."""

from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from apps.people.following import Merging, Tally, moves

from .arrivals import MOST_COMPANIES
from .models import Membership

SEEN = """
    UPDATE companies_membership AS kept SET last_seen_at = gone.last_seen_at
    FROM companies_membership AS gone, companies_membership AS was
    WHERE gone.person_id = %(lead)s AND kept.person_id = %(user)s AND kept.company_id = gone.company_id
      AND was.id = kept.id AND gone.last_seen_at > coalesce(kept.last_seen_at, '-infinity')
    RETURNING kept.id, was.last_seen_at, kept.last_seen_at
"""
# No more than a person may belong to (CO-10): those joined last stay behind.
MOVE = """
    UPDATE companies_membership SET person_id = %(user)s WHERE id IN (
        SELECT id FROM companies_membership AS gone WHERE person_id = %(lead)s AND NOT EXISTS (
            SELECT FROM companies_membership AS own
            WHERE own.person_id = %(user)s AND own.company_id = gone.company_id
        )
        ORDER BY id LIMIT greatest(0, %(most)s - (
            SELECT count(*) FROM companies_membership WHERE person_id = %(user)s
        ))
    )
    RETURNING id, last_seen_at
"""
# Where the survivor was seen since, they stay a member as well.
MOVE_BACK = """
    WITH told AS (
        SELECT * FROM jsonb_to_recordset(%(moved)s::jsonb) AS told(id bigint, seen timestamptz)
    ), moved AS (
        UPDATE companies_membership AS member SET person_id = %(lead)s, last_seen_at = told.seen FROM told
        WHERE member.id = told.id AND member.person_id = %(user)s
        RETURNING member.workspace_id, member.company_id, member.id
    )
    INSERT INTO companies_membership (workspace_id, person_id, company_id, created_at, last_seen_at)
    SELECT moved.workspace_id, %(user)s, moved.company_id, was.last_seen_at, was.last_seen_at
    FROM moved JOIN told USING (id) JOIN companies_membership AS was USING (id)
    WHERE was.last_seen_at > coalesce(told.seen, '-infinity')
    ON CONFLICT (person_id, company_id) DO NOTHING
"""
SEEN_BACK = """
    UPDATE companies_membership AS kept SET last_seen_at = told.was
    FROM jsonb_to_recordset(%(seen)s::jsonb) AS told(id bigint, was timestamptz, became timestamptz)
    WHERE kept.id = told.id AND kept.person_id = %(user)s AND kept.last_seen_at = told.became
"""
COUNT = """
    SELECT count(*) FILTER (WHERE NOT shared), count(*) FILTER (WHERE shared) FROM (
        SELECT EXISTS (
            SELECT FROM companies_membership AS own
            WHERE own.person_id = %(user)s AND own.company_id = gone.company_id
        ) AS shared
        FROM companies_membership AS gone WHERE gone.person_id = %(lead)s
    ) AS membership
"""


def move_memberships(merging: Merging) -> dict[str, Any]:
    """Make them the user's: what moving them back needs, which is when each was seen before."""
    values = {"lead": merging.lead, "user": merging.user, "most": MOST_COMPANIES}
    with connection.cursor() as cursor:
        cursor.execute(SEEN, values)
        seen = [{"id": pk, "was": _said(was), "became": _said(became)} for pk, was, became in cursor.fetchall()]
        cursor.execute(MOVE, values)
        moved = [{"id": pk, "seen": _said(at)} for pk, at in sorted(cursor.fetchall())]
    return {"moved": moved, "seen": seen} if moved or seen else {}


def move_memberships_back(merging: Merging, told: dict[str, Any]) -> None:
    """Give them back as they were, but for those that were ended since."""
    values = {"lead": merging.lead, "user": merging.user}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_BACK, values | {"moved": orjson.dumps(told["moved"]).decode()})
        cursor.execute(SEEN_BACK, values | {"seen": orjson.dumps(told["seen"]).decode()})


def tally(merging: Merging) -> Tally:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"lead": merging.lead, "user": merging.user})
        return Tally("company", "companies", *cursor.fetchone())


def _said(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def register_moves() -> None:
    moves(Membership, move_memberships, move_memberships_back, tally=tally)
