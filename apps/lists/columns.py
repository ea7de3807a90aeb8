"""What can stand in a list beside the name, and what the list can be in order of (UI-03, ATT-45, EVT-09)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Lower

from apps.attributes.definitions import Definition
from apps.attributes.facts import teammate_names
from apps.attributes.kinds import KINDS
from apps.attributes.models import Attributed
from apps.segments import catalogue
from apps.segments.catalogue import Field
from apps.tags.tagging import tags_of_each
from apps.workspace.models import Teammate, Workspace

from .kinds import ListKind

MOST = 40  # columns at once

Fetch = Callable[[type[Attributed], Workspace, Collection[int]], dict[int, Any]]

# Columns that are no expression of the row's own table: asked for the rows of a page at once.
FETCHED: dict[str, Fetch] = {"tag": tags_of_each}


@dataclass(frozen=True)
class Column:
    """A field that stands in a list. `name` is its annotation in the query."""

    field: Field
    name: str

    @property
    def address(self) -> str:
        return self.field.address

    @property
    def slug(self) -> str:
        """A name for it in a page's ids: addresses may hold any character."""
        return slug(self.address)

    @cached_property
    def label(self) -> str:
        return PLURALS.get(self.address, self.field.label)

    @cached_property
    def definition(self) -> Definition:
        """What shows its values."""
        return self.field.definition or Definition("", self.address, self.label, _kind(self.field), "", frozenset())

    @property
    def fetched(self) -> Fetch | None:
        return FETCHED.get(self.address)

    @property
    def is_member(self) -> bool:
        return self.field.kind == "member"

    @cached_property
    def is_number(self) -> bool:
        return self.definition.kind.column == "number" and not self.is_member

    @property
    def is_sortable(self) -> bool:
        return self.field.column is not None


PLURALS = {"tag": "Tags"}


@dataclass(frozen=True)
class Sort:
    """What a list is in order of, and which way. The unknown stand last both ways."""

    field: Field
    descending: bool = True

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.field.address}"

    @property
    def reversed(self) -> "Sort":
        return Sort(self.field, not self.descending)

    @property
    def column(self) -> str:
        """The type of what is compared: text, number, date or flag."""
        return "text" if self.field.kind == "member" else _kind(self.field).column

    @property
    def key(self) -> Any:
        """What is compared: text in whatever case, teammates by name."""
        if self.field.kind == "member" and self.field.definition:
            teammate = Teammate.objects.filter(pk=OuterRef(self.field.definition.column))
            return Lower(Subquery(teammate.values("name")[:1]))
        return Lower(self.field.column) if self.column == "text" else self.field.column

    @property
    def attribute(self) -> Definition | None:
        """The attribute of the records themselves that they are in order of, if it is one."""
        definition = self.field.definition
        return definition if definition and definition.column and self.field.relation is None else None

    def first_way(self) -> "Sort":
        """How a click on a column sorts at first: the latest and the largest on top, text from A."""
        return Sort(self.field, self.column != "text")


def _kind(field: Field) -> Any:
    return field.definition.kind if field.definition else KINDS.get(field.kind, KINDS["text"])


def slug(address: str) -> str:
    return f"{crc32(address.encode()):08x}"


def is_showable(field: Field) -> bool:
    return field.column is not None or field.address in FETCHED


def found(workspace: Workspace, about: str, address: str) -> Field | None:
    """The field of a column; None where it is gone, archived or cannot be shown (ATT-40)."""
    field = catalogue.find(workspace, about, address)
    return field if field and is_showable(field) else None


def every(workspace: Workspace, about: str) -> list[Field]:
    """What the column picker offers."""
    return [field for field in catalogue.fields(workspace, about) if is_showable(field)]


def columns_of(workspace: Workspace, kind: ListKind, addresses: Iterable[str]) -> list[Column]:
    """The columns of some addresses; without those that are gone meanwhile."""
    fields = (found(workspace, kind.about, address) for address in dict.fromkeys(addresses))
    return [Column(field, f"column_{place}") for place, field in enumerate(filter(None, fields))][:MOST]


def sort_of(workspace: Workspace, kind: ListKind, written: str) -> Sort | None:
    """The order that "-last_seen_at" names; None where there is nothing like it."""
    field = catalogue.find(workspace, kind.about, written.removeprefix("-"))
    return Sort(field, written.startswith("-")) if field and field.column is not None else None


def default_sort(workspace: Workspace, kind: ListKind) -> Sort:
    sort = sort_of(workspace, kind, kind.sort)
    if sort is None:
        raise LookupError(f"There is no attribute to sort by: {kind.sort}.")
    return sort


# ---- values that are asked for a page at once ------------------------------------------------------------------------


def words_of(columns: Sequence[Column], rows: Sequence[Any]) -> dict[int, str]:
    """The names of the teammates who stand in some rows: one query where there is such a column."""
    keys = [getattr(row, column.name) for column in columns if column.is_member for row in rows]
    return teammate_names(keys)


def fetched_of(kind: ListKind, workspace: Workspace, columns: Sequence[Column], pks: Collection[int]) -> dict[str, Any]:
    """The values of the columns that are asked for apart: {address: {pk: value}}, one query each."""
    return {column.address: column.fetched(kind.model, workspace, pks) for column in columns if column.fetched}
