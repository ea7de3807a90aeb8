"""Tess may export, Olaf may not; MEDIA_ROOT is the test's own."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.exports.models import Export
from apps.workspace import jobs
from apps.workspace.models import Seat, Workspace
from tests.factories import SeatFactory, WorkspaceFactory


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def seat(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace, role="manager", teammate__name="Tess")


@pytest.fixture
def tess(client: Client, seat: Seat) -> Client:
    client.force_login(seat.teammate)
    return client


@pytest.fixture
def olaf(workspace: Workspace) -> Client:
    client = Client()
    client.force_login(SeatFactory(workspace=workspace, role="agent", teammate__name="Olaf").teammate)
    return client


def address_of(workspace: Workspace, about: str = "person") -> str:
    return f"/apps/{workspace.app_id}/exports/{about}/new/"


def begin(client: Client, workspace: Workspace, about: str = "person", **form: object) -> Export:
    """Begin an export on its page: of everybody, all columns, unless said otherwise."""
    chosen: dict[str, Any] = {} if "chosen" in form else {"all": "1"}
    answer = client.post(address_of(workspace, about), {"columns": "all", **chosen, **form})
    assert answer.status_code == 302, answer.text
    return Export.objects.latest("pk")


def ended(export: Export) -> Export:
    jobs.run(Export, export.pk)
    export.refresh_from_db()
    return export


def export(client: Client, workspace: Workspace, about: str = "person", **form: object) -> Export:
    """The same, and let the worker write it to its end."""
    return ended(begin(client, workspace, about, **form))


def text_of(client: Client, made: Export) -> str:
    """The file, as it is downloaded."""
    answer = client.get(f"/apps/{made.workspace.app_id}/exports/{made.pk}/file/")
    assert answer.status_code == 200, answer.text
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def lines_of(client: Client, made: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(client, made), newline="")))


def rows_of(client: Client, made: Export) -> list[dict[str, str]]:
    header, *lines = lines_of(client, made)
    return [dict(zip(header, line, strict=True)) for line in lines]
