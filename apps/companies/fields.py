"""What filters may ask about people through their companies, and about companies through their people (FILT-13, 16)."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import SimpleLazyObject

from apps.attributes.definitions import Definition
from apps.attributes.kinds import KINDS
from apps.attributes.models import State
from apps.people.models import Person
from apps.segments.catalogue import (
    COMPANY,
    STANDARD_GROUP,
    Field,
    Provider,
    Relation,
    attribute_field,
    attribute_fields,
    register,
    related,
)
from apps.workspace.models import Workspace

from .models import Company, Membership

PREFIX = "company"
# Labels that would be another attribute's once "Company" leads them.
RELABELED = {"id": "Company record ID", "created_at": "Company first seen"}
PEOPLE = Definition("company", "people", "People", KINDS["number"], column="", writable=frozenset())  # counted


def register_fields() -> None:
    register("person", Provider(PREFIX, _find, _every))
    register("company", Provider(PEOPLE.key, _find_people, lambda workspace: [_people()]))


# ---- of people -------------------------------------------------------------------------------------------------------


def _find(workspace: Workspace, address: str) -> Field | None:
    prefix, _, attribute = address.partition(".")
    if not attribute:
        return _belonging(workspace) if address == prefix else None
    field = attribute_field(workspace, "company", attribute)
    return _of_company(workspace, field) if field else None


def _every(workspace: Workspace) -> Iterable[Field]:
    attributes = (_of_company(workspace, field) for field in attribute_fields(workspace, "company"))
    return [_belonging(workspace), *attributes]


def _belonging(workspace: Workspace) -> Field:
    return Field(
        address=PREFIX,
        label="Company",
        group=COMPANY,
        kind="belonging",
        relation=_companies(workspace),
        description="Whether somebody belongs to any company",
        icon="building-2",
    )


def _of_company(workspace: Workspace, field: Field) -> Field:
    field = replace(field, label=RELABELED.get(field.address, field.label))
    column = SimpleLazyObject(partial(_of_latest, workspace, field.value))  # there are hundreds, and few are shown
    return related(field, PREFIX, COMPANY, _companies(workspace), column=column)


def _companies(workspace: Workspace) -> Relation:
    return Relation(PREFIX, partial(_joined, workspace))


def _joined(workspace: Workspace) -> QuerySet[Company]:
    """The companies of the person whom the query around it is about: those that teammates see."""
    return Company.objects.filter(workspace=workspace, state=State.ACTIVE, memberships__person=OuterRef("pk"))


def _of_latest(workspace: Workspace, value: Any) -> Subquery:
    """A value of the company with which a person was last seen: the one their panel speaks of."""
    latest = _joined(workspace).order_by(
        F("memberships__last_seen_at").desc(nulls_last=True), "-memberships__created_at", "-memberships__pk"
    )
    return Subquery(latest.annotate(shown=value).values("shown")[:1])


# ---- of companies ----------------------------------------------------------------------------------------------------


def _find_people(workspace: Workspace, address: str) -> Field | None:
    return _people() if address == PEOPLE.key else None


def _people() -> Field:
    """How many people on the lists belong to a company."""
    members = Membership.objects.filter(company=OuterRef("pk"), person__in=Person.objects.listed()).order_by()
    counted = members.values("company").annotate(amount=Count("pk")).values("amount")
    number = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return Field(
        address=PEOPLE.key,
        label=PEOPLE.label,
        group=STANDARD_GROUP["company"],
        kind="number",
        value=number,
        column=number,
        definition=PEOPLE,
        description="How many people belong to it",
        icon=PEOPLE.kind.icon,
    )
