"""Archive and block: hiding a person, and bringing them back (IDN-19…22)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.attributes.models import State
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict

from .models import Person


def archive(person: Person, *, by: Hand, now: datetime) -> Person:
    """Hide a person from lists, counts and links; the data and the identifiers are kept (IDN-19)."""
    return _move(person, {State.ACTIVE}, State.ARCHIVED, Activity.PERSON_ARCHIVAL, by, now)


def unarchive(person: Person, *, by: Hand, now: datetime) -> Person:
    return _move(person, {State.ARCHIVED}, State.ACTIVE, Activity.PERSON_UNARCHIVAL, by, now)


def block(person: Person, *, by: Hand, now: datetime) -> Person:
    """Archive a person and refuse their pings from now on (IDN-22)."""
    return _move(person, {State.ACTIVE, State.ARCHIVED}, State.BLOCKED, Activity.PERSON_BLOCK, by, now)


def unblock(person: Person, *, by: Hand, now: datetime) -> Person:
    return _move(person, {State.BLOCKED}, State.ACTIVE, Activity.PERSON_UNBLOCK, by, now)


@transaction.atomic
def _move(person: Person, before: set[State], after: State, activity: Activity, by: Hand, now: datetime) -> Person:
    """Moving to where one stands already is harmless; from anywhere else than `before` it is a Conflict."""
    person = Person.objects.select_for_update(of=("self",), no_key=True).select_related("workspace").get(pk=person.pk)
    if person.state == after:
        return person
    if person.state not in before:
        raise Conflict(f"This person is {person.get_state_display().lower()}, so that cannot be done.")
    person.state, person.updated_at = after, now
    person.save(update_fields=["state", "updated_at"])
    record(activity, workspace=person.workspace, by=by, now=now, contact=person.public_id)
    return person


def archive_all(workspace: Workspace, pks: Iterable[int], *, now: datetime) -> list[int]:
    """Hide several people at once: the keys of those who were seen before. Whoever calls it writes the log."""
    return _move_all(workspace, pks, State.ACTIVE, State.ARCHIVED, now)


def unarchive_all(workspace: Workspace, pks: Iterable[int], *, now: datetime) -> list[int]:
    """The way back: the keys of those who were archived."""
    return _move_all(workspace, pks, State.ARCHIVED, State.ACTIVE, now)


@transaction.atomic
def _move_all(workspace: Workspace, pks: Iterable[int], before: State, after: State, now: datetime) -> list[int]:
    people = Person.objects.of(workspace).filter(pk__in=list(pks), state=before).order_by("pk")
    moved = list(people.select_for_update(no_key=True).values_list("pk", flat=True))
    Person.objects.filter(pk__in=moved).update(state=after, updated_at=now)
    return moved
