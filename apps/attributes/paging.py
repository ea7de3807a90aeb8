"""One page of a long list by keyset, never OFFSET: the thousandth page costs what the first one costs (UI-05).

A list may be in the order of any value, either way. The unknown stand last both ways, and of several rows with the same
value the key decides: the way of the order, so that one index serves both.
"""

import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import F, Field, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, IsNull, LessThan

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_TOKEN = 12_000  # characters
WRITTEN_PLACE = re.compile(r"(?a:(\d{1,18}) (\d{1,9}) )([udnft])(.*)", re.DOTALL)
WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the value that the list is in order of, and its key; and what number it had when shown."""

    value: Any
    pk: int
    number: int

    @classmethod
    def read(cls, token: str, column: str = "date") -> Self | None:
        """The place that an address names, in a list that is in order of such a column.

        None for anything that we did not write, and for a place in another order.
        """
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            written = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
            pk, number, kind, value = WRITTEN_PLACE.fullmatch(written).groups()  # type: ignore[union-attr]
            if kind not in ("u", column[0]):
                return None
            return cls(READERS[kind](value), int(pk), int(number))
        except (ValueError, AttributeError, OverflowError):
            return None

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.pk} {self.number} {_written(self.value)}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is in order of: a field, or an annotation, of its rows. `column`: text, number, date or flag."""

    by: str
    column: str = "date"
    descending: bool = True

    @property
    def fields(self) -> tuple[Any, ...]:
        """The whole order: the unknown last."""
        if self.descending:
            return F(self.by).desc(nulls_last=True), "-pk"
        return F(self.by).asc(nulls_last=True), "pk"

    @property
    def known(self) -> tuple[Any, ...]:
        """The order of the rows whose value is known, in the words of the index: it can be read both ways."""
        if self.descending:
            return self.fields
        return F(self.by).asc(nulls_first=True), "pk"

    @property
    def reversed(self) -> "Order":
        return Order(self.by, self.column, not self.descending)

    @property
    def is_unknown(self) -> Q:
        return Q(IsNull(F(self.by), True))

    @property
    def is_known(self) -> Q:
        return Q(IsNull(F(self.by), False))

    @property
    def key(self) -> str:
        return "-pk" if self.descending else "pk"

    def beyond(self, place: Place) -> Q:
        """`ROW(value, id) < ROW(…)`: one range of an index, however many rows have the same value."""
        compare: Callable[[Func, Func], Any] = LessThan if self.descending else GreaterThan
        return Q(compare(_row(F(self.by), F("pk")), _row(Value(place.value), Value(place.pk))))

    def beyond_key(self, place: Place) -> Q:
        return Q(pk__lt=place.pk) if self.descending else Q(pk__gt=place.pk)


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


def page_of(
    records: QuerySet, order: Order | str, size: int, *, after: Place | None = None, before: Place | None = None
) -> Page:
    """The page after one place, the page before another, or the first one. A name means: the latest of its dates first.

    The first page also stands in for what is no page any more: nothing after `after`, less than a page before `before`.
    """
    by = Order(order) if isinstance(order, str) else order
    place = after or before
    if place is None:
        return _first(records, by, size)
    found = _take(_following(records, by, place) if after else _preceding(records, by, place), size + 1)
    if not found or (not after and len(found) <= size):
        return _first(records, by, size)
    if after:
        return _page(found[:size], by, place.number + 1, earlier=True, later=len(found) > size)
    return _page(found[size - 1 :: -1], by, max(1, place.number - size), earlier=True, later=True)


def newest_first(by: str) -> tuple[Any, ...]:
    """The order of the lists: by date, the unknown ones last, then by key."""
    return Order(by).fields


def _first(records: QuerySet, by: Order, size: int) -> Page:
    whole = [records.order_by(*by.fields)] if by.descending else _known_and_unknown(records, by)
    found = _take(whole, size + 1)
    return _page(found[:size], by, 1, earlier=False, later=len(found) > size)


def _page(rows: Sequence[Any], by: Order, first: int, *, earlier: bool, later: bool) -> Page:
    def place(row: Any, number: int) -> Place:
        return Place(getattr(row, by.by), row.pk, number)

    return Page(
        rows,
        first,
        before=place(rows[0], first) if earlier else None,
        after=place(rows[-1], first + len(rows) - 1) if later else None,
    )


def _known_and_unknown(records: QuerySet, by: Order) -> list[QuerySet]:
    return [records.filter(by.is_known).order_by(*by.known), records.filter(by.is_unknown).order_by(by.key)]


def _following(records: QuerySet, by: Order, place: Place) -> list[QuerySet]:
    """What comes after a place, in parts that are ranges of an index each."""
    known, unknown = _known_and_unknown(records, by)
    if place.value is None:
        return [unknown.filter(by.beyond_key(place))]
    return [known.filter(by.beyond(place)), unknown]


def _preceding(records: QuerySet, by: Order, place: Place) -> list[QuerySet]:
    """What comes before a place, the nearest first."""
    back = by.reversed
    known, unknown = _known_and_unknown(records, back)
    if place.value is None:
        return [unknown.filter(back.beyond_key(place)), known]
    return [known.filter(back.beyond(place))]


def _row(*columns: Any) -> Func:
    any_type: Field = TextField()  # a row has no field of its own; comparing rows needs none
    return Func(*columns, function="ROW", output_field=any_type)


def _take(parts: Sequence[QuerySet], amount: int) -> list[Any]:
    taken: list[Any] = []
    for part in parts:
        if len(taken) < amount:
            taken.extend(part[: amount - len(taken)])
    return taken


# ---- a value in an address -------------------------------------------------------------------------------------------


def _written(value: Any) -> str:
    """A value after the letter of its type."""
    if value is None:
        return "u"
    if isinstance(value, bool):
        return f"f{value:d}"
    if isinstance(value, datetime):
        return f"d{(value - EPOCH) // timedelta(microseconds=1)}"
    return f"t{value}" if isinstance(value, str) else f"n{value!r}"


def _unknown(text: str) -> None:
    if text:
        raise ValueError(text)


def _date(text: str) -> datetime:
    return EPOCH + timedelta(microseconds=_whole(text))


def _whole(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float | int:
    if WHOLE.fullmatch(text):
        return int(text)
    number = float(text)
    if not math.isfinite(number) or repr(number) != text:
        raise ValueError(text)
    return number


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _text(text: str) -> str:
    if "\x00" in text:  # the database cannot even be asked
        raise ValueError(text)
    return text


READERS: dict[str, Callable[[str], Any]] = {"u": _unknown, "d": _date, "n": _number, "f": _flag, "t": _text}
