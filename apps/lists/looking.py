"""What a teammate sees of a list: one page of it, how many match, and a sentence where something does not go.

A list never keeps anybody waiting: the count is estimated where counting is slow, and a page that takes too long is
given up with a sentence that says what to do instead (BEY-10, UI-05).
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from django.conf import settings
from django.db.models import QuerySet

from apps.attributes.paging import Page, Place
from apps.segments import counting, indexing, standing
from apps.segments.comparisons import Moment
from apps.segments.counting import Count
from apps.segments.language import Unreadable
from apps.workspace.models import Seat
from apps.workspace.patience import OutOfPatience, patience

from .asking import Asking, matching
from .choosing import Chosen, chosen_by
from .columns import Column, Sort, default_sort, sort_of
from .rows import Row, Table, Way, table_of

PATIENCE = 5.0  # seconds that a page of a list may take
SHORT = 1.0  # seconds that a walk may take: who is looked for may all stand at its end
FEW = 5_000  # so many matches are sorted sooner than they are met on a walk through a million records in order
STEP = 2.0  # what a step of the walk costs, in the planner's units: a row somewhere else
FAR = 20_000  # steps of a walk; on each of them related rows are looked up
DIRECTIONS = {True: "descending", False: "ascending"}
NO_PAGE = Page((), 0, None, None)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. `sort`: how a click sorts the list; `direction`: how it is sorted by it now."""

    label: str
    sort: Sort | None
    direction: str = ""
    is_number: bool = False

    @property
    def arrow_up(self) -> bool:
        """The way of the order as it is, or as a click would make it."""
        return self.direction == "ascending" if self.direction else bool(self.sort and not self.sort.descending)


@dataclass(frozen=True)
class Look:
    """One page of a list. `count` is None where the question cannot be answered; then `problem` says why."""

    asking: Asking
    columns: Sequence[Column]
    sort: Sort
    count: Count | None
    table: Table
    problem: str = ""

    @property
    def rows(self) -> Sequence[Row]:
        return self.table.rows

    @property
    def page(self) -> Page:
        return self.table.page

    @cached_property
    def asks_more(self) -> bool:
        """Whether the filter asks for anything but which of the workspace's lists it is."""
        asking, home = self.asking, standing.find(self.asking.workspace, self.asking.kind.about, self.asking.kind.home)
        if not (asking.is_edited or asking.standing.is_badge):  # all users, all leads
            return False
        try:
            return bool(asking.filter) and asking.filter != home.filter
        except Unreadable:
            return False

    @property
    def is_narrowed(self) -> bool:
        """Whether another question would find more."""
        return bool(self.asking.search) or self.asks_more

    @property
    def heads(self) -> list[Head]:
        """Of every column, the first one included."""
        kind = self.asking.kind
        first = sort_of(self.asking.workspace, kind, kind.first_field)
        return [self._head(kind.first_column, first), *(self._of(column) for column in self.columns)]

    def _of(self, column: Column) -> Head:
        return self._head(column.label, Sort(column.field) if column.is_sortable else None, column.is_number)

    def _head(self, label: str, sort: Sort | None, is_number: bool = False) -> Head:
        if sort is None:
            return Head(label, None, is_number=is_number)
        if sort.field.address == self.sort.field.address:
            return Head(label, self.sort.reversed, DIRECTIONS[self.sort.descending], is_number)
        return Head(label, sort.first_way(), is_number=is_number)

    @property
    def hidden_sort(self) -> str:
        """What the list is in order of, where no column says so."""
        shown = {self.asking.kind.first_field, *(column.address for column in self.columns)}
        return "" if self.sort.field.address in shown else self.sort.field.label


def look(asking: Asking, seat: Seat, moment: Moment, after: str = "", before: str = "") -> Look:
    """One page of a list: the count, the rows, and what is shown of them."""
    chosen = chosen_by(seat, asking.workspace, asking.kind)
    sort = sort_of(asking.workspace, asking.kind, asking.sort) or chosen.sort
    try:
        known = counting.recalled(asking.question)
        if known is None or known.exact:  # else it is known to find more than a few
            asking = asking.searched()
        records = matching(asking, moment)
    except Unreadable as unreadable:
        return _look(asking, chosen, sort, None, _nothing(), unreadable.message)

    def counted() -> Count:
        return counting.quick_with(known, records, asking.question)

    is_told = known and _tell(asking, known) and not (after or before)
    try:
        count = known if known and is_told else counted()
        if count.exact and not count.number:
            return _look(asking, chosen, sort, count, _nothing())
        table, sort, problem = _page(asking, chosen, sort, Matching(records, count), moment, after, before)
        if table.total is not None and not problem:
            count = Count(table.total, exact=True)
        elif is_told:  # they are more than a moment ago
            count = counted()
        elif not count.exact:
            count = replace(count, number=max(count.number, table.page.last + bool(table.page.after)))
    except OutOfPatience:  # of the planner, be the filter too much for it or the database too busy
        return _look(asking, chosen, sort, None, _nothing(), TOO_MUCH)
    return _look(asking, chosen, sort, count, table, problem)


def _tell(asking: Asking, known: Count) -> bool:
    """Whether the rows themselves tell how many match: a moment ago they were few, found before they are sorted."""
    return known.exact and 0 < known.number <= FEW and _is_narrowed(asking)


@dataclass(frozen=True, slots=True)
class Matching:
    """The records that a list is asked for, and how many they are."""

    records: QuerySet
    count: Count


def _look(asking: Asking, chosen: Chosen, sort: Sort, count: Count | None, table: Table, problem: str = "") -> Look:
    return Look(asking, chosen.columns, sort, count, table, problem)


def _nothing() -> Table:
    return Table((), NO_PAGE)


def _way(asking: Asking, sort: Sort, matching: Matching) -> Way:
    """How a page is found soonest. The planner cannot know it: it takes the records for shuffled and guesses how many
    match, where they are counted by now."""
    if not _is_narrowed(asking):
        return Way.ANY  # it is an index that finds them, in their order
    count = matching.count
    steps = counting.steps_to(matching.records, count, settings.PAGE_SIZE)
    if count.number <= FEW and count.cost < STEP * steps:
        return Way.FIND
    is_usual = str(sort) == str(default_sort(asking.workspace, asking.kind))
    return Way.WALK if is_usual and steps <= FAR else Way.ANY


def _is_narrowed(asking: Asking) -> bool:
    """Whether more is asked than the index tells in which the usual order stands."""
    if asking.search:
        return True
    try:
        return any(condition.field not in asking.kind.walked_by for condition in asking.filter.conditions())
    except Unreadable:
        return False


def _page(
    asking: Asking, chosen: Chosen, sort: Sort, matching: Matching, moment: Moment, after: str, before: str
) -> tuple[Table, Sort, str]:
    """The page as it is wanted; else in the usual order; else none, and why."""
    usual = default_sort(asking.workspace, asking.kind)
    soon = ""
    tries = [(sort, after, before)] + ([(usual, "", "")] if str(sort) != str(usual) else [])
    for order, beyond, ahead in tries:
        begun = time.perf_counter()
        try:
            table = _table(asking, chosen, order, matching, beyond, ahead)
        except OutOfPatience:
            continue
        finally:
            soon = soon or _soon(asking, order, time.perf_counter() - begun, moment)
        problem = "" if order is sort else _too_slow_to_sort(asking, sort)
        return table, order, f"{problem} {soon}".strip()
    too_slow = TOO_SLOW.format(plural=asking.kind.plural, seconds=PATIENCE)
    return _nothing(), usual, f"{too_slow} {soon}".strip()


def _table(asking: Asking, chosen: Chosen, sort: Sort, matching: Matching, after: str, before: str) -> Table:
    places = {"after": Place.read(after, sort.column), "before": Place.read(before, sort.column)}

    def found(way: Way, seconds: float) -> Table:
        columns, lookups = chosen.columns, counting.ONE_BY_ONE if way is Way.WALK else {}
        with patience(seconds, lookups):
            return table_of(asking.workspace, asking.kind, matching.records, columns, sort, **places, way=way)

    way = _way(asking, sort, matching)
    if way is Way.WALK:
        with suppress(OutOfPatience):
            return found(way, SHORT)
        way = Way.ANY
    return found(way, PATIENCE)


def _soon(asking: Asking, sort: Sort, seconds: float, moment: Moment) -> str:
    """Whether the next one who asks for this will be answered sooner (BEY-12)."""
    return indexing.took(asking.workspace, asking.kind.about, sort.attribute, asking.filter, seconds, moment.now)


TOO_MUCH = "Asking all of this would take too long. Take something out of the filter, or load the list again later."
TOO_SLOW = "These {plural} were not found within {seconds:g} seconds. Narrow the filter, or load the list again later."


def _too_slow_to_sort(asking: Asking, sort: Sort) -> str:
    return (
        f"Sorting so many {asking.kind.plural} by {sort.field.label} took longer than {PATIENCE:g} seconds, so they "
        "stand in the usual order. Narrow the filter, then sort again."
    )
