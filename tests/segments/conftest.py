"""Filters asked of planted people: who is found, by name."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import QuerySet

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.models import Company, Membership
from apps.people.models import Person
from apps.segments.comparisons import Moment
from apps.segments.compiling import compiled
from apps.segments.language import Condition, Filter, Group, all_of
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, WorkspaceFactory

UTC = ZoneInfo("UTC")
Asked = Filter | tuple[Any, ...]


def conditions(*raw: tuple[Any, ...]) -> tuple[Condition, ...]:
    return tuple(Condition(*one) for one in raw)


def both(*raw: tuple[Any, ...]) -> Filter:
    """The filter of one And group."""
    return all_of(*conditions(*raw))


def either(*raw: tuple[Any, ...]) -> Filter:
    """The filter of one Or group."""
    return Filter((Group(conditions(*raw), any=True),))


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def plant(workspace: Workspace) -> Callable[..., Person]:
    """Put a person into the workspace: columns of the table as keywords, custom values in `values`."""

    def planted(name: str, values: dict[str, Any] | None = None, **columns: Any) -> Person:
        person = PersonFactory(workspace=workspace, name=name, **columns)
        given(person, values or {})
        return person

    return planted


def given(record: Person | Company, values: dict[str, Any]) -> None:
    workspace = Workspace.objects.get(pk=record.workspace_id)
    if values:
        write(type(record), workspace, {record.pk: values}, Source.REST, now=NOW)


def company(workspace: Workspace, name: str, *members: Person, seen: datetime | None = None, **columns: Any) -> Company:
    """A company and who belongs to it."""
    values = columns.pop("values", {})
    made = CompanyFactory(workspace=workspace, name=name, **columns)
    given(made, values)
    for person in members:
        Membership.objects.create(workspace=workspace, person=person, company=made, created_at=NOW, last_seen_at=seen)
    return made


def matching(
    workspace: Workspace, asked: Asked, *, about: str = "person", now: datetime = NOW, zone: ZoneInfo = UTC
) -> QuerySet:
    """The records that a filter, or a single condition, finds."""
    workspace = Workspace.objects.get(pk=workspace.pk)
    tree = asked if isinstance(asked, Filter) else both(asked)
    records = Person if about == "person" else Company
    listed = records.objects.of(workspace).listed()
    return listed.filter(compiled(workspace, about, tree, Moment(now, zone)))


@pytest.fixture
def found(workspace: Workspace) -> Callable[..., list[str]]:
    """The names of those whom a filter finds, in alphabetical order."""

    def names(asked: Asked, **more: Any) -> list[str]:
        return sorted(record.name for record in matching(workspace, asked, **more).only("name"))

    return names


def names(records: Iterable[Any]) -> list[str]:
    return sorted(record.name for record in records)
