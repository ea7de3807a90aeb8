"""Filters as they are written down: read back as they were, or refused in a sentence."""

from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.segments.language import (
    EVERYBODY,
    LONGEST,
    Condition,
    Filter,
    Group,
    Unreadable,
    address,
    all_of,
    from_address,
    read,
    written,
)

ISLANDS = Filter(
    (
        Group((Condition("country", "is", "Ireland"), Condition("country", "is", "UK")), any=True),
        Group((Condition("plan", "is", "pro"), Condition("owner_id", "is_unknown"))),
    )
)
ISLANDS_WRITTEN = [
    "and",
    ["or", ["country", "is", "Ireland"], ["country", "is", "UK"]],
    ["and", ["plan", "is", "pro"], ["owner_id", "is_unknown"]],
]

plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
values = st.one_of(
    st.none(), plain_text, st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
filters = st.builds(
    Filter,
    st.lists(
        st.builds(
            Group,
            st.lists(st.builds(Condition, plain_text, plain_text, values), min_size=1, max_size=4).map(tuple),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    st.booleans(),
)


def test_a_filter_is_written_short_and_readable():
    """FILT-11"""
    assert written(ISLANDS) == ISLANDS_WRITTEN
    assert read(ISLANDS_WRITTEN) == ISLANDS
    assert address(all_of(Condition("plan", "is", "pro"))) == '["and",["and",["plan","is","pro"]]]'


@settings(deadline=None)
@given(filters.filter(lambda asked: not any(one.field in ("and", "or") for one in asked.conditions())))
def test_a_filter_comes_back_from_its_address_as_it_was(asked):
    """FILT-18"""
    assert from_address(address(asked)) == asked


def test_what_asks_nothing_is_everybody():
    assert address(EVERYBODY) == ""
    assert [from_address(""), from_address('["and"]'), from_address('["or"]'), read(["or"])] == [EVERYBODY] * 4
    assert bool(EVERYBODY) is False


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        *((junk, 'is written ["and", …] or ["or", …]') for junk in (None, 5, "and", {}, [], ["not"], [["and"]], [{}])),
        *(
            (["and", junk], 'is written ["and", …] or ["or", …]')
            for junk in (None, 5, "x", {}, [], ["plan", "is", "x"])
        ),
        (["and", ["and"]], "A group of a filter needs at least one condition."),
        (["and", ["and", ["and", ["plan", "is", "x"]]]], "A group cannot stand inside another group."),
        *(
            (["and", ["and", junk]], 'A condition is written ["field", "comparison", value].')
            for junk in (None, 5, "x", {}, [], ["plan"], ["plan", 5], [None, "is"], [[], "is"], ["a", "b", "c", "d"])
        ),
        *(
            (["and", ["and", ["plan", "is", junk]]], "The value of a condition is text, a number or nothing.")
            for junk in ([], {}, ["x"], True, False, float("nan"), float("inf"), 2**63, 10**5000, b"x", object(), {1})
        ),
        *(
            (["and", ["and", junk]], "A condition holds a character that cannot be written down; leave it out.")
            for junk in (["pl\x00an", "is", "x"], ["plan", "is", "\ud800"], ["plan", "i\udfffs"])
        ),
        (["and", *[["and", ["plan", "is", "x"]]] * 16], "A filter holds at most 15."),
        (["and", ["or", *[["plan", "is", "x"]] * 16]], "A group holds at most 15."),
    ],
    ids=lambda value: "",
)
def test_what_is_no_filter_is_refused_in_a_sentence(raw, message):
    """FILT-11"""
    with pytest.raises(Unreadable) as refused:
        read(raw)

    assert message in refused.value.message
    assert (refused.value.status, refused.value.code) == (400, "filter_invalid")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "longer than 20,000 characters"),
        ("[" * LONGEST, "it is not JSON"),
        ('["and",["and",["plan","is",NaN]]]', "it is not JSON"),
        ('["and",["and",["plan","is","\\ud800"]]]', "it is not JSON"),
        ('["and",["and",["plan","is","\ud800"]]]', "it is not JSON"),
        ('["and",["and",["plan","is","\\u0000"]]]', "cannot be written down"),
        (f'["and",["and",["plan","is",{"9" * 400}]]]', "it is not JSON"),
        ("null", "Filters are groups of conditions"),
    ],
)
def test_an_address_that_carries_no_filter_is_refused_in_a_sentence(text, message):
    """FILT-18"""
    with pytest.raises(Unreadable) as refused:
        from_address(text)

    assert message in refused.value.message


junk = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.binary(),
        st.sampled_from(["and", "or", "plan", "is", "\ud800", "\x00"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(lambda parts: ["and", *parts]),
        st.dictionaries(st.text(max_size=3), inner, max_size=2),
        st.frozensets(st.integers(), max_size=2),
    ),
    max_leaves=12,
)


def survives(asked: Filter) -> None:
    """What was read can be written, asked for, hashed and read again."""
    assert read(written(asked)) == asked
    assert from_address(address(asked)) == asked
    assert isinstance(hash(asked), int)


@settings(deadline=None, max_examples=300)
@given(junk)
@example(["and", ["and", ["plan", "is", -0.0]]])
def test_whatever_is_read_is_a_filter_or_unreadable(raw: Any):
    try:
        asked = read(raw)
    except Unreadable:
        return
    survives(asked)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), junk.filter(lambda raw: can_be_json(raw)).map(lambda raw: orjson.dumps(raw).decode())))
@example('["and",["and",["plan","is",1e999]]]')
@example('["and",["and",["plan","is",18446744073709551615]]]')
def test_whatever_an_address_carries_is_a_filter_or_unreadable(text: str):
    try:
        asked = from_address(text)
    except Unreadable:
        return
    survives(asked)


def can_be_json(raw: Any) -> bool:
    try:
        orjson.dumps(raw)
    except TypeError:
        return False
    return True
