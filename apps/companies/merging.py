"""The companies of a lead are the user's, once the two are one (IDN-14)."""

from django.db import connection

from apps.people.following import Merging, moves

from .arrivals import MOST_COMPANIES
from .models import Membership

SEEN = """
    UPDATE companies_membership AS kept SET last_seen_at = greatest(kept.last_seen_at, gone.last_seen_at)
    FROM companies_membership AS gone
    WHERE gone.person_id = %(lead)s AND kept.person_id = %(user)s AND kept.company_id = gone.company_id
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
    RETURNING id
"""


def move_memberships(merging: Merging) -> list[int]:
    """The keys of the memberships that are the user's from now on."""
    values = {"lead": merging.lead, "user": merging.user, "most": MOST_COMPANIES}
    with connection.cursor() as cursor:
        cursor.execute(SEEN, values)
        cursor.execute(MOVE, values)
        return sorted(pk for (pk,) in cursor.fetchall())


def register_moves() -> None:
    moves(Membership, move_memberships)
