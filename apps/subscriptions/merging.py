"""What a lead chose is what the user chose, once the two are one (IDN-14); and the lead's again, once they are two."""

from django.db import connection

from apps.people.following import Merging, Tally, moves

from .models import Choice

# What both chose stays behind: when the user did is told already.
MOVE = """
    UPDATE subscriptions_choice AS moved SET person_id = %(user)s
    WHERE person_id = %(lead)s AND NOT EXISTS (
        SELECT FROM subscriptions_choice AS own
        WHERE own.person_id = %(user)s AND own.subscription_id = moved.subscription_id
    )
    RETURNING id
"""
COUNT = """
    SELECT count(*) FILTER (WHERE own.id IS NULL), count(own.id) FROM subscriptions_choice AS gone
    LEFT JOIN subscriptions_choice AS own
        ON own.person_id = %(user)s AND own.subscription_id = gone.subscription_id
    WHERE gone.person_id = %(lead)s
"""


def move_choices(merging: Merging) -> list[int]:
    """The keys of the choices that are the user's from now on."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"lead": merging.lead, "user": merging.user})
        return sorted(pk for (pk,) in cursor.fetchall())


def move_choices_back(merging: Merging, moved: list[int]) -> None:
    """Give them back, but for those that were taken back since."""
    Choice.objects.filter(pk__in=moved, person=merging.user).update(person=merging.lead)


def tally(merging: Merging) -> Tally:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"lead": merging.lead, "user": merging.user})
        return Tally("subscription choice", "subscription choices", *cursor.fetchone())


def register_moves() -> None:
    moves(Choice, move_choices, move_choices_back, tally=tally)
