"""One page of a long list by keyset, never OFFSET: the thousandth page costs what the first one costs (UI-05).

The latest come first, those without a date last, and whoever came last of several with the same date first.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import F, Field, Func, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WRITTEN_PLACE = re.compile(r"(-?\d{1,18}|unknown) (\d{1,18}) (\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its date and its key, and what number it had when it was shown."""

    date: datetime | None
    pk: int
    number: int

    @classmethod
    def read(cls, token: str) -> Self | None:
        """The place that an address names; None for anything that we did not write."""
        try:
            written = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
            date, pk, number = WRITTEN_PLACE.fullmatch(written).groups()  # type: ignore[union-attr]
            return cls(None if date == "unknown" else EPOCH + timedelta(microseconds=int(date)), int(pk), int(number))
        except (ValueError, AttributeError, OverflowError):
            return None

    def __str__(self) -> str:
        date = "unknown" if self.date is None else (self.date - EPOCH) // timedelta(microseconds=1)
        return urlsafe_b64encode(f"{date} {self.pk} {self.number}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, the number of the first one, and the places where its neighbours begin."""

    rows: Sequence[Any]
    first: int
    before: Place | None
    after: Place | None

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page_of(records: QuerySet, by: str, size: int, *, after: Place | None = None, before: Place | None = None) -> Page:
    """The page after one place, the page before another, or the first one, in the order of the date field `by`.

    The first page also stands in for what is no page any more: nothing after `after`, less than a page before `before`.
    """
    place = after or before
    if place is None:
        return _first(records, by, size)
    found = _take(_following(records, by, place) if after else _preceding(records, by, place), size + 1)
    if not found or (not after and len(found) <= size):
        return _first(records, by, size)
    if after:
        return _page(found[:size], by, place.number + 1, earlier=True, later=len(found) > size)
    return _page(found[size - 1 :: -1], by, max(1, place.number - size), earlier=True, later=True)


def _first(records: QuerySet, by: str, size: int) -> Page:
    found = _take([records.order_by(*newest_first(by))], size + 1)
    return _page(found[:size], by, 1, earlier=False, later=len(found) > size)


def _page(rows: Sequence[Any], by: str, first: int, *, earlier: bool, later: bool) -> Page:
    def place(row: Any, number: int) -> Place:
        return Place(getattr(row, by), row.pk, number)

    return Page(
        rows,
        first,
        before=place(rows[0], first) if earlier else None,
        after=place(rows[-1], first + len(rows) - 1) if later else None,
    )


def _following(records: QuerySet, by: str, place: Place) -> list[QuerySet]:
    """What comes after a place, in parts that are ranges of an index each."""
    ordered, undated = records.order_by(*newest_first(by)), {f"{by}__isnull": True}
    if place.date is None:
        return [ordered.filter(**undated, pk__lt=place.pk)]
    return [ordered.filter(_beside(LessThan, by, place)), ordered.filter(**undated)]


def _preceding(records: QuerySet, by: str, place: Place) -> list[QuerySet]:
    """What comes before a place, the nearest first."""
    ordered, undated = records.order_by(F(by).asc(nulls_first=True), "pk"), {f"{by}__isnull": True}
    if place.date is None:
        return [ordered.filter(**undated, pk__gt=place.pk), ordered.exclude(**undated)]
    return [ordered.filter(_beside(GreaterThan, by, place))]


def newest_first(by: str) -> tuple[Any, ...]:
    """The order of the lists: by date, the unknown ones last, then by key."""
    return F(by).desc(nulls_last=True), "-pk"


def _beside(compare: Callable[[Func, Func], Any], by: str, place: Place) -> Any:
    """`ROW(date, id) < ROW(…)`: one range of an index, however many rows have the same date. No date, no match."""
    return compare(_row(F(by), F("pk")), _row(Value(place.date), Value(place.pk)))


def _row(*columns: Any) -> Func:
    any_type: Field = TextField()  # a row has no field of its own; comparing rows needs none
    return Func(*columns, function="ROW", output_field=any_type)


def _take(parts: Sequence[QuerySet], amount: int) -> list[Any]:
    taken: list[Any] = []
    for part in parts:
        if len(taken) < amount:
            taken.extend(part[: amount - len(taken)])
    return taken
