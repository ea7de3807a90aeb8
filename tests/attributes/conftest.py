"""What the tests of the write path start from, and how they write and read."""

from typing import Any

import pytest

from apps.attributes.catalogue import catalogue_of
from apps.attributes.models import Attribute, Attributed
from apps.attributes.precedence import holder_of
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.companies.models import Company
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, WorkspaceFactory, attribute


def offer(record: Attributed, source: Source, **values: Any) -> Report:
    """Offer values to one record, as a door would: with the workspace read afresh."""
    workspace = Workspace.objects.get(pk=record.workspace_id)
    return write(type(record), workspace, {record.pk: values}, source, now=NOW)[record.pk]


def value(record: Attributed, key: str) -> Any:
    workspace = Workspace.objects.get(pk=record.workspace_id)
    definition = catalogue_of(workspace, record.about)[key]
    return read(type(record), [record.pk], [definition])[record.pk][key]


def holder(record: Attributed, key: str) -> str | None:
    """Whose the value is, as the table of precedence sees it."""
    return holder_of(type(record).objects.get(pk=record.pk).holders, key, value(record, key))


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace)


@pytest.fixture
def acme(workspace: Workspace) -> Company:
    return CompanyFactory(workspace=workspace)


@pytest.fixture
def plan(workspace: Workspace) -> Attribute:
    return attribute(workspace, "plan")
