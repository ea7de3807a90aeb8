"""One page of a list: its rows, and of every row the columns that stand in it and no other (UI-02, UI-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, QuerySet

from apps.attributes.paging import Order, Page, page_of
from apps.attributes.values import loaded
from apps.workspace.models import Workspace

from .columns import Column, Sort, fetched_of, words_of
from .kinds import ListKind

FEW = 5_000  # so many matches are sorted sooner than they are met on a walk through a million records in order
SORTED = "sorted_value"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value where it stands. `words` is what is read instead of a key: a teammate's name."""

    column: Column
    value: Any
    words: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record, and the values of the columns shown, in their order."""

    record: Any
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one page, and the places of its neighbours."""

    rows: Sequence[Row]
    page: Page


def table_of(
    workspace: Workspace,
    kind: ListKind,
    records: QuerySet,
    columns: Sequence[Column],
    sort: Sort,
    *,
    after: Any = None,
    before: Any = None,
) -> Table:
    """A page of some records: one query, and one for each sort of column that is asked for apart."""
    asked = {column.name: column.field.column for column in columns if column.field.column is not None}
    order = _order(columns, sort)
    records = records.only(*kind.face).annotate(**asked)
    if order.by == SORTED:
        records = records.annotate(**{SORTED: sort.key})
    page = page_of(records, order, settings.PAGE_SIZE, after=after, before=before)
    fetched = fetched_of(kind, workspace, columns, [record.pk for record in page.rows])
    names = words_of(columns, page.rows)
    return Table([_row(record, columns, fetched, names) for record in page.rows], page)


def _order(columns: Sequence[Column], sort: Sort) -> Order:
    """By a column that is selected anyway, where it is compared as it stands."""
    same = next((one.name for one in columns if one.address == sort.field.address), None)
    return Order(same if same and sort.column != "text" else SORTED, sort.column, sort.descending)


def _row(record: Any, columns: Sequence[Column], fetched: dict[str, Any], names: dict[int, str]) -> Row:
    return Row(record, [_cell(record, column, fetched, names) for column in columns])


def _cell(record: Any, column: Column, fetched: dict[str, Any], names: dict[int, str]) -> Cell:
    if column.fetched:
        return Cell(column, fetched[column.address][record.pk])
    value = getattr(record, column.name)
    if column.is_member:
        return Cell(column, value, names.get(value, ""))
    return Cell(column, loaded(column.definition, value))


def found_first(records: Any) -> Any:
    """The same records, looked up before they are sorted: a walk in order until enough rare ones are met is slow."""
    pks = ArraySubquery(records.order_by().values("pk"))
    is_one = Func(F("pk"), pks, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    return records.model._default_manager.filter(is_one)
