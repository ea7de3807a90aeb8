"""Tess is the Super admin of the tests' workspace, Olaf its read-only teammate."""

import pytest
from django.test import Client

from apps.workspace.models import AuditEntry, Seat, Workspace
from tests.factories import SeatFactory

PASSWORD = "correct horse battery"


@pytest.fixture
def tess(db: None) -> Seat:
    return SeatFactory(teammate__name="Tess", teammate__email="tess@example.test")


@pytest.fixture
def workspace(tess: Seat) -> Workspace:
    return tess.workspace


@pytest.fixture
def olaf(workspace: Workspace) -> Seat:
    return SeatFactory(
        workspace=workspace, role="read_only", teammate__name="Olaf", teammate__email="olaf@example.test"
    )


@pytest.fixture
def signed_in(client: Client, tess: Seat) -> Client:
    client.force_login(tess.teammate)
    return client


def settings_of(workspace: Workspace, page: str = "") -> str:
    return f"/apps/{workspace.app_id}/settings/{page}"


def logged(workspace: Workspace | None, *fields: str) -> list[tuple]:
    """The activity log, oldest first."""
    return list(AuditEntry.objects.filter(workspace=workspace).order_by("pk").values_list("activity", *fields))
