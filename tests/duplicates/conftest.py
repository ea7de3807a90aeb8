"""A workspace, and how a test has everybody looked through."""

from datetime import datetime

import pytest
from django.test import Client

from apps.companies.models import Company, Membership
from apps.duplicates import looking
from apps.duplicates.models import BulkMerge, Look, Pair
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)
    return client


@pytest.fixture
def acme(workspace: Workspace) -> Company:
    return CompanyFactory(workspace=workspace)


def looked(workspace: Workspace, now: datetime = NOW) -> Look:
    """A look that has ended."""
    look = looking.begin(workspace, now=now)
    jobs.run(Look, look.pk)
    look.refresh_from_db()
    assert (look.state, look.error) == ("done", "")
    return look


def waiting(workspace: Workspace) -> set[frozenset[Person]]:
    return {frozenset(pair.both) for pair in Pair.objects.waiting(workspace)}


def reasons(workspace: Workspace) -> list[list[str]]:
    return [list(pair.alike_by) for pair in Pair.objects.waiting(workspace)]


def both(*people: Person) -> frozenset[Person]:
    return frozenset(people)


def two(workspace: Workspace, **values: object) -> tuple[Person, Person]:
    """Two users who share what is given."""
    return PersonFactory(workspace=workspace, **values), PersonFactory(workspace=workspace, **values)


def join(company: Company, *people: Person) -> None:
    for person in people:
        Membership.objects.create(workspace=company.workspace, person=person, company=company, created_at=NOW)


def ended(job: BulkMerge) -> BulkMerge:
    jobs.run(BulkMerge, job.pk)
    job.refresh_from_db()
    return job
