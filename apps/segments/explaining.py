"""Why a record is in a segment, or is not: each condition with its answer and the value behind it (BEY-03).

The database is asked condition by condition, in one query about that one row, in the very words that lists ask it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone

from apps.attributes.models import Attributed
from apps.attributes.templatetags.attribute_values import day_and_time
from apps.workspace.models import Workspace

from . import fields, nesting
from .catalogue import Field, Relation
from .comparisons import A_DAY, Moment
from .compiling import Asked, Unanswerable, by_relation, checked, compiled
from .language import Condition, Filter, Group, Unreadable, all_of
from .standing import Standing
from .wording import named, phrase, predicate, window

MOST_SHOWN = 3  # values of related rows
UNKNOWN = "Unknown"


@dataclass(frozen=True)
class Line:
    """One condition: whether it is met (None: it cannot be asked), and what the record has there, in words."""

    words: str
    met: bool | None
    actual: str = ""
    window: str = ""  # what a date's comparison means just now
    inside: "Explanation | None" = None  # of a condition that asks for a segment


@dataclass(frozen=True)
class Part:
    """A group of conditions. `note` says why it is not met although each of some conditions is (FILT-13)."""

    lines: Sequence[Line]
    any: bool
    met: bool | None
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """A whole segment: whether the record is in (None: it is broken, and `problem` says why)."""

    standing: Standing
    parts: Sequence[Part] = ()
    any: bool = False
    met: bool | None = None
    problem: str = ""


Row = Mapping[str, Any]
Column = Callable[[Row], Any]


def explained(record: Attributed, standing: Standing, moment: Moment) -> Explanation:
    """Why, or why not. One query, beside those that find the names of teammates and tags in a filter."""
    asking = _Asking(record, moment)
    finish = _segment(asking, standing)
    return finish(asking.row())


class _Asking:
    """What one row is asked: each question becomes a column, and is read from the answer."""

    def __init__(self, record: Attributed, moment: Moment) -> None:
        self.record = record
        self.moment = moment
        self.columns: dict[str, Any] = {}

    @property
    def workspace(self) -> Workspace:
        return self.record.workspace

    def column(self, expression: Any) -> Column:
        name = f"asked_{len(self.columns)}"
        self.columns[name] = expression
        return lambda row: row[name]

    def truth(self, asked: Filter) -> Column:
        """Whether a filter is met; None where it cannot be asked. Unknown is not met."""
        try:
            question = compiled(self.workspace, self.record.about, asked, self.moment)
        except Unreadable:
            return lambda row: None
        answer = self.column(ExpressionWrapper(question, BooleanField()))
        return lambda row: bool(answer(row))

    def row(self) -> Row:
        if not self.columns:
            return {}
        rows = type(self.record)._default_manager.filter(workspace=self.workspace, pk=self.record.pk)
        return rows.annotate(**self.columns).values(*self.columns).get()


# ---- the tree, asked and then answered -------------------------------------------------------------------------------


def _segment(asking: _Asking, standing: Standing) -> Callable[[Row], Explanation]:
    try:
        asked = standing.filter
        compiled(asking.workspace, standing.about, asked, asking.moment)
        problem = ""
    except Unreadable as broken:
        problem = broken.message
        if isinstance(standing.stored, Unreadable):
            return lambda row: Explanation(standing, problem=problem)
    met = asking.truth(asked)
    parts = [_part(asking, group) for group in asked.groups]
    return lambda row: Explanation(standing, [part(row) for part in parts], asked.any, met(row), problem)


def _part(asking: _Asking, group: Group) -> Callable[[Row], Part]:
    met = asking.truth(Filter((group,)))
    lines = [_line(asking, condition) for condition in group.conditions]
    notes = [] if group.any else _notes(asking, group)

    def answered(row: Row) -> Part:
        note = "" if met(row) is not False else next((found for note in notes if (found := note(row))), "")
        return Part([line(row) for line in lines], group.any, met(row), note)

    return answered


def _notes(asking: _Asking, group: Group) -> list[Callable[[Row], str]]:
    """Of the conditions that one related row must meet, all of them: are they met only by different ones?"""
    try:
        asked = [checked(asking.workspace, asking.record.about, condition) for condition in group.conditions]
    except Unanswerable:
        return []
    return [_note(asking, together) for together in by_relation(asked) if len(together) > 1]


def _note(asking: _Asking, asked: Sequence[Asked]) -> Callable[[Row], str]:
    each = [asking.truth(all_of(one.condition)) for one in asked]
    together = asking.truth(all_of(*(one.condition for one in asked)))
    names = " and ".join(named(one) for one in asked)

    def answered(row: Row) -> str:
        is_split = all(one(row) for one in each) and not together(row)
        return f"{names} are each met, but not by one and the same." if is_split else ""

    return answered


def _line(asking: _Asking, condition: Condition) -> Callable[[Row], Line]:
    workspace, about = asking.workspace, asking.record.about
    try:
        one = checked(workspace, about, condition)
        inner = fields.inner(workspace, about, condition) if one.field.address == nesting.ADDRESS else None
    except Unanswerable:
        words = phrase(workspace, about, condition)
        return lambda row: Line(words, None)
    met, actual = asking.truth(all_of(condition)), _actual(asking, one)
    inside = _segment(asking, inner) if inner else None
    words = f"{named(one)} {predicate(one)}"
    means = window(one, asking.moment, timezone.get_current_timezone())
    return lambda row: Line(words, met(row), actual(row), means, inside(row) if inside else None)


# ---- what the record has ---------------------------------------------------------------------------------------------


def _actual(asking: _Asking, one: Asked) -> Callable[[Row], str]:
    field, now = one.field, asking.moment.now
    if field.relation:
        return _of_related(asking, field, field.relation)
    if field.value is None:  # the condition says it all: a tag, a segment
        return lambda row: ""
    value = asking.column(field.value)
    return lambda row: _said(field, value(row), now)


def _of_related(asking: _Asking, field: Field, relation: Relation) -> Callable[[Row], str]:
    """The values that the related rows have, "none" where there is no such row."""
    now = asking.moment.now
    if field.value is None:
        there_is = asking.column(relation.some(Q()))
        return lambda row: "" if there_is(row) else "none"
    values = asking.column(ArraySubquery(relation.rows().annotate(has=field.value).values("has")[: MOST_SHOWN + 1]))

    def said(row: Row) -> str:
        words = [_said(field, value, now) for value in values(row)]
        return ", ".join(words[:MOST_SHOWN] + ["…"] * (len(words) > MOST_SHOWN)) or "none"

    return said


def _said(field: Field, value: Any, now: datetime) -> str:
    """A value in words; a date with how far away it is."""
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        return f"{distance(value, now)}: {day_and_time(timezone.localtime(value))}"
    if field.definition is None or field.kind in ("member", "role"):
        return field.said(value)
    kind = field.definition.kind
    return kind.words(kind.loaded(value))


def distance(value: datetime, now: datetime) -> str:
    """How many blocks of 24 hours lie between, as comparisons count them (DATE-02)."""
    days = abs(now - value) // A_DAY
    words = f"{days:,} {'day' if days == 1 else 'days'}"
    return f"{words} ahead" if value > now else f"{words} ago"
