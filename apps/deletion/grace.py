"""Asking for a person to be forgotten, and taking it back (DEL-05, DEL-06, DEL-12, DEL-23, DEL-24)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from apps.attributes.models import State
from apps.people.models import Person, Role
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Missing

from .models import GRACE, Deletion, Receipt


@transaction.atomic
def request(person: Person, *, by: Hand, now: datetime) -> Deletion:
    """Hide a person everywhere at once; their identifiers stay taken for seven days (DEL-12). Twice is harmless.

    Raises Conflict for somebody who was merged: whoever they are now is deleted, and they go with them.
    """
    person = _locked(person)
    if standing := Deletion.objects.filter(person=person).first():
        return standing
    if person.state == State.MERGED:
        raise Conflict("This person was merged into somebody else. Delete that person, and both are destroyed.")
    deletion = _deletion(person, by, now)
    deletion.save()
    Person.objects.filter(pk=person.pk).update(state=State.PENDING_DELETION, updated_at=now)
    record(Activity.DELETION, workspace=person.workspace, by=by, now=now, contact=person.public_id)
    return deletion


@transaction.atomic
def request_all(workspace: Workspace, pks: Collection[int], *, by: Hand, now: datetime) -> dict[int, Deletion]:
    """The same for several people who are seen: each who was, and the request. Whoever calls it writes the log."""
    people = Person.objects.of(workspace).listed().filter(pk__in=pks).order_by("pk")
    found = list(people.select_for_update(of=("self",), no_key=True).only("workspace", "state"))
    deletions = Deletion.objects.bulk_create(_deletion(person, by, now) for person in found)
    pending = {"state": State.PENDING_DELETION, "updated_at": now}
    Person.objects.filter(pk__in=[person.pk for person in found]).update(**pending)
    return {deletion.person_id: deletion for deletion in deletions}


@transaction.atomic
def restore(person: Person, *, by: Hand, now: datetime) -> Person:
    """Bring a person back as they were.

    Raises Missing when the seven days are over (DEL-07), Conflict where somebody else has their email by now (DEL-18).
    """
    person = _locked(person)
    deletion = Deletion.objects.filter(person=person).first()
    if deletion is None:
        raise Missing("This person is not waiting to be deleted.")
    if deletion.due_at <= now:
        raise Missing("The seven days are over: this person's data is already destroyed.")
    if holder := _holder_of_email(person):
        raise Conflict(f"{holder.label} has the same email by now. Change it there, then restore this person.")
    person.state = deletion.state_before
    Person.objects.filter(pk=person.pk).update(state=deletion.state_before, updated_at=now)
    deletion.delete()
    record(Activity.RESTORATION, workspace=person.workspace, by=by, now=now, contact=person.public_id)
    return person


@transaction.atomic
def restore_all(workspace: Workspace, requests: Mapping[int, int], *, now: datetime) -> list[int]:
    """Take several requests back, by person and key: the people who are seen again. Whoever calls it writes the log."""
    people = Person.objects.of(workspace).filter(pk__in=requests, state=State.PENDING_DELETION).order_by("pk")
    locked = {person.pk: person for person in people.select_for_update(of=("self",), no_key=True)}
    standing = Deletion.objects.filter(pk__in=requests.values(), person__in=locked, due_at__gt=now)
    back = [deletion for deletion in standing if not _holder_of_email(locked[deletion.person_id])]
    for state in {deletion.state_before for deletion in back}:
        theirs = [deletion.person_id for deletion in back if deletion.state_before == state]
        Person.objects.filter(pk__in=theirs).update(state=state, updated_at=now)
    Deletion.objects.filter(pk__in=[deletion.pk for deletion in back]).delete()
    return [deletion.person_id for deletion in back]


def pending_or_missing(workspace: Workspace, public_id: str) -> Deletion:
    """The request that somebody be deleted. Raises Missing, in words for those who were destroyed (DEL-07)."""
    found = Deletion.objects.filter(workspace=workspace, person__public_id=public_id).select_related("person").first()
    if found:
        return found
    if Receipt.objects.filter(workspace=workspace, public_id=public_id).exists():
        raise Missing("The seven days are over: this person's data is already destroyed.")
    raise Missing("This person is not waiting to be deleted.")


def _locked(person: Person) -> Person:
    held = Person.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    found = held.filter(pk=person.pk).first()
    if found is None:
        raise Missing("This person's data is already destroyed.")
    return found


def _deletion(person: Person, by: Hand, now: datetime) -> Deletion:
    return Deletion(
        workspace_id=person.workspace_id,
        person=person,
        by_id=by.teammate_id,
        requested_at=now,
        due_at=now + GRACE,
        state_before=person.state,
    )


def _holder_of_email(person: Person) -> Person | None:
    """A live user with the same email where the two could not stand side by side (IDN-05)."""
    if person.role != Role.USER or not person.email:
        return None
    others = Person.objects.of(person.workspace).active().filter(role=Role.USER, email=person.email)
    others = others.exclude(pk=person.pk)
    return others.filter(external_id=None).first() if person.external_id else others.first()
