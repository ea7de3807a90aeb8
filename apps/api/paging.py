"""Pages of an answer: going on from a cursor, or by their number (API-08)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import QuerySet

from apps.people.models import Person
from apps.workspace.patience import patience
from apps.workspace.problems import Problem

LARGEST_SIZE = 150
SEARCH_SIZE, CONTACTS_SIZE, COMPANIES_SIZE, ATTACHED_SIZE, EVENTS_SIZE, LOG_SIZE = 50, 10, 15, 50, 15, 20
WITHIN = 20.0  # seconds for each query of a page
Answer = dict[str, Any]


def size_of(raw: Any, usual: int) -> int:
    """How many to a page. Raises Problem."""
    return _whole(raw, "per_page", LARGEST_SIZE) or usual


def _whole(raw: Any, name: str, most: int) -> int | None:
    if raw is None or raw == "":
        return None
    text = str(raw)
    written = not isinstance(raw, bool) and text.isascii() and text.isdigit() and len(text) <= 9
    if not written or not 1 <= int(text) <= most:
        raise Problem(f"{name} must be a whole number from 1 to {most}.", field=name)
    return int(text)


# ---- from a cursor ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a call wants to read: how many, which page, and after whom."""

    size: int
    number: int = 1
    after: int | None = None


def place(pagination: Any, usual: int) -> Place:
    """What `per_page` and `starting_after` ask for. Raises Problem."""
    if pagination is None:
        return Place(usual)
    if not isinstance(pagination, Mapping):
        raise Problem("pagination must be an object: {per_page, starting_after}.", field="pagination")
    size = size_of(pagination.get("per_page"), usual)
    cursor = pagination.get("starting_after")
    if cursor is None or cursor == "":
        return Place(size)
    number, after = _opened(cursor)
    return Place(size, number, after)


def read_page(people: QuerySet[Person], wanted: Place) -> tuple[list[Person], Answer]:
    """One page, newest people first, and what the answer says of it."""
    rest = people.filter(pk__lt=wanted.after) if wanted.after is not None else people
    with patience(WITHIN):
        total = people.count()
        found = list(rest.order_by("-pk")[: wanted.size + 1])
    page, more = found[: wanted.size], len(found) > wanted.size
    following = {
        "page": wanted.number + 1,
        "per_page": wanted.size,
        "starting_after": _closed(wanted.number + 1, page[-1].pk) if more else None,
    }
    return page, about(total, wanted.number, wanted.size, following if more else None)


def about(total: int, number: int, size: int, following: Any) -> Answer:
    """What an answer says of its page: how many there are, and where the next ones begin."""
    pages = {"type": "pages", "page": number, "per_page": size, "total_pages": -(-total // size), "next": following}
    return {"total_count": total, "pages": pages}


def _closed(number: int, pk: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([number, pk])).decode()


def _opened(cursor: Any) -> tuple[int, int]:
    try:
        number, pk = orjson.loads(base64.urlsafe_b64decode(str(cursor)))
        if not (type(number) is type(pk) is int and 0 < number < 2**31 and 0 < pk < 2**63):
            raise ValueError(cursor)
    except (ValueError, TypeError, binascii.Error):
        raise invalid_cursor() from None
    return number, pk


def invalid_cursor() -> Problem:
    wrong = "Invalid starting_after param. Send the one from pages.next of the page before."
    return Problem(wrong, code="client_error", field="starting_after")


# ---- by number -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbered:
    """Which page a call wants to read, and how many to a page."""

    number: int
    size: int

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size


def numbered(query: Mapping[str, Any], usual: int) -> Numbered:
    """What `page` and `per_page` ask for. Raises Problem."""
    return Numbered(_whole(query.get("page"), "page", 10**9 - 1) or 1, size_of(query.get("per_page"), usual))


def turn(rows: QuerySet[Any], wanted: Numbered, *, most: int | None = None) -> tuple[Sequence[Any], Answer]:
    """A page of rows that are in order, and what the answer says of it. One past the end is empty: programs stop there.

    Of very many only the first `most` can be turned to.
    """
    with patience(WITHIN):
        total = rows.count() if most is None else min(rows.count(), most)
        last = min(wanted.first + wanted.size, total)
        page = list(rows[wanted.first : last]) if wanted.first < last else []
    following = {"page": wanted.number + 1, "per_page": wanted.size} if last < total else None
    return page, about(total, wanted.number, wanted.size, following)


def linked(told: Answer, address: str, query: Mapping[str, str]) -> Answer:
    """The same, where the page that follows is named by its address."""
    following = told["pages"]["next"]
    link = f"{address}?{urlencode({**query, **following})}" if following else None
    return told | {"pages": told["pages"] | {"next": link}}
