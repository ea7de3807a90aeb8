"""Finding people by what is known of them: one filter, and pages that go on from a cursor.

Only `=` and only the fields in `field_of` are understood. Everything else is refused, never ignored: a filter that is
dropped in silence would find the wrong people.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db.models import Lookup, QuerySet
from django.db.models.lookups import Exact, GreaterThanOrEqual, IsNull, LessThan

from apps.attributes.definitions import Catalogue, Definition
from apps.attributes.kinds import KINDS, Setting, midnight
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.attributes.values import Value
from apps.people.models import Person
from apps.workspace.models import Workspace
from apps.workspace.problems import Problem

USUAL_SIZE, LARGEST_SIZE = 50, 150
STANDARD_FIELDS = {"external_id", "email"}
CUSTOM = "custom_attributes."
OPERATORS = {"="}
GROUPS = {"AND", "OR"}


# ---- the filter ------------------------------------------------------------------------------------------------------


def matching(workspace: Workspace, known: Catalogue, query: Any) -> QuerySet[Person]:
    """The people whom a query means; archived, blocked and deleted ones never match. Raises Problem."""
    if not isinstance(query, dict):
        raise Problem("A search needs a query: {field, operator, value}.", code="parameter_missing", field="query")
    check_operator(query.get("operator"))
    definition = field_of(known, query.get("field"))
    if "value" not in query:
        raise Problem("The filter needs a value; null finds people without one.", code="parameter_missing")
    conditions = equals(definition, query["value"], workspace.zone)
    return Person.objects.of(workspace).listed().filter(*conditions)


def check_operator(operator: Any) -> None:
    if isinstance(operator, str) and operator in GROUPS:
        raise Problem("Groups of filters are not supported; send one filter: {field, operator, value}.")
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise Problem(f"The operator {operator!r} is not supported; only '=' is.", field="operator")


def field_of(known: Catalogue, name: Any) -> Definition:
    """The attribute that a filter names."""
    if isinstance(name, str) and name.startswith(CUSTOM):
        definition = known.get(name.removeprefix(CUSTOM))
        if definition is None or not definition.custom or definition.archived:
            missing = f"Custom attribute '{name.removeprefix(CUSTOM)}' does not exist"
            raise Problem(missing, code="invalid_field", field="field")
        return definition
    if not isinstance(name, str) or name not in STANDARD_FIELDS:
        raise Problem(
            f"{name!r} is not a field that contacts can be searched by; use external_id, email or {CUSTOM}NAME.",
            code="invalid_field",
            field="field",
        )
    return known[name]


def equals(definition: Definition, raw: Any, zone: ZoneInfo) -> Sequence[Lookup]:
    """`=`: the same value; for a date the same day in the workspace's zone; for null no value at all (API-07)."""
    column = Value(definition)
    if raw is None:
        return [IsNull(column, True)]
    value = _sought(definition, raw, zone)
    if definition.kind.column == "date":
        day = value.astimezone(zone).date()
        begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        return [GreaterThanOrEqual(column, begins), LessThan(column, ends)]
    return [Exact(column, value)]


def _sought(definition: Definition, raw: Any, zone: ZoneInfo) -> Any:
    kind = definition.kind
    if kind.column == "flag" and str(raw) in ("0", "1"):  # clients send 1 for true
        raw = str(raw) == "1"
    if kind.column == "text":  # what no address or option can be is simply nobody's
        raw = raw.strip().lower() if kind.name == "email" and isinstance(raw, str) else raw
        kind = KINDS["text"]
    try:
        return kind.clean(raw, Setting(Source.REST, zone))
    except Refusal as refusal:
        raise Problem(f"The value for {definition.full_name} {refusal.message}", field="value") from None


# ---- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a call wants to read: how many, which page, and after whom."""

    size: int = USUAL_SIZE
    number: int = 1
    after: int | None = None


def place(pagination: Any) -> Place:
    """What `pagination` asks for. Raises Problem."""
    if pagination is None:
        return Place()
    if not isinstance(pagination, dict):
        raise Problem("pagination must be an object: {per_page, starting_after}.", field="pagination")
    size = _size(pagination.get("per_page"))
    cursor = pagination.get("starting_after")
    if cursor is None or cursor == "":
        return Place(size)
    number, after = _opened(cursor)
    return Place(size, number, after)


def _size(raw: Any) -> int:
    if raw is None:
        return USUAL_SIZE
    text = str(raw)
    if (
        isinstance(raw, bool)
        or not (text.isascii() and text.isdigit())
        or len(text) > 9
        or not 1 <= int(text) <= LARGEST_SIZE
    ):
        raise Problem(f"per_page must be a whole number from 1 to {LARGEST_SIZE}.", field="per_page")
    return int(text)


def read_page(people: QuerySet[Person], wanted: Place) -> tuple[list[Person], dict[str, Any]]:
    """One page, newest people first, and what the answer says of it."""
    total = people.count()
    rest = people.filter(pk__lt=wanted.after) if wanted.after is not None else people
    found = list(rest.order_by("-pk")[: wanted.size + 1])
    page, more = found[: wanted.size], len(found) > wanted.size
    following = {
        "page": wanted.number + 1,
        "per_page": wanted.size,
        "starting_after": _closed(wanted.number + 1, page[-1].pk) if more else None,
    }
    pages = {
        "type": "pages",
        "page": wanted.number,
        "per_page": wanted.size,
        "total_pages": -(-total // wanted.size),
        "next": following if more else None,
    }
    return page, {"total_count": total, "pages": pages}


def _closed(number: int, pk: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([number, pk])).decode()


def _opened(cursor: Any) -> tuple[int, int]:
    try:
        number, pk = orjson.loads(base64.urlsafe_b64decode(str(cursor)))
        if not (type(number) is type(pk) is int and 0 < number < 2**31 and 0 < pk < 2**63):
            raise ValueError(cursor)
    except (ValueError, TypeError, binascii.Error):
        raise Problem(
            "Invalid starting_after param. Send the one from pages.next of the page before.",
            code="client_error",
            field="starting_after",
        ) from None
    return number, pk
