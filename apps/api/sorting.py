"""The order that a search asks for, and its pages: by keyset, as the app's own lists are read (UI-05)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from apps.attributes.paging import Order, page_of
from apps.attributes.paging import Place as Cursor
from apps.people.models import Person
from apps.segments import travelling
from apps.segments.catalogue import Field
from apps.workspace.models import Workspace
from apps.workspace.patience import patience
from apps.workspace.problems import Problem

from .paging import WITHIN, Answer, about, invalid_cursor, size_of
from .searching import field_of, name_of

WAYS = {"ascending": False, "descending": True}
SORTED = "sorted_value"


class Sort:
    """What a search is in order of: the unknown last, and of equals the newest first."""

    def __init__(self, field: Field, *, descending: bool) -> None:
        column = field.definition.kind.column if field.definition else ""
        self.key = Lower(field.value) if column == "text" else field.value
        self.order = Order(SORTED, column, descending)


def sort_of(workspace: Workspace, raw: Any) -> Sort:
    """What `sort` asks for: {field, order}. Raises Problem."""
    if not isinstance(raw, Mapping):
        raise Problem("sort must be an object: {field, order}.", field="sort")
    way = raw.get("order", "descending")
    if not isinstance(way, str) or way not in WAYS:
        wrong = f"Invalid sort order {way!r}. Must be one of: {', '.join(WAYS)}"
        raise Problem(wrong, code="invalid_sort_order", field="sort")
    field = field_of(workspace, raw.get("field"))
    if field.address in travelling.OTHERS:
        many = f"Contacts cannot be sorted by {name_of(field)}: they may have several."
        raise Problem(many, code="invalid_field", field="sort")
    return Sort(field, descending=WAYS[way])


def read_sorted(people: QuerySet[Person], sort: Sort, pagination: Any, usual: int) -> tuple[list[Person], Answer]:
    """One page in that order, and what the answer says of it."""
    size, after = _wanted(sort, pagination, usual)
    with patience(WITHIN):
        total = people.count()
        page = page_of(people.annotate(**{SORTED: sort.key}), sort.order, size, after=after)
    if after and page.before is None:  # nothing comes after: what is answered is the first page once more
        return [], about(total, after.number // size + 1, size, None)
    number = page.first // size + 1
    following = {"page": number + 1, "per_page": size, "starting_after": str(page.after)} if page.after else None
    return list(page.rows), about(total, number, size, following)


def _wanted(sort: Sort, pagination: Any, usual: int) -> tuple[int, Cursor | None]:
    if pagination is None:
        return usual, None
    if not isinstance(pagination, Mapping):
        raise Problem("pagination must be an object: {per_page, starting_after}.", field="pagination")
    token = pagination.get("starting_after")
    after = Cursor.read(str(token), sort.order.column) if token else None
    if token and after is None:
        raise invalid_cursor()
    return size_of(pagination.get("per_page"), usual), after
