"""Rows as COPY reads them: what goes in by the thousand is what was meant."""

import json
from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.attributes.copying import HANDFUL, copy_in

NAMES = ("number", "text", "amount", "yes", "at", "data")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NASTY = st.sampled_from(["\\N", "\\", "a\tb", "a\nb", "a\rb", "\\.", "", "\\t", '"'])
INSTANT = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]))
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.one_of(st.none(), TEXT, NASTY),
            "amount": st.one_of(st.none(), st.floats(-1e12, 1e12)),
            "yes": st.one_of(st.none(), st.booleans()),
            "at": st.one_of(st.none(), INSTANT),
            "data": st.one_of(st.none(), st.dictionaries(TEXT, st.one_of(TEXT, NASTY, st.booleans(), st.just(1)))),
        },
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def table(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE held (number int, text text, amount float8, yes boolean, at timestamptz, data jsonb)"
        )
    return "held"


def stored() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, text, amount, yes, at, data::text::jsonb FROM held ORDER BY number")
        return cursor.fetchall()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ROWS)
def test_what_is_copied_in_is_what_stands_there(table, rows):
    """IMP-23, UPD-01: whatever the values hold, and whatever of them is alike"""
    rows = [{"number": number, **row} for number, row in enumerate(rows)]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE held")

    copy_in(table, NAMES, rows, {"text": "by default"})

    expected = [{"text": "by default", **row} for row in rows]
    found = [{**dict(zip(NAMES, row, strict=True)), "data": read(row[-1])} for row in stored()]
    assert found == [{name: row.get(name) for name in NAMES} for row in expected]


def read(data: Any) -> Any:
    return json.loads(data) if isinstance(data, str) else data


def test_more_than_a_handful_arrives_in_its_order(table):
    """IMP-23"""
    rows = [{"number": number, "text": f"row {number}"} for number in range(2 * HANDFUL + 1)]

    copy_in(table, NAMES, rows, {})

    assert [row[:2] for row in stored()] == [(number, f"row {number}") for number in range(2 * HANDFUL + 1)]
