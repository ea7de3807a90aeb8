"""The only writer of conversations: one begins, one is rated."""

from datetime import datetime

from django.db import connection, transaction

from apps.attributes.models import State
from apps.people.models import Person
from apps.workspace.problems import Missing, Problem

from .models import BEST, LONGEST_REMARK, WORST, Conversation, Rating

COUNT = """
    INSERT INTO conversations_month AS month (workspace_id, begins_on, opened) VALUES (%s, %s, 1)
    ON CONFLICT (workspace_id, begins_on) DO UPDATE SET opened = month.opened + 1
"""


@transaction.atomic
def begin(person: Person, *, now: datetime) -> Conversation:
    """Keep that a conversation began, and count it in its month. Raises Missing for somebody who is hidden."""
    held = Person.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    found = held.filter(pk=person.pk, state=State.ACTIVE).first()
    if found is None:
        raise Missing("This person is archived, blocked or deleted.")
    conversation = Conversation.objects.create(workspace=found.workspace, person=found, opened_at=now)
    month = now.astimezone(found.workspace.zone).date().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [found.workspace_id, month])
    return conversation


@transaction.atomic
def rate(conversation: Conversation, score: int, remark: str = "", *, now: datetime) -> Rating:
    """Keep how content the person was; the last word counts. Raises Problem, Missing for one that is gone."""
    if not WORST <= score <= BEST:
        raise Problem(f"A rating is a whole number from {WORST} to {BEST}.", field="score")
    if len(remark) > LONGEST_REMARK:
        raise Problem(f"A remark has at most {LONGEST_REMARK:,} characters.", field="remark")
    held = Conversation.objects.select_for_update(of=("self",), no_key=True).filter(pk=conversation.pk).first()
    if held is None:
        raise Missing("This conversation went with its person, who was deleted.")
    said = {"workspace_id": held.workspace_id, "person_id": held.person_id, "score": score, "remark": remark}
    rating, _ = Rating.objects.update_or_create(conversation=held, defaults=said | {"rated_at": now})
    return rating
