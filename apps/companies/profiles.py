"""A company's page: its figures, and its sections; the floors above register theirs (CO-09)."""

from collections.abc import Iterable
from functools import cached_property

from django.template.loader import render_to_string

from apps.attributes.addresses import address
from apps.attributes.definitions import Definition
from apps.attributes.facts import Fact, facts_of
from apps.attributes.ingest_log import IGNORED
from apps.attributes.models import Attributed
from apps.attributes.paging import Page, Place, page_of
from apps.attributes.sections import Context, Section, Sections
from apps.people.lists import FACE
from apps.people.lists import SORTED_BY as SEEN
from apps.people.models import Person, PersonQuerySet
from apps.qualification.panel import asked
from apps.qualification.sections import QUALIFICATION
from apps.segments.sections import SEGMENTS, InSegments
from apps.tags.sections import NOTES, TAGS
from apps.workspace.pages import PageRequest

from .fields import PEOPLE
from .models import Company

FIGURES = ("plan", "monthly_spend", PEOPLE.key, "session_count", "last_request_at", "created_at")
MEMBERS = 10  # on a page of the section

_sections = Sections()
register = _sections.register
shown = _sections.shown
fragment = _sections.fragment


class CompanyProfile(InSegments):
    """One company's page."""

    def __init__(self, request: PageRequest, company: Company) -> None:
        super().__init__(request, company)
        self.company = company

    @cached_property
    def asked(self) -> list[Definition]:
        """The company half of the qualification set."""
        return [definition for definition in asked(self.workspace) if definition.about == "company"]

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every value of the company."""
        return facts_of(self.company, self.catalogue.active)

    @property
    def members(self) -> PersonQuerySet:
        """The people on the lists who belong to it."""
        return Person.objects.of(self.workspace).listed().filter(memberships__company=self.company)

    @cached_property
    def people(self) -> int:
        return self.members.count()

    @property
    def figures(self) -> list[Fact]:
        """What the card reads: plan, spend, people, sessions, last seen, created (CO-09)."""
        people = Fact(self.company, PEOPLE, self.people, holder=None, provenance=None)
        return [people if key == PEOPLE.key else self.facts[key] for key in FIGURES]


# ---- sections --------------------------------------------------------------------------------------------------------


def people(profile: CompanyProfile) -> Context:
    """A page of the people who belong to it, those seen last first."""
    asks = profile.request.GET
    after, before = Place.read(asks.get("after", "")), Place.read(asks.get("before", ""))
    page = page_of(profile.members.only(*FACE, SEEN), SEEN, MEMBERS, after=after, before=before)
    return {"page": page, "count": profile.people, **_neighbours(profile, page)}


def _neighbours(profile: CompanyProfile, page: Page) -> dict[str, str]:
    path = profile.company.page()
    return {
        "previous": address(path, before=page.before) if page.before else "",
        "next": address(path, after=page.after) if page.after else "",
    }


def attributes(profile: CompanyProfile) -> Context:
    facts = [profile.facts[definition.key] for definition in profile.catalogue.active]
    return {"facts": facts, "count": len(facts)}


def register_own() -> None:
    register(QUALIFICATION)
    register(
        Section(20, "people", "People", "companies/_people.html", people, actions="companies/_people_actions.html")
    )
    register(Section(30, "attributes", "Attributes", "companies/_attributes.html", attributes, aside=True))
    register(SEGMENTS)
    register(TAGS)
    register(NOTES)
    register(IGNORED)


# ---- what else shows a value that was edited -------------------------------------------------------------------------


def head(profile: CompanyProfile, *, oob: bool = False) -> str:
    """Name and figures, as they stand now."""
    return render_to_string("companies/_head.html", head_context(profile) | {"oob": oob}, profile.request)


def head_context(profile: CompanyProfile) -> dict[str, object]:
    return {"company": profile.company, "figures": profile.figures, "memberships": profile.memberships}


def echo(request: PageRequest, subject: Attributed, about: str, keys: set[str]) -> Iterable[str]:
    """The head, and the lines of Attributes, of values that were just edited on a company's page (UPD-08)."""
    if not isinstance(subject, Company) or about != "company":
        return
    profile = CompanyProfile(request, subject)
    if keys & {"name", *FIGURES}:
        yield head(profile, oob=True)
    for key in keys & set(profile.facts):
        yield render_to_string("profiles/_fact.html", {"fact": profile.facts[key], "oob": True}, request)
