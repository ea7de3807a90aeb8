"""The sections of a profile: this floor's own and those of floors below. The floors above register theirs."""

from functools import cached_property

from apps.attributes.definitions import Definition
from apps.attributes.facts import Fact, facts_of
from apps.attributes.ingest_log import IGNORED
from apps.attributes.sections import Context, Section, Sections
from apps.qualification.panel import asked
from apps.qualification.sections import QUALIFICATION
from apps.segments.sections import SEGMENTS, InSegments
from apps.tags.sections import NOTES, TAGS
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest

from . import details, mobile
from .models import Person
from .parting import merges_into

SHOW_ALL = "details=all"
MOST_MERGES = 20


class Profile(InSegments):
    """One person's page."""

    def __init__(self, request: PageRequest, person: Person) -> None:
        super().__init__(request, person)
        self.person = person
        self.shows_all = SHOW_ALL in (request.htmx.current_url or "") or SHOW_ALL in request.GET.urlencode()

    @cached_property
    def asked(self) -> list[Definition]:
        """The qualification set."""
        return asked(self.workspace)

    @property
    def asked_keys(self) -> set[str]:
        return {definition.key for definition in self.asked if definition.about == "person"}

    @cached_property
    def offered(self) -> list[Definition]:
        """The standard attributes that there are to choose from (ATT-04)."""
        return details.offered(self.workspace, self.catalogue)

    @cached_property
    def detailed(self) -> list[Definition]:
        """The standard attributes that Details shows to this teammate (ATT-02)."""
        return self.offered if self.shows_all else details.chosen(self.seat, self.catalogue)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every value of the person that the page shows, and no other."""
        own = [definition for definition in self.asked if definition.about == "person"]
        apps = [self.catalogue[key] for key in mobile.LAST_SEEN]
        shown = [*own, *self.detailed, *apps, *self.catalogue.custom]
        return facts_of(self.person, {definition.key: definition for definition in shown}.values())

    @cached_property
    def in_apps(self) -> list[Fact]:
        """What mobile apps have told of the person, less what Details shows; of most people they were told nothing."""
        if all(self.facts[key].value is None for key in mobile.LAST_SEEN):
            return []
        detailed = {definition.key for definition in self.detailed}
        told = [d for d in self.catalogue.standard if mobile.is_mobile(d) and d.key not in detailed]
        return [fact for fact in facts_of(self.person, told).values() if fact.value is not None]


_sections = Sections()
register = _sections.register
sections = _sections.in_order
shown = _sections.shown
fragment = _sections.fragment


# ---- this floor's own ------------------------------------------------------------------------------------------------


def details_section(profile: Profile) -> Context:
    facts = [profile.facts[definition.key] for definition in profile.detailed]
    # where the owner is a question of the set, it is picked up there
    owner = None if "owner_id" in profile.asked_keys else profile.facts.get("owner_id")
    owned = details.owner_cell(profile.seat, profile.person, owner)
    return {"facts": facts, "owner": owned, "page_url": profile.person.page_url}


def mobile_apps(profile: Profile) -> Context | None:
    """What mobile apps have told of this person, once one has (ATT-04)."""
    return {"facts": profile.in_apps} if profile.in_apps else None


def custom_attributes(profile: Profile) -> Context:
    facts = [profile.facts[definition.key] for definition in profile.catalogue.custom]
    return {"facts": facts, "count": len(facts)}


def merges(profile: Profile) -> Context | None:
    """Who was merged into this person, and until when that can be undone (BEY-07)."""
    found = list(merges_into(profile.person)[:MOST_MERGES])
    for merge in found:
        merge.lead.workspace = profile.workspace
    return {"merges": found, "now": now()} if found else None


def register_own() -> None:
    register(QUALIFICATION)
    register(
        Section(
            30,
            "details",
            "Details",
            "people/_details.html",
            details_section,
            actions="people/_details_actions.html",
            aside=True,
        )
    )
    register(Section(35, "mobile", "Mobile apps", "people/_mobile.html", mobile_apps, aside=True))
    register(
        Section(40, "attributes", "Custom attributes", "people/_custom_attributes.html", custom_attributes, aside=True)
    )
    register(SEGMENTS)
    register(TAGS)
    register(NOTES)
    register(Section(85, "merges", "Merged", "people/_merges.html", merges, aside=True))
    register(IGNORED)
