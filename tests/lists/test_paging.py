"""Keyset paging over any value: everyone once, in order, there and back (UI-03, UI-05)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.attributes.catalogue import catalogue_of
from apps.attributes.paging import Order, Page, Place, page_of
from apps.attributes.sources import Source
from apps.attributes.values import Value
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.hands import NOBODY
from tests.factories import NOW, WorkspaceFactory, attribute

SIZE = 3
KINDS = {"text": "text", "number": "number", "decimal": "number", "date": "date", "boolean": "flag"}
# few different ones, so that many are equal
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["", "a", "B", "b", "é", "🦊", "a b", "%", "'"]).filter(bool) | st.text("xyé", min_size=1),
    "number": st.integers(-3, 3) | st.integers(-(2**53), 2**53),
    "decimal": st.sampled_from([0.1, -0.1, 1e-7, 2.0, 0.30000000000000004, 9007199254740991.0]),
    "date": st.integers(0, 3).map(lambda days: NOW + timedelta(days=days))
    | st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),
    "boolean": st.booleans(),
}
RANDOM_LISTS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | VALUES[kind], max_size=11), st.booleans())
)


def walk(records: QuerySet, order: Order, token: str, which: str) -> tuple[list[list[int]], Page]:
    """The keys on each page, from one place on to the end; and the last page."""
    pages: list[list[int]] = []
    while True:
        page = page_of(records, order, SIZE, **{which: Place.read(token, order.column)})
        pages.append([row.pk for row in page.rows])
        beyond = getattr(page, which)
        if beyond is None:
            return pages, page
        token = str(beyond)


def in_order(people: dict[int, Any], descending: bool) -> list[int]:
    """As Python sorts them: the unknown last, the key decides among equals."""
    known = sorted((value, pk) for pk, value in people.items() if value is not None)
    unknown = sorted(pk for pk, value in people.items() if value is None)
    return [pk for _, pk in (known[::-1] if descending else known)] + (unknown[::-1] if descending else unknown)


class AnyValue(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(RANDOM_LISTS)
    def test_pages_hold_everyone_once_in_order_there_and_back(self, made: tuple[str, list[Any], bool]) -> None:
        """UI-05: over any column, with equal values and with none."""
        kind, values, descending = made
        workspace = WorkspaceFactory()
        attribute(workspace, "sorted_by", kind)
        workspace.refresh_from_db()
        people = [Person.objects.create(workspace=workspace, role="user") for _ in values]
        known = {person.pk: {"sorted_by": value} for person, value in zip(people, values, strict=True)}
        write(Person, workspace, known, Source.REST, by=NOBODY, now=NOW)
        column = catalogue_of(workspace, "person")["sorted_by"]
        records = Person.objects.of(workspace).annotate(sorted_by=Value(column))
        kept = dict(records.values_list("pk", "sorted_by"))
        order = Order("sorted_by", KINDS[kind], descending)

        there, last = walk(records, order, "", "after")
        back, first = walk(records, order, str(last.before), "before")

        expected = in_order(kept, descending)
        assert there == [expected[start : start + SIZE] for start in range(0, max(1, len(expected)), SIZE)]
        assert [*reversed(back), there[-1]][-len(there) :] == there
        assert first.before is None


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [True, False])
def test_no_page_skips_rows_by_counting_them(descending: bool) -> None:
    """UI-05"""
    workspace = WorkspaceFactory()
    for number in range(8):
        Person.objects.create(workspace=workspace, role="user", city=f"City {number}" if number < 5 else None)

    with CaptureQueriesContext(connection) as queries:
        pages, _ = walk(Person.objects.of(workspace), Order("city", "text", descending), "", "after")

    assert [len(page) for page in pages] == [3, 3, 2]
    assert not [query["sql"] for query in queries if "OFFSET" in query["sql"]]


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [True, False])
def test_both_ways_walk_the_same_index(descending: bool) -> None:
    """UI-05: ascending is the index of the latest, read from its end."""
    workspace = WorkspaceFactory()
    Person.objects.bulk_create(
        Person(workspace=workspace, role="user", last_seen_at=NOW - timedelta(minutes=number)) for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person")
    users = Person.objects.of(workspace).active().filter(role="user")
    order = Order("last_seen_at", descending=descending)
    place = page_of(users, order, SIZE).after

    with CaptureQueriesContext(connection) as queries:
        page_of(users, order, SIZE, after=place)
        page_of(users, order, SIZE, before=place)

    for query in queries.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + query["sql"])
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "people_by_last_seen" in plan
        assert "Sort" not in plan


def token(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


PLACES: list[tuple[Callable[[], Any], str]] = [
    (lambda: "Fox 🦊", "text"),
    (lambda: "", "text"),
    (lambda: "two\nlines 1 2 u", "text"),
    (lambda: 2**53, "number"),
    (lambda: -0.1, "number"),
    (lambda: 1e-7, "number"),
    (lambda: NOW, "date"),
    (lambda: datetime(1, 1, 1, tzinfo=UTC), "date"),
    (lambda: True, "flag"),
    (lambda: False, "flag"),
    (lambda: None, "text"),
]


@pytest.mark.parametrize(("value", "column"), PLACES)
def test_a_place_survives_the_address(value: Callable[[], Any], column: str) -> None:
    place = Place(value(), 7, 51)

    assert Place.read(str(place), column) == place


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("1 1 n1", "date"),
        ("1 1 t1", "number"),
        ("1 1 d1", "text"),
        ("1 1 f1", "number"),
        ("1 1 nnan", "number"),
        ("1 1 ninf", "number"),
        ("1 1 n1e999", "number"),
        ("1 1 n1_0", "number"),
        ("1 1 n١", "number"),
        ("1 1 f2", "flag"),
        ("1 1 d99999999999999999999", "date"),
        ("1 1 d9999999999999999999", "date"),
        ("1 1 ta\x00b", "text"),
        ("1 1 ux", "text"),
        ("1 1 x1", "text"),
        ("9999999999999999999 1 u", "text"),
        ("1 -1 u", "text"),
        ("1 1 ", "text"),
        ("", "text"),
        ("1 1 t" + "x" * 20_000, "text"),
    ],
)
def test_a_place_that_nobody_wrote_is_none(text: str, column: str) -> None:
    assert Place.read(token(text), column) is None


@pytest.mark.parametrize("junk", ["x", "\x00", "AAAA", "é", "a" * 2000, "_____"])
def test_junk_is_no_place(junk: str) -> None:
    assert Place.read(junk, "text") is None
