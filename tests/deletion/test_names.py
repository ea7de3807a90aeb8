"""Finding what somebody is called in what others say, and nothing else (DEL-22)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.deletion.names import Names

ZELDA, ANN = 1, 2


def names():
    known = Names()
    for name in ("zelda@x.io", "zq-77-12345", "+353 86 555 0199", "123", "person"):
        known.add(ZELDA, name)
    known.add(ZELDA, "New York", is_full_name=True)
    known.add(ANN, "ann@x.io")
    return known


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("zelda@x.io", "(deleted)"),
        ("Set Alias to ZELDA@X.IO.", "Set Alias to (deleted)."),
        ("<zelda@x.io>, ann@x.io!", "<(deleted)>, (deleted)!"),
        ("call +353 86 555 0199 now", "call (deleted) now"),
        ("zq-77-12345/zq-77-12345", "(deleted)/(deleted)"),
        ("Flew to new york", "Flew to (deleted)"),
        ("123", "(deleted)"),
        (" 123 ", " (deleted) "),
        ("zelda@x.io.csv", "(deleted).csv"),
        ("“zelda@x.io”", "“(deleted)”"),
        ("zelda@x.io\ufffd", "(deleted)\ufffd"),
        ("*zq-77-12345*", "*(deleted)*"),
    ],
)
def test_a_name_is_taken_out_of_a_text(told, left):
    assert names().taken_out(told)[0] == left


@pytest.mark.parametrize(
    "told", ["", "xzelda@x.io", "zelda@x.iot", "zelda@x", "zq-77-123456", "room 123", "person", "New Yorkers", "York"]
)
def test_what_only_looks_like_a_name_is_left_alone(told):
    assert names().taken_out(told) == (told, set())


def test_json_is_gone_through_to_its_leaves_and_keys():
    told = {"who": ["Zelda@x.io", {"n": 123, "s": "123"}], "by zelda@x.io": None, "of": "ann@x.io"}

    left, who = names().taken_out(told)

    assert left == {
        "who": ["(deleted)", {"n": 123, "s": "(deleted)"}],
        "by (deleted)": None,
        "of": "(deleted)",
    }
    assert who == {ZELDA, ANN}


def test_identifiers_alone_leave_full_names_to_cities():
    assert names().identifiers.taken_out("New York: zelda@x.io") == ("New York: (deleted)", {ZELDA})


def test_of_two_with_one_name_the_first_is_counted():
    known = names()
    known.add(ANN, "zelda@x.io")

    assert known.taken_out("zelda@x.io")[1] == {ZELDA}


@given(
    st.lists(st.sampled_from([*"ab1 .,@<>\"'\\/{}", "zelda@x.io", "New York", "123", "zq-77-12345", "é"])).map("".join)
)
def test_the_quick_look_never_misses_what_the_thorough_one_finds(text):
    known = names()

    if known.taken_out(text)[1]:
        assert known.may_be_in(text)
        assert known.may_be_in(json.dumps({"told": [text]}, ensure_ascii=False))


@pytest.mark.parametrize("told", ["zelda@x.io.csv", "a\nzelda@x.io", "a\u0001zq-77-12345", "C:\\zelda@x.io", "a\n123"])
def test_a_text_that_holds_a_name_is_worth_reading_as_json_too(told):
    assert (names().may_be_in(told), names().may_be_in(json.dumps(told))) == (True, True)
