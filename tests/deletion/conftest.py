"""A workspace, those who may delete in it, and somebody who has left traces everywhere."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.deletion import grace
from apps.deletion.models import Deletion
from apps.people.models import Person
from apps.workspace.hands import NOBODY, Hand, hand_of_teammate
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, SeatFactory, WorkspaceFactory

DUE = NOW + timedelta(days=7)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Move the clock."""

    def move(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    move(NOW)
    return move


@pytest.fixture
def workspace(db: None, at: Callable[[datetime], None]) -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def ana(workspace: Workspace) -> Hand:
    """Who may delete: a Super admin."""
    return hand_of_teammate(SeatFactory(workspace=workspace, teammate__name="Ana").teammate)


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    """A Super admin in a browser."""
    client.force_login(SeatFactory(workspace=workspace).teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="123", email="a@x.io", name="Ann Lee", last_seen_at=NOW)


def deleted(person: Person, by: Hand = NOBODY, now: datetime = NOW) -> Deletion:
    return grace.request(person, by=by, now=now)


def gone(person: Person) -> bool:
    return not Person.objects.filter(pk=person.pk).exists()


Answer = Any
