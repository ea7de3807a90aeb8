"""Who the tests of events are about, and how things happen to them."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from apps.attributes.sources import Source
from apps.events.models import EventSummary
from apps.events.recording import Occurrence, Outcome, record
from apps.people.models import Person
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, WorkspaceFactory


def happen(workspace: Workspace, occurrences: Sequence[Occurrence], now: datetime = NOW) -> list[Outcome]:
    """Record, as the REST API would."""
    return record(workspace, occurrences, source=Source.REST, by=NOBODY, now=now)


def did(person: Person, name: str, *moments: datetime) -> list[Outcome]:
    """A person did something at some moments; now, if none is named."""
    return happen(person.workspace, [Occurrence(person.pk, name, at) for at in moments or (NOW,)])


Summary = tuple[int, datetime, datetime]


def summaries(person: Person) -> dict[str, Summary]:
    """name → count, first, last"""
    found = EventSummary.objects.filter(workspace=person.workspace, person=person)
    return {name: tuple(rest) for name, *rest in found.values_list("name__name", "count", "first_at", "last_at")}


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


@pytest.fixture
def bob(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Bob")
