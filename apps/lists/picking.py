"""Choosing what to filter by: every field there is, group after group, and the text that is looked for in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.attributes.searching import sought
from apps.segments import catalogue
from apps.segments.catalogue import GROUPS, Field
from apps.workspace.pages import PageRequest

from . import building
from .asking import Asking

FEW = 7  # of each group, until one is opened or something is looked for
FEW_FOUND = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """A field, and where choosing it leads."""

    field: Field
    url: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A group of fields, the first of them, and where all of them are."""

    name: str
    count: int
    offers: Sequence[Offer]
    all: str


@dataclass(frozen=True, slots=True)
class Picker:
    """What there is to choose from for one place of a filter."""

    asking: Asking
    at: str
    search: str
    shelves: Sequence[Shelf]

    @property
    def count(self) -> int:
        return sum(shelf.count for shelf in self.shelves)

    @property
    def said(self) -> dict[str, str]:
        return {**self.asking.said, "at": self.at}

    @property
    def first(self) -> Field | None:
        """What Enter chooses: the best of what was looked for."""
        return self.shelves[0].offers[0].field if self.search and self.shelves else None


def picker_of(request: PageRequest, asking: Asking, at: str) -> Picker:
    """What a request looks for (`find`), or the whole of one group (`group`)."""
    search, group = sought(request.GET.get("find", "")), request.GET.get("group", "")
    fields = [one for one in catalogue.fields(asking.workspace, asking.kind.about) if one.comparisons]
    return Picker(asking, at, search, shelves(asking, at, fields, search, group))


def shelves(asking: Asking, at: str, fields: Iterable[Field], search: str, opened: str = "") -> list[Shelf]:
    """The fields by group; with a search those that fit it, the best first."""
    usual = () if opened else asking.kind.columns
    by_group: dict[str, list[tuple[int, Field]]] = {}
    for field in fields:
        if (fit := fitness(field, search, usual)) is not None and opened in ("", field.group):
            by_group.setdefault(field.group, []).append((fit, field))
    for ranked in by_group.values():
        ranked.sort(key=lambda one: one[0])
    order = sorted(by_group, key=lambda name: (by_group[name][0][0] if search else 0, GROUPS.index(name)))
    return [_shelf(asking, at, name, [field for _, field in by_group[name]], search, opened) for name in order]


def _shelf(asking: Asking, at: str, name: str, fields: Sequence[Field], search: str, opened: str) -> Shelf:
    shown = fields if opened else fields[: FEW_FOUND if search else FEW]
    offers = [Offer(field, building.editor(asking, at, field=field.address)) for field in shown]
    rest = len(fields) > len(shown)
    return Shelf(name, len(fields), offers, building.picker(asking, at, group=name, find=search) if rest else "")


def fitness(field: Field, search: str, usual: Sequence[str]) -> int | None:
    """How well a field fits a search, 0 best; None where it does not. Without one, what lists show comes first."""
    if not search:
        return usual.index(field.address) if field.address in usual else len(usual)
    text, label = search.lower(), field.label.lower()
    if text == label:
        return 0
    if label.startswith(text):
        return 1
    if f" {text}" in label:
        return 2
    words = text.split()
    for rank, said in enumerate((label, f"{label} {field.address}", f"{label} {field.address} {field.description}"), 3):
        if all(word in said.lower() for word in words):
            return rank
    return None
