"""One page of a list: its rows, and of every row the columns that stand in it and no other (UI-02, UI-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Func, QuerySet, Window

from apps.attributes.paging import Order, Page, page_of
from apps.attributes.values import loaded
from apps.workspace.models import Workspace

from .columns import Column, Sort, fetched_of, words_of
from .kinds import ListKind

SORTED, TOTAL = "sorted_value", "total"


class Way(Enum):
    """How the database finds a page of rows."""

    ANY = "as its planner thinks best"
    WALK = "through all records in the order of an index, until enough of them match"
    FIND = "all that match, then the first of them in order"


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
    """The rows of one page, and the places of its neighbours. `total`: how many match, where the rows told it."""

    rows: Sequence[Row]
    page: Page
    total: int | None = None


def table_of(
    workspace: Workspace,
    kind: ListKind,
    records: QuerySet,
    columns: Sequence[Column],
    sort: Sort,
    *,
    after: Any = None,
    before: Any = None,
    way: Way = Way.ANY,
) -> Table:
    """A page of some records: one query, and one for each sort of column that is asked for apart."""
    asked = {column.name: column.field.column for column in columns if column.field.column is not None}
    order = _order(columns, sort, way)
    records = records.only(*kind.face).annotate(**asked)
    if order.by == SORTED:
        records = records.annotate(**{SORTED: _unindexed(sort.key) if way is Way.FIND else sort.key})
    is_told = way is Way.FIND and order.descending and not (after or before)  # all of them in one statement
    if is_told:
        records = records.annotate(**{TOTAL: Window(Count("*"))})
    page = page_of(records, order, settings.PAGE_SIZE, after=after, before=before)
    fetched = fetched_of(kind, workspace, columns, [record.pk for record in page.rows])
    names = words_of(columns, page.rows)
    return Table([_row(record, columns, fetched, names) for record in page.rows], page, _total(page, is_told))


def _total(page: Page, is_told: bool) -> int | None:
    """What the rows say of how many match; a list that ends on its first page is counted, too."""
    if is_told and page.rows:
        return getattr(page.rows[0], TOTAL)
    return None if page.before or page.after else len(page.rows)


def _order(columns: Sequence[Column], sort: Sort, way: Way) -> Order:
    """By a column that is selected anyway, where it is compared as it stands."""
    same = next((one.name for one in columns if one.address == sort.field.address), None)
    if sort.column == "text" or way is Way.FIND:
        same = None
    return Order(same or SORTED, sort.column, sort.descending)


def _unindexed(key: Any) -> Func:
    """The same value, which no index is in order of: the planner takes records for shuffled, and would walk through a
    million of them in order to meet the few that match. What stands in a SELECT of its own it does not look into."""
    return Func(F(key) if isinstance(key, str) else key, template="(SELECT %(expressions)s)")


def _row(record: Any, columns: Sequence[Column], fetched: dict[str, Any], names: dict[int, str]) -> Row:
    return Row(record, [_cell(record, column, fetched, names) for column in columns])


def _cell(record: Any, column: Column, fetched: dict[str, Any], names: dict[int, str]) -> Cell:
    if column.fetched:
        return Cell(column, fetched[column.address][record.pk])
    value = getattr(record, column.name)
    if column.is_member:
        return Cell(column, value, names.get(value, ""))
    return Cell(column, loaded(column.definition, value))
