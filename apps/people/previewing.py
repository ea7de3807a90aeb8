"""What a merge by hand would do, field by field, before anything is done (BEY-07).

The values are judged by what will carry it out, `adoptable`, so that the page and the deed cannot differ.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.facts import teammate_names
from apps.attributes.values import read
from apps.attributes.writing import Held, adoptable

from . import following
from .following import Merging, Tally
from .merging import ADDED_UP, LATEST, groups_of
from .models import Person, Role

# Shown though nothing of them is taken over: who asks for a merge wants to know what becomes of them.
STAYING = ("external_id", "email", "signed_up_at", "created_at")
NAMES = ("external_id", "email")


@dataclass(frozen=True)
class Shown:
    """One value as the page words it; `name` is a teammate's."""

    definition: Definition
    value: Any
    name: str = ""


@dataclass(frozen=True)
class Field:
    """One attribute: what each of the two has, and what the survivor will have."""

    definition: Definition
    kept: Shown
    gone: Shown
    result: Shown
    note: str = ""
    choice: str = ""  # the name of the question whose value survives, where a teammate may choose
    takes_other: bool = False
    asks: bool = False  # whether this is the line that asks; others of the group follow it

    @property
    def is_lost(self) -> bool:
        return self.gone.value is not None and self.gone.value != self.result.value and not self.note


class Preview:
    """Everything that the page of a merge says about two people."""

    def __init__(self, gone: Person, kept: Person, asked: Mapping[str, Any], now: datetime) -> None:
        self.gone = gone
        self.kept = kept
        self.now = now
        self.workspace = gone.workspace
        self.known = catalogue_of(self.workspace, Person.about)
        self.groups = list(groups_of(gone))
        self.instead = frozenset(
            group[0] for group in self.groups if gone.role == Role.USER and asked.get(_question(group)) == "other"
        )

    @cached_property
    def values(self) -> dict[int, dict[str, Any]]:
        keys = dict.fromkeys([*(key for group in self.groups for key in group), *ADDED_UP, *LATEST, *STAYING])
        found = [definition for key in keys if (definition := self.known.get(key))]
        return read(Person, [self.gone.pk, self.kept.pk], found)

    @cached_property
    def fields(self) -> list[Field]:
        """The attributes of which either has a value: first what there is to choose, then what changes."""
        told = sorted(self._told(), key=lambda field: (not field.choice, field.kept.value == field.result.value))
        return [field for field in told if field.kept.value is not None or field.gone.value is not None]

    @property
    def choices(self) -> list[Field]:
        return [field for field in self.fields if field.choice]

    @property
    def changes(self) -> list[Field]:
        """What the survivor gets without a choice."""
        return [f for f in self.fields if not f.choice and f.kept.value != f.result.value]

    @property
    def unchanged(self) -> list[Field]:
        return [f for f in self.fields if not f.choice and f.kept.value == f.result.value]

    @property
    def lost(self) -> list[Field]:
        """The values that survive nowhere but in what undoing keeps."""
        return [field for field in self.fields if field.is_lost]

    @cached_property
    def tallies(self) -> list[Tally]:
        return following.tallies(Merging(self.workspace, self.gone.pk, self.kept.pk, self.now))

    def _told(self) -> Iterator[Field]:
        theirs, ours = self.values[self.gone.pk], self.values[self.kept.pk]
        taken = adoptable(Held(theirs, self.gone.holders), Held(ours, self.kept.holders), self.groups, self.instead)
        names = teammate_names(v.get("owner_id") for v in (theirs, ours))
        questions = self._questions(theirs, ours)
        for key in ours:
            result = taken[key].new if key in taken else self._result(key, theirs[key], ours[key])
            definition, question = self.known[key], questions.get(key, ())
            yield Field(
                definition,
                kept=_shown(definition, ours[key], names),
                gone=_shown(definition, theirs[key], names),
                result=_shown(definition, result, names),
                note=self._note(key, theirs[key], ours[key]),
                choice=_question(question) if question else "",
                takes_other=bool(question) and question[0] in self.instead,
                asks=bool(question) and key == _asking(question, theirs, ours),
            )

    def _questions(self, theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        """Of two users: the groups of which both have something, and not the same (of a blank that is held, too)."""
        if self.gone.role != Role.USER:
            return {}
        lack = Held(ours, self.kept.holders)
        disputed = (
            group
            for group in self.groups
            if any(theirs.get(key) is not None for key in group)
            and any(lack.holder(key) is not None for key in group)
            and any(theirs.get(key) != ours.get(key) for key in group)
        )
        return {key: group for group in disputed for key in group}

    @staticmethod
    def _result(key: str, theirs: Any, ours: Any) -> Any:
        both = [value for value in (theirs, ours) if value is not None]
        if key in ADDED_UP:
            return sum(both) if both else None
        return max(both, default=None) if key in LATEST else ours

    def _note(self, key: str, theirs: Any, ours: Any) -> str:
        both = theirs is not None and ours is not None
        if key in ADDED_UP and both:
            return "added up"
        if key in LATEST and both:
            return "the later one"
        if key in NAMES and theirs is not None and theirs != ours and key not in self.movable:
            return f"{theirs} leads to {self.kept.label} from now on"
        return "their own" if key in STAYING and key not in self.movable else ""

    @cached_property
    def movable(self) -> frozenset[str]:
        return frozenset(key for group in self.groups for key in group)


def chosen(gone: Person, kept: Person, asked: Mapping[str, Any], now: datetime) -> Collection[str]:
    """The attributes whose value the other's replaces, as a form says it."""
    return Preview(gone, kept, asked, now).instead


def _question(group: Collection[str]) -> str:
    """The name of a form's field: keys may hold any character, and so may a field's name."""
    return f"keep:{next(iter(group))}"


def _asking(group: tuple[str, ...], theirs: dict[str, Any], ours: dict[str, Any]) -> str:
    """Of what is told together, the first that differs asks for all."""
    return next(key for key in group if theirs.get(key) != ours.get(key))


def _shown(definition: Definition, value: Any, names: dict[int, str]) -> Shown:
    return Shown(definition, value, names.get(value, "") if definition.kind.name == "member" and value else "")
