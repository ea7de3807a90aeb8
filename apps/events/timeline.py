"""What a person did: every event summed up, and the single occurrences of the last 90 days (EVT-01, EVT-07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from apps.attributes.facts import MARKS
from apps.attributes.paging import Page, Place, page_of
from apps.attributes.sources import Source
from apps.people.models import Person

from .fields import labels
from .metadata import Fact, facts_of
from .models import Event, EventName, EventSummary
from .pruning import KEPT

PAGE = 20


@dataclass(frozen=True)
class Line:
    """One occurrence as the timeline shows it."""

    event: Event
    label: str

    @cached_property
    def facts(self) -> list[Fact]:
        return facts_of(self.event.metadata)

    @property
    def source(self) -> Source:
        return Source(self.event.source)

    @property
    def icon(self) -> str:
        return MARKS[self.source]

    @property
    def teaser(self) -> str:
        """The first of its metadata, for the row that is not opened."""
        return ", ".join(f"{fact.key}: {fact.words}" for fact in self.facts if fact.words)


@dataclass(frozen=True)
class Timeline:
    """A page of occurrences, the latest first; of one event where `name` is one."""

    person: Person
    summaries: Sequence[EventSummary]
    name: EventName | None
    page: Page

    @property
    def lines(self) -> list[Line]:
        # what came between the two queries shows the next time
        return [Line(event, self.labels[event.name_id]) for event in self.page.rows if event.name_id in self.labels]

    @cached_property
    def labels(self) -> dict[int, str]:
        return labels(summary.name for summary in self.summaries)

    @property
    def choices(self) -> list[tuple[int, str]]:
        """The events to filter by."""
        return sorted(self.labels.items(), key=lambda item: item[1].casefold())


def summaries_of(person: Person) -> list[EventSummary]:
    """What a person ever did, the latest first."""
    found = EventSummary.objects.filter(workspace=person.workspace, person=person).select_related("name")
    return list(found.order_by("-last_at", "name__name"))


def timeline_of(
    person: Person,
    summaries: Sequence[EventSummary],
    now: datetime,
    *,
    name: str = "",
    after: Place | None = None,
    most: int = PAGE,
) -> Timeline:
    """A page of what a person did lately; a name that is none of theirs is no filter."""
    chosen = next((summary.name for summary in summaries if str(summary.name_id) == name), None)
    events = Event.objects.filter(workspace=person.workspace, person=person, at__gte=now - KEPT)
    if chosen:
        events = events.filter(name=chosen)
    return Timeline(person, summaries, chosen, page_of(events, "at", most, after=after))
