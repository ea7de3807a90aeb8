"""A workspace at the rules' time, and a browser that pings it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import refusals_of
from apps.attributes.models import Attributed
from apps.attributes.values import read
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, WorkspaceFactory

PING = "/messenger/web/ping"
Ping = Callable[..., Any]


class Clock:
    """The time at which the next ping arrives."""

    def __init__(self) -> None:
        self.at = NOW

    def goes_on(self, **span: int) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(timezone, "now", lambda: standing.at)
    return standing


@pytest.fixture
def workspace(db: None, time: Clock) -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def post(client: Client) -> Ping:
    """Send bytes as they are."""

    def send(body: bytes | str, content_type: str = "application/json", **headers: Any) -> Any:
        return client.post(PING, body, content_type, **headers)

    return send


@pytest.fixture
def ping(post: Ping) -> Ping:
    """Send user_data as a page does; what stands beside it is named with `beside`."""

    def send(user_data: dict[str, Any] | None = None, beside: dict[str, Any] | None = None, **headers: Any) -> Any:
        body: dict[str, Any] = {"app_id": "abc1234", "user_data": user_data or {}} | (beside or {})
        return post(orjson.dumps(body), **headers)

    return send


def values(record: Attributed, *keys: str) -> dict[str, Any]:
    """What stands in a record now; an attribute that does not exist is left out."""
    workspace = Workspace.objects.get(pk=record.workspace_id)
    known = catalogue_of(workspace, record.about)
    definitions = [definition for key in keys if (definition := known.get(key))]
    return read(type(record), [record.pk], definitions)[record.pk]


def user(user_id: str) -> Person:
    return Person.objects.get(external_id=user_id)


def refused(record: Attributed) -> dict[str, str]:
    """What the ingest log says of a record: key → reason."""
    return {line.key: line.reason for line in refusals_of(record)}


def error(response: Any) -> tuple[int, str]:
    """A refused ping's status and its error's code, out of a well-formed error list."""
    body = response.json()
    assert body["type"] == "error.list"
    assert body["request_id"]
    [only] = body["errors"]
    assert only["message"]
    return response.status_code, only["code"]
