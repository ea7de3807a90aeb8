"""The company half of a person's qualification panel: which company is meant, how one is given (QUAL-18, QUAL-26)."""

from datetime import datetime
from typing import Any, cast

from django.db.models import F, QuerySet
from django.urls import reverse

from apps.attributes.models import Attributed, State
from apps.people.models import Person
from apps.qualification.panel import Half
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from .arrivals import name_company
from .models import Company, Membership

MOST_NAMES = 20


def memberships(person: Person) -> QuerySet[Membership]:
    """A person's companies that teammates see: the one they were last seen with first."""
    found = Membership.objects.filter(person=person, company__state=State.ACTIVE)
    return found.order_by(F("last_seen_at").desc(nulls_last=True), "-created_at", "-pk")


def company_of(person: Attributed) -> Company | None:
    """The company that a person's panel speaks of: the one they were last seen with."""
    latest = memberships(cast(Person, person)).values("company_id")[:1]
    company = Company.objects.of(person.workspace).active().heads().filter(pk__in=latest).first()
    if company:
        company.workspace = person.workspace
    return company


def begin(person: Attributed, name: Any, *, by: Hand, now: datetime) -> Company:
    """Attach a person to the company of a name, which is made where there is none (QUAL-26)."""
    return name_company(cast(Person, person), str(name), by=by, now=now)


def names_url(person: Attributed) -> str:
    return reverse("companies:names", args=[person.workspace.app_id])


def matching(workspace: Workspace, text: str) -> list[Company]:
    """Companies whose name begins so, ignoring case; the last seen ones for nothing."""
    companies = Company.objects.of(workspace).active().heads().exclude(name=None)
    if "\x00" in text:  # in no name, and no statement may hold it
        return []
    if text:
        companies = companies.filter(name__lower__startswith=text.lower())
    return list(companies.order_by(F("last_request_at").desc(nulls_last=True), "-pk")[:MOST_NAMES])


COMPANY_HALF = Half(about="company", record=company_of, begin=begin, begins_with="name", names_url=names_url)
