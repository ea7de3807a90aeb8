"""What filters ask about events, and what lists show of them: four fields an event (FILT-14, EVT-09).

    event.exported-csv         has it occurred?
    event_count.exported-csv   how often
    event_first.exported-csv   when first, and event_last.exported-csv when last

All of them are answered by the summaries. Archived events are not found (EVT-12).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain

from django.db.models import F, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.utils.functional import SimpleLazyObject

from apps.segments.catalogue import EVENTS, Field, Provider, Relation, register
from apps.segments.usage import users_of
from apps.workspace.models import Workspace

from .models import EventName, EventSummary


def active_names(workspace: Workspace) -> list[EventName]:
    """The events in use, by label; asked once for as long as the workspace is in hand."""
    prefetch_related_objects([workspace], "event_names")
    names = [name for name in workspace.event_names.all() if not name.archived_at]
    return sorted(names, key=lambda name: (name.label.casefold(), name.name))


def labels(names: Iterable[EventName]) -> dict[int, str]:
    """How each reads among the others: with its key where two would read alike (EVT-13)."""
    names = list(names)
    alike = Counter(name.label for name in names)
    return {name.pk: name.label if alike[name.label] == 1 else f"{name.label} ({name.name})" for name in names}


def _summary(name: EventName) -> QuerySet[EventSummary]:
    """What is known of the event, of the person whom the query around it is about."""
    return EventSummary.objects.filter(workspace=name.workspace_id, name=name.pk, person=OuterRef("pk"))


def _column(name: EventName, column: str) -> Subquery:
    return Subquery(_summary(name).values(column)[:1])


def _occurrence(name: EventName, label: str) -> Field:
    return _field(name, "event", label, "occurrence", "mouse-pointer-click")


def _count(name: EventName, label: str) -> Field:
    return _field(name, "event_count", f"{label} count", "number", "hash", "count")


def _first(name: EventName, label: str) -> Field:
    return _field(name, "event_first", f"{label} first occurred", "date", "calendar", "first_at")


def _last(name: EventName, label: str) -> Field:
    return _field(name, "event_last", f"{label} last occurred", "date", "calendar", "last_at")


def _field(name: EventName, prefix: str, label: str, kind: str, icon: str, column: str = "") -> Field:
    return Field(
        address=f"{prefix}.{name.name}",
        label=label,
        group=EVENTS,
        kind=kind,
        value=F(column) if column else None,
        relation=Relation(f"event {name.pk}", partial(_summary, name)),
        description=name.description or name.name,
        icon=icon,
        column=SimpleLazyObject(partial(_column, name, column)) if column else None,  # few of hundreds are shown
    )


Make = Callable[[EventName, str], Field]
MADE: dict[str, Make] = {"event": _occurrence, "event_count": _count, "event_first": _first, "event_last": _last}


def _find(make: Make, workspace: Workspace, address: str) -> Field | None:
    names = active_names(workspace)
    sent = address.partition(".")[2]
    name = next((name for name in names if name.name == sent), None)
    return make(name, labels(names)[name.pk]) if name else None


def _every(make: Make, workspace: Workspace) -> list[Field]:
    names = active_names(workspace)
    labelled = labels(names)
    return [make(name, labelled[name.pk]) for name in names]


def uses_of(name: EventName) -> list[str]:
    """The saved segments that ask for an event, in words; by whichever of its fields."""
    asking = (users_of(name.workspace, f"{prefix}.{name.name}") for prefix in MADE)
    return [f"segment: {segment}" for segment in dict.fromkeys(chain.from_iterable(asking))]


def register_fields() -> None:
    for prefix, make in MADE.items():
        register("person", Provider(prefix, partial(_find, make), partial(_every, make)))
