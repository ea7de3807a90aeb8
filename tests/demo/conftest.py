"""The demo costs a second or two, so it is made once a module; each test works in a savepoint and leaves it whole."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from apps.demo.population import populate
from apps.workspace.hands import Hand, hand_of_teammate
from apps.workspace.models import Seat, Workspace
from tests.factories import NOW, SeatFactory


@pytest.fixture(scope="module")
def seat(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Seat]:
    """Tess, a Super admin of a workspace with the demo."""
    with django_db_blocker.unblock(), transaction.atomic():
        seat = SeatFactory(workspace__app_id="demo", teammate__name="Tess")
        populate(seat.workspace, by=hand_of_teammate(seat.teammate), now=NOW)
        yield seat
        transaction.set_rollback(True)


@pytest.fixture
def workspace(seat: Seat) -> Workspace:
    return Workspace.objects.get(pk=seat.workspace_id)


@pytest.fixture
def by(seat: Seat) -> Hand:
    return hand_of_teammate(seat.teammate)
