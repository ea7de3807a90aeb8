"""The qualification panel of a record: the set's questions with what is known, each ready to be edited in place.

A person's panel also asks questions about their company. Companies stand on a floor above, so they register how one
sort of record's panel reaches another's values: a `Half`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.facts import Fact, facts_of
from apps.attributes.models import Attributed
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.workspace.hands import Hand
from apps.workspace.models import Seat, Workspace
from apps.workspace.permissions import Grant, can

from . import editing
from .models import Question

Asked = list[Definition]
Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Half:
    """Another sort of record whose questions stand on a panel too."""

    about: str
    record: Callable[[Attributed], Attributed | None]  # the panel's record → the one its questions are about
    begin: Callable[..., Attributed]  # (panel's record, value, *, by, now): make or choose the missing one
    begins_with: str  # the only key that can be edited while there is none (QUAL-26)
    names_url: Callable[[Attributed], str]  # where names to choose from are found


_halves: dict[type[Attributed], list[Half]] = {}


def register(model: type[Attributed], half: Half) -> None:
    """Show another sort of record's questions on the panels of `model`."""
    _halves.setdefault(model, []).append(half)


@dataclass(frozen=True)
class Cell:
    """One value on a panel: what is known, by whose hand, and whether this teammate may change it."""

    subject: Attributed  # whose panel it stands on
    definition: Definition
    fact: Fact | None  # none where there is no record to know it of
    editable: bool
    half: Half | None = None

    @property
    def id(self) -> str:
        return f"cell-{self.definition.about}-{self.definition.slug}"

    @property
    def value(self) -> Any:
        return self.fact.value if self.fact else None

    @property
    def can_release(self) -> bool:
        """Re-sync is for what a teammate set by hand (QUAL-16)."""
        asked = self.half is not None or self.definition.key not in editing.always_editable(self.subject)
        return self.editable and asked and self.fact is not None and self.fact.holder is Source.MANUAL

    @property
    def url(self) -> str:
        return self._address("qualification:cell")

    @property
    def hold_url(self) -> str:
        return self._address("qualification:hold")

    @property
    def names_url(self) -> str:
        """Where names to choose from are found, while there is no record yet."""
        return self.half.names_url(self.subject) if self.half and not self.fact else ""

    def _address(self, view: str) -> str:
        subject = [self.subject.workspace.app_id, self.subject.about, self.subject.public_id]
        return reverse(view, args=[*subject, self.definition.about, self.definition.key])

    def save(self, value: Any, *, by: Hand, now: datetime) -> Report:
        """Write a teammate's value. Raises Problem or Refusal."""
        if self.fact:
            return editing.edit(self.fact.record, self.definition.key, value, by=by, now=now)
        assert self.half is not None  # noqa: S101 - without a record only a half can be edited
        self.half.begin(self.subject, value, by=by, now=now)
        return Report()


@dataclass(frozen=True)
class Group:
    """Questions that stand together because they are about the same record."""

    about: str
    record: Attributed | None
    cells: list[Cell]


@dataclass(frozen=True)
class Panel:
    """What the qualification set asks of one record, in the set's order (QUAL-29)."""

    subject: Attributed
    groups: list[Group] = field(default_factory=list)

    @cached_property
    def cells(self) -> list[Cell]:
        return [cell for group in self.groups for cell in group.cells]

    @property
    def is_editable(self) -> bool:
        return any(cell.editable for cell in self.cells)

    @property
    def asks_about_company(self) -> bool:
        return any(group.about == "company" for group in self.groups)


def asked(workspace: Workspace) -> Asked:
    """The attributes of the set, in its order; archived ones are left out (ATT-40)."""
    questions = Question.objects.filter(workspace=workspace)
    found = (catalogue_of(workspace, question.about).get(question.key) for question in questions)
    return [definition for definition in found if definition and not definition.archived]


def panel_of(seat: Seat, subject: Attributed, asks: Asked | None = None, facts: Facts | None = None) -> Panel:
    """A record's panel as a teammate sees it. `facts` are the record's own values where they were read already."""
    asks = asked(subject.workspace) if asks is None else asks
    own = facts if facts is not None else _known(subject, subject.about, asks)
    sides = {subject.about: _Side(subject, own)}
    for half in _halves.get(type(subject), []):
        if any(definition.about == half.about for definition in asks):
            record = half.record(subject)
            sides[half.about] = _Side(record, _known(record, half.about, asks), half)
    return Panel(
        subject,
        [
            _group(seat, subject, sides[about], list(run))
            for about, run in groupby(asks, key=lambda definition: definition.about)
            if about in sides
        ],
    )


def cell_of(seat: Seat, subject: Attributed, about: str, key: str) -> Cell | None:
    """One cell of a record's panel; None for what the panel does not ask, the owner of a person apart (IDN-24)."""
    definition = catalogue_of(subject.workspace, about).get(key)
    if definition is None or definition.archived:
        return None
    own = about == subject.about
    always = own and key in editing.always_editable(subject)
    if not always and not Question.objects.filter(workspace=subject.workspace, about=about, key=key).exists():
        return None
    found = panel_of(seat, subject, [definition]).cells
    return found[0] if found else None


@dataclass(frozen=True)
class _Side:
    """The record that one sort of questions is about, with what is known of it."""

    record: Attributed | None
    facts: Facts
    half: Half | None = None


def _known(record: Attributed | None, about: str, asks: Asked) -> Facts:
    mine = [definition for definition in asks if definition.about == about]
    return facts_of(record, mine) if record and mine else {}


def _group(seat: Seat, subject: Attributed, side: _Side, run: Asked) -> Group:
    return Group(run[0].about, side.record, [_cell(seat, subject, definition, side) for definition in run])


def _cell(seat: Seat, subject: Attributed, definition: Definition, side: _Side) -> Cell:
    fact, half = side.facts.get(definition.key), side.half
    allowed = can(seat, Grant.EDIT_DATA) and Source.MANUAL in definition.writable
    if fact is not None and definition.key in editing.closed(fact.record):
        allowed = False
    reachable = fact is not None or (half is not None and definition.key == half.begins_with)
    return Cell(subject, definition, fact, allowed and reachable, half)


# ---- what else on the page shows a value -----------------------------------------------------------------------------

Echo = Callable[..., Iterable[str]]  # (request, subject, about, keys) → fragments that htmx swaps out of band
_echoes: list[Echo] = []


def register_echo(echo: Echo) -> Echo:
    """Say what else changes on a page when values were edited on its panel (UPD-08)."""
    _echoes.append(echo)
    return echo


def echoes(request: Any, subject: Attributed, about: str, key: str) -> list[str]:
    """The fragments of everything else that shows the value, or what follows from it."""
    followers = [follower for follower, leader in subject.derived_from.items() if leader == key]
    keys = {key, *(followers if about == subject.about else ())}
    return [fragment for echo in _echoes for fragment in echo(request, subject, about, keys)]
