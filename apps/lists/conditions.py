"""One condition while it is edited: its widget, its hints, and what it means just now (BEY-11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from apps.segments import catalogue, wording
from apps.segments.catalogue import Field
from apps.segments.comparisons import Comparison, Moment
from apps.segments.compiling import Asked, Unanswerable, checked
from apps.segments.counting import Count, quick
from apps.segments.fitting import fitting
from apps.segments.language import Condition, Filter, Group, Unreadable
from apps.workspace.patience import OutOfPatience

from . import building
from .asking import Asking, matching
from .building import Place

SURE = ("role", "tag", "segment", "occurrence", "belonging")  # kinds without an unknown, or where it is what is asked


@dataclass(frozen=True)
class Preview:
    """What a condition means just now, and how many the whole filter would find with it."""

    window: str = ""
    together: str = ""  # the time that is left by all of an And group's conditions on the same date
    zone: str = ""
    count: Count | None = None
    problem: str = ""


@dataclass(frozen=True)
class Editor:
    """The form of one condition. `value` is what stands in its widget, fitting or not."""

    asking: Asking
    at: str
    place: Place
    field: Field
    comparison: Comparison
    value: Any = None
    error: str = ""
    preview: Preview = Preview()

    @property
    def act(self) -> str:
        return "change" if self.place.is_condition else "add"

    @property
    def said(self) -> dict[str, str]:
        """What the form carries beside what is chosen in it."""
        return {**self.asking.said, "act": self.act, "at": self.at, "field": self.field.address}

    @property
    def id(self) -> str:
        """The chip that will be there when it is applied."""
        groups = self.asking.filter.groups
        if self.place.group is None:
            return building.chip_id(len(groups), 0)
        if self.place.condition is None:
            return building.chip_id(self.place.group, len(groups[self.place.group].conditions))
        return building.chip_id(self.place.group, self.place.condition)

    @property
    def picker(self) -> str:
        return building.picker(self.asking, self.at)

    @property
    def edit_url(self) -> str:
        return self._page("edit")

    @property
    def url(self) -> str:
        return self._page("condition")

    @property
    def preview_url(self) -> str:
        return self._page("preview")

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """What there is to choose, and what was chosen even where it is gone."""
        offered = [(str(value), label) for value, label in self.field.choices()] if self.field.choices else []
        chosen = "" if self.value is None else str(self.value)
        if chosen and chosen not in dict(offered):
            offered.append((chosen, self.field.said(chosen)))
        return offered

    @property
    def admits_unknown(self) -> bool:
        """Whether to say that the unknown match as well (FILT-09)."""
        return self.comparison.admits_unknown and self.comparison.name != "is_unknown" and self.field.kind not in SURE

    @property
    def is_of_company(self) -> bool:
        return self.field.relation is not None and self.field.relation.key == "company"

    @property
    def day_zone(self) -> str:
        """Whose calendar a day is of, where it is not the reader's (DATE-08)."""
        own = self.asking.workspace.timezone
        return own if self.comparison.takes == "day" and own != timezone.get_current_timezone_name() else ""

    def _page(self, name: str) -> str:
        return reverse(f"lists:filter-{name}", args=[self.asking.workspace.app_id, self.asking.kind.about])


def editor_of(asking: Asking, params: Mapping[str, str]) -> Editor | None:
    """The form that an address asks for: of a condition that is there, or of a field that was chosen for a place.

    None where there is no such field any more. Raises Unreadable where there is no such place.
    """
    at = params.get("at", "")
    place = Place.read(asking.filter, at)
    stands = place.of(asking.filter) if place.is_condition and "field" not in params else None
    condition = stands or building.written(params)
    field = catalogue.find(asking.workspace, asking.kind.about, condition.field)
    if field is None or not field.comparisons:
        return None
    comparison = field.comparison(condition.comparison) or field.comparisons[0]
    return Editor(asking, at, place, field, comparison, condition.value)


def preview_of(editor: Editor, moment: Moment) -> Preview:
    """What a condition means and finds as it stands in its form; why it cannot be asked, as soon as it has a value."""
    if editor.comparison.takes and editor.value is None:
        return Preview()
    condition = Condition(editor.field.address, editor.comparison.name, editor.value)
    try:
        one = fitting(editor.asking.workspace, editor.asking.kind.about, condition)
        after = _with(editor, condition)
    except Unanswerable as problem:
        return Preview(problem=problem.message)
    group = after.groups[-1 if editor.place.group is None else editor.place.group]
    zone = timezone.get_current_timezone()
    return Preview(
        window=wording.window(one, moment, zone),
        together=_together(editor.asking, group, one, moment),
        zone=timezone.get_current_timezone_name(),
        count=_count(editor.asking.with_filter(after), moment),
    )


def _with(editor: Editor, condition: Condition) -> Filter:
    asked, place = editor.asking.filter, editor.place
    if place.group is None or place.condition is None:
        return building.add(asked, condition, place.group)
    return building.change(asked, place.group, place.condition, condition)


def _count(asking: Asking, moment: Moment) -> Count | None:
    """None where another condition cannot be asked, or the database is too busy even for an estimate."""
    try:
        return quick(matching(asking, moment))
    except (Unreadable, OutOfPatience):
        return None


def _together(asking: Asking, group: Group, one: Asked, moment: Moment) -> str:
    """What several conditions on one date leave of time: "between now and 13 Mar 2026, 15:00" (DATE-06)."""
    if group.any or wording.span(one, moment) is None:
        return ""
    same = [condition for condition in group.conditions if condition.field == one.field.address]
    spans = [span for condition in same if (span := _span(asking, condition, moment))]
    if len(spans) < 2:
        return ""
    since = max((since for since, _ in spans if since), default=None)
    until = min((until for _, until in spans if until), default=None)
    if since and until and since >= until:
        return "no date at all: they exclude each other"
    return wording.between(since, until, moment, timezone.get_current_timezone())


def _span(asking: Asking, condition: Condition, moment: Moment) -> wording.Span | None:
    try:
        return wording.span(checked(asking.workspace, asking.kind.about, condition), moment)
    except Unanswerable:
        return None
