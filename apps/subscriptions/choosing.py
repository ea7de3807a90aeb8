"""Who chose what: one line a person and subscription type."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from apps.people.models import Person
from apps.workspace.hands import Hand
from apps.workspace.problems import Missing

from .models import Choice, SubscriptionType

# The person is held: nobody is merged into another, or destroyed, while they choose.
CHOOSE = """
    WITH held AS (
        SELECT id FROM people_person
        WHERE workspace_id = %(workspace)s AND id = %(person)s AND state <> 'merged' FOR KEY SHARE
    )
    INSERT INTO subscriptions_choice AS standing
        (workspace_id, person_id, subscription_id, chosen_at, teammate_id, hand)
    SELECT %(workspace)s, id, %(subscription)s, %(now)s, %(teammate)s, %(hand)s FROM held
    ON CONFLICT (person_id, subscription_id) DO UPDATE SET chosen_at = standing.chosen_at
"""


def choose(person: Person, subscription: SubscriptionType, *, by: Hand, now: datetime) -> None:
    """Opt a person in, or out where that is the type's way. Twice is harmless. Raises Missing for who is gone."""
    values: dict[str, Any] = {
        "workspace": person.workspace_id,
        "person": person.pk,
        "subscription": subscription.pk,
        "now": now,
        "teammate": by.teammate_id,
        "hand": by.name[:120],
    }
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE, values)
        if not cursor.rowcount:
            raise Missing("This person was deleted meanwhile.")


def withdraw(person: Person, subscription: SubscriptionType) -> None:
    """Take a choice back: to whatever holds for those who never chose. Twice is harmless."""
    Choice.objects.filter(person=person, subscription=subscription).delete()


def chosen_by(person: Person) -> QuerySet[SubscriptionType]:
    """What a person opted in to or out of, in the order of choosing."""
    return SubscriptionType.objects.filter(choices__person=person).order_by("choices__pk")
