"""What comes with an event: which of it is kept, and how it reads."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.attributes.sources import Source
from apps.events.metadata import Fact, Metadata, cleaned, facts_of, money

UTC_ZONE = ZoneInfo("UTC")


def clean(raw: object, source: Source = Source.REST) -> Metadata:
    return cleaned(raw, source, UTC_ZONE)


def test_the_first_ten_keys_are_kept_in_sent_order():
    """EVT-06"""
    sent = {f"key{number}": number for number in (9, 3, 7, 1, 5, 11, 2, 8, 4, 6, 10, 12)}

    metadata = clean(sent)

    assert (list(metadata.kept), metadata.dropped) == ([f"key{n}" for n in (9, 3, 7, 1, 5, 11, 2, 8, 4, 6)], {})


def test_a_key_that_is_dropped_makes_no_room_for_an_eleventh():
    """EVT-06: the first ten that were sent, not the first ten that are good."""
    sent = {"bad": {"a": 1}} | {f"key{number}": number for number in range(10)}

    assert list(clean(sent).kept) == [f"key{number}" for number in range(9)]


@pytest.mark.parametrize(
    ("key", "raw", "kept"),
    [
        ("plan", "pro", "pro"),
        ("empty-ish", " ", " "),
        ("seats", 4, 4),
        ("ratio", 2.5, 2.5),
        ("whole", 4.0, 4.0),
        ("trial", True, "true"),
        ("renewal_date", 1773154800, 1773154800),
        ("renewal_date", 1773154800.9, 1773154800),
        ("renewal_date", "next week", "next week"),
        ("page", "https://example.com/a", "https://example.com/a"),
        ("page", "https://example.com/" + "a" * 300, "https://example.com/" + "a" * 300),
        ("order", {"url": "https://example.com/1", "value": "1"}, {"url": "https://example.com/1", "value": "1"}),
        ("order", {"url": "https://example.com/1", "value": 1}, {"url": "https://example.com/1", "value": "1"}),
        ("price", {"amount": 34999, "currency": "EUR"}, {"amount": 34999, "currency": "eur"}),
        ("price", {"amount": -5, "currency": "eur", "note": "x"}, {"amount": -5, "currency": "eur"}),
    ],
)
def test_six_kinds_are_kept(key, raw, kept):
    """EVT-06"""
    assert clean({key: raw}).kept == {key: kept}


@pytest.mark.parametrize(
    ("key", "raw", "why"),
    [
        ("address", {"city": "Paris"}, "is an object"),
        ("tags", ["a"], "arrays are not supported"),
        ("note", "x" * 256, "256 characters"),
        ("note", None, "is empty"),
        ("note", "", "is empty"),
        ("note", "a\x00", "NUL"),
        ("note", "\ud800", "half a character"),
        ("size", 10**30, "too large"),
        ("size", float("inf"), "not a number"),
        ("renewal_date", 1773154800000, "milliseconds"),
        ("order", {"url": "javascript:alert(1)", "value": "1"}, "is not an http"),
        ("order", {"url": "https://example.com"}, "is an object"),
        ("order", {"url": "https://example.com", "value": {"a": 1}}, "is an object"),
        ("price", {"amount": 34999}, "without a currency"),
        ("price", {"amount": 34999, "currency": "euros"}, "without a currency"),
        ("price", {"amount": 3.5, "currency": "eur"}, "whole number"),
        ("price", {"amount": True, "currency": "eur"}, "not a number"),
        ("", "x", "needs a name"),
        ("k" * 191, "x", "needs a name"),
        ("a\x00", "x", "cannot be kept"),
    ],
)
def test_what_is_none_of_them_is_dropped_and_says_why(key, raw, why):
    """EVT-06: a nested object elsewhere is dropped."""
    metadata = clean({key: raw, "ok": "yes"})

    assert (metadata.kept, why in metadata.dropped[key].message) == ({"ok": "yes"}, True)


def test_a_pings_long_text_is_cut_as_an_attributes_is():
    """D-05"""
    assert clean({"note": "x" * 256}, Source.PING).kept == {"note": "x" * 255}


@pytest.mark.parametrize("raw", [None, "text", 7, ["a"], {}])
def test_what_is_no_object_is_no_metadata(raw):
    assert clean(raw) == Metadata()


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (34999, "eur", "€349.99"),
        (100, "usd", "$1.00"),
        (5, "gbp", "£0.05"),
        (1234567, "usd", "$12,345.67"),
        (-34999, "eur", "-€349.99"),
        (5000, "jpy", "¥5,000"),
        (12345, "kwd", "12.345 KWD"),
        (34999, "chf", "349.99 CHF"),
        (0, "eur", "€0.00"),
    ],
)
def test_money_reads_as_it_is_written(amount, currency, words):
    """EVT-06"""
    assert money(amount, currency) == words


def test_facts_read_by_their_kind():
    """EVT-06"""
    kept = {
        "price": {"amount": 34999, "currency": "eur"},
        "Order": {"url": "https://example.com/1", "value": "No. 1"},
        "page": "https://example.com",
        "renewal_date": 1773154800,
        "seats": 1200,
        "plan": "pro",
    }

    assert facts_of(kept) == [
        Fact("Order", "No. 1", url="https://example.com/1"),
        Fact("page", "https://example.com", url="https://example.com"),
        Fact("plan", "pro"),
        Fact("price", "€349.99"),
        Fact("renewal_date", at=datetime(2026, 3, 10, 15, tzinfo=UTC)),
        Fact("seats", "1,200"),
    ]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=8), scalars, max_size=2)
shaped = (
    anything
    | st.fixed_dictionaries({"amount": anything, "currency": st.sampled_from(["eur", "jpy", "x"]) | anything})
    | st.fixed_dictionaries({"url": st.just("https://example.com") | anything, "value": anything})
)
keys = st.text(max_size=12) | st.sampled_from(["renewal_date", "price"])


@settings(deadline=None)
@given(st.dictionaries(keys, shaped, max_size=12), st.sampled_from([Source.PING, Source.REST]))
def test_whatever_is_sent_what_is_kept_can_be_shown_and_is_kept_again(sent, source):
    """EVT-06"""
    metadata = clean(sent, source)

    assert len(metadata.kept) + len(metadata.dropped) == min(len(sent), 10)
    assert len(facts_of(metadata.kept)) == len(metadata.kept)
    assert clean(metadata.kept, source) == Metadata(metadata.kept)
