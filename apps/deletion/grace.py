"""Asking for a person to be forgotten, and taking it back (DEL-05, DEL-06, DEL-23)."""

from datetime import datetime

from django.db import transaction

from apps.attributes.models import State
from apps.people.models import Person
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.problems import Missing

from .models import GRACE, Deletion


@transaction.atomic
def request(person: Person, *, by: Hand, now: datetime) -> Deletion:
    """Hide a person everywhere at once; their identifiers stay taken for seven days (DEL-12). Twice is harmless."""
    person = Person.objects.select_for_update(of=("self",), no_key=True).select_related("workspace").get(pk=person.pk)
    if standing := Deletion.objects.filter(person=person).first():
        return standing
    deletion = Deletion.objects.create(
        workspace=person.workspace,
        person=person,
        by_id=by.teammate_id,
        requested_at=now,
        due_at=now + GRACE,
        state_before=person.state,
    )
    Person.objects.filter(pk=person.pk).update(state=State.PENDING_DELETION, updated_at=now)
    record(Activity.DELETION, workspace=person.workspace, by=by, now=now, contact=person.public_id)
    return deletion


@transaction.atomic
def restore(person: Person, *, by: Hand, now: datetime) -> Person:
    """Bring a person back as they were. Raises Missing when the seven days are over (DEL-07)."""
    person = Person.objects.select_for_update(of=("self",), no_key=True).select_related("workspace").get(pk=person.pk)
    deletion = Deletion.objects.filter(person=person).first()
    if deletion is None:
        raise Missing("This person is not waiting to be deleted.")
    if deletion.due_at <= now:
        raise Missing("The seven days are over: this person's data is already destroyed.")
    person.state = deletion.state_before
    Person.objects.filter(pk=person.pk).update(state=deletion.state_before, updated_at=now)
    deletion.delete()
    record(Activity.RESTORATION, workspace=person.workspace, by=by, now=now, contact=person.public_id)
    return person
