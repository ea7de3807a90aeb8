"""Who is who in the tests: Ann is a user, Ben a lead, Acme a company, Tess a teammate, Olaf one without rights."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.attributes.catalogue import catalogue_of
from apps.attributes.defining import define
from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.companies.models import Company
from apps.people.models import Person, Role
from apps.qualification.choosing import add, furnish
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, Teammate, Workspace

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # the clock of the rules' examples


class WorkspaceFactory(DjangoModelFactory):
    class Meta:
        model = Workspace
        skip_postgeneration_save = True

    app_id = factory.Sequence(lambda number: f"made{number}")
    name = "Acme Analytics"
    created_at = NOW

    @factory.post_generation
    def furnished(self: Workspace, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            furnish(self)


class TeammateFactory(DjangoModelFactory):
    class Meta:
        model = Teammate
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"teammate{number}@example.test")
    name = "Tess"
    password = factory.django.Password("correct horse battery")


class SeatFactory(DjangoModelFactory):
    class Meta:
        model = Seat

    workspace = factory.SubFactory(WorkspaceFactory)
    teammate = factory.SubFactory(TeammateFactory)
    role = "super_admin"


class PersonFactory(DjangoModelFactory):
    """A user, straight into the table: for what stood before the test begins."""

    class Meta:
        model = Person

    workspace = factory.SubFactory(WorkspaceFactory)
    role = Role.USER
    external_id = factory.Sequence(lambda number: f"user-{number}")
    created_at = NOW
    updated_at = NOW


class LeadFactory(PersonFactory):
    role = Role.LEAD
    external_id = None
    email = factory.Sequence(lambda number: f"lead{number}@example.test")


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    workspace = factory.SubFactory(WorkspaceFactory)
    company_id = factory.Sequence(lambda number: f"company-{number}")
    name = "Acme"
    created_at = NOW
    updated_at = NOW


def attribute(workspace: Workspace, name: str, kind: str = "text", about: str = "person", **more: Any) -> Attribute:
    """A custom attribute, defined as a teammate would."""
    return define(workspace, about, name, kind, source=Source.MANUAL, by=NOBODY, now=NOW, **more)


def question(workspace: Workspace, asked: Attribute) -> None:
    """Put an attribute into the qualification set."""
    workspace.refresh_from_db()
    add(workspace, catalogue_of(workspace, asked.about)[asked.name], by=NOBODY, now=NOW)
