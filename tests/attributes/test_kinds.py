"""Each kind with what doors send it, odd things included."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.attributes.kinds import KINDS, OFFERED, Setting, inferred, is_web_address
from apps.attributes.reports import Reason, Refusal
from apps.attributes.sources import Source

UTC_ZONE = ZoneInfo("UTC")


def clean(kind: str, raw: object, source: Source = Source.REST, zone: str = "UTC", **more: object) -> object:
    return KINDS[kind].clean(raw, Setting(source, ZoneInfo(zone), **more))


def refusal(kind: str, raw: object, **more: object) -> Reason:
    with pytest.raises(Refusal) as refused:
        clean(kind, raw, **more)
    return refused.value.reason


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


TAKEN = [
    ("text", "pro", "pro"),
    ("text", 4, "4"),
    ("text", 4.0, "4"),
    ("text", 1.5, "1.5"),
    ("text", True, "true"),
    ("text", "😀" * 255, "😀" * 255),
    ("number", 4, 4),
    ("number", "12", 12),
    ("number", " 12 ", 12),
    ("number", 4.0, 4),
    ("number", "-3", -3),
    ("number", "1e3", 1000),
    ("number", 2**53, 2**53),
    ("number", -0.0, 0),
    ("decimal", "1.5", 1.5),
    ("decimal", ".5", 0.5),
    ("decimal", 1e-9, 1e-9),
    ("boolean", True, True),
    ("boolean", "false", False),
    ("boolean", "TRUE", True),
    ("date", 1350466020, utc(2012, 10, 17, 9, 27)),
    ("date", "1350466020", utc(2012, 10, 17, 9, 27)),
    ("date", 1350466020.9, utc(2012, 10, 17, 9, 27)),
    ("date", -1, utc(1969, 12, 31, 23, 59, 59)),
    ("date", "2009-02-13T23:31:30Z", utc(2009, 2, 13, 23, 31, 30)),
    ("date", "2009-02-13T23:31:30+02:00", utc(2009, 2, 13, 21, 31, 30)),
    ("date", "2009-02-13", utc(2009, 2, 13)),
    ("date", "13/02/2009", utc(2009, 2, 13)),
    ("spend", 155.98, 155),
    ("spend", "2147483647", 2147483647),
    ("email", "  Bob@X.io ", "bob@x.io"),
    ("identifier", " A1 ", " A1 "),
    ("web_address", "https://x.io/a.jpg", "https://x.io/a.jpg"),
    ("web_address", {"type": "avatar", "image_url": "http://x.io/b.jpg"}, "http://x.io/b.jpg"),
]


@pytest.mark.parametrize(("kind", "raw", "stored"), TAKEN)
def test_what_fits_is_taken(kind, raw, stored):
    """ATT-25, 27, 36, 38, 59, IDN-08, AVA-02"""
    value = clean(kind, raw)

    assert (value, type(value)) == (stored, type(stored))


REFUSED = [
    ("text", {"a": 1}, Reason.NESTED),
    ("text", ["x"], Reason.NESTED),
    ("text", "a\x00b", Reason.INVALID),
    ("text", "\ud800", Reason.INVALID),
    ("text", "x" * 256, Reason.TOO_LONG),
    ("text", 1e23, Reason.TOO_LARGE),
    ("identifier", 1e23, Reason.TOO_LARGE),
    ("identifier", float("inf"), Reason.TOO_LARGE),
    ("number", "many", Reason.INVALID),
    ("number", True, Reason.INVALID),
    ("number", 1.5, Reason.INVALID),
    ("number", "nan", Reason.INVALID),
    ("number", "inf", Reason.INVALID),
    ("number", "1_000", Reason.INVALID),
    ("number", "0x10", Reason.INVALID),
    ("number", "١٢", Reason.INVALID),
    ("number", 2**53 + 1, Reason.TOO_LARGE),
    ("number", 10**400, Reason.INVALID),
    ("decimal", "1e999", Reason.TOO_LARGE),
    ("decimal", float("nan"), Reason.INVALID),
    ("decimal", float("inf"), Reason.INVALID),
    ("decimal", "1,5", Reason.INVALID),
    ("boolean", "yes", Reason.INVALID),
    ("boolean", 1, Reason.INVALID),
    ("date", 1350466020000, Reason.INVALID),
    ("date", 100_000_000_000, Reason.INVALID),
    ("date", True, Reason.INVALID),
    ("date", "tomorrow", Reason.INVALID),
    ("date", "02/13/2009", Reason.INVALID),
    ("date", float("nan"), Reason.INVALID),
    ("date", "0001-01-01T00:00:00+14:00", Reason.INVALID),
    ("date", -99_999_999_999, Reason.INVALID),
    ("spend", 3_000_000_000, Reason.TOO_LARGE),
    ("email", "a@x.io,b@x.io", Reason.INVALID),
    ("email", "nobody", Reason.INVALID),
    ("email", "a" * 251 + "@x.io", Reason.TOO_LONG),
    ("identifier", "x" * 256, Reason.TOO_LONG),
    ("web_address", "javascript:alert(1)", Reason.INVALID),
    ("web_address", {"image_url": None}, Reason.INVALID),
    ("member", 999, Reason.INVALID),
    ("member", "9" * 400, Reason.INVALID),
]


@pytest.mark.parametrize(("kind", "raw", "reason"), REFUSED)
def test_what_does_not_fit_is_refused(kind, raw, reason):
    """ATT-26, 32, 33, 38, 59, IDN-18, AVA-03, IDN-24"""
    assert refusal(kind, raw) is reason


def test_a_day_begins_at_midnight_of_the_workspace():
    """ATT-27"""
    assert clean("date", "01/07/2026", zone="Europe/Dublin") == utc(2026, 6, 30, 23)


def test_a_ping_cuts_text_and_never_an_identifier():
    """ATT-33, IDN-08"""
    assert clean("text", "x" * 300, source=Source.PING) == "x" * 255
    assert refusal("identifier", "x" * 300, source=Source.PING) is Reason.TOO_LONG


def test_exactly_six_kinds_are_offered():
    """ATT-20"""
    assert [kind.label for kind in OFFERED] == ["Text", "Number", "Decimal number", "True/False", "Date", "List"]


@pytest.mark.parametrize(
    ("key", "raw", "kind"),
    [
        ("teammates", 4, "number"),
        ("ratio", 1.5, "decimal"),
        ("whole", 4.0, "number"),
        ("vip", True, "boolean"),
        ("last_order_at", 1350466020, "date"),
        ("last_order_at", "soon", "text"),
        ("chat", 5, "number"),
        ("LAST_AT", 5, "number"),
        ("subdomain", "intercom", "text"),
    ],
)
def test_an_attribute_born_from_a_ping_has_the_kind_of_its_value(key, raw, kind):
    """ATT-24, ATT-25"""
    assert inferred(key, raw).name == kind


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("http://www.google.com", True),
        ("HTTPS://X.io/a?b#c", True),
        ("javascript:alert(1)", False),
        ("http://", False),
        ("http://x y", False),
        ("http://[", False),
        ("see http://x.io", False),
    ],
)
def test_only_an_http_address_is_linked(text, linked):
    """ATT-37"""
    assert is_web_address(text) is linked


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(raw=JSON, kind=st.sampled_from(sorted(KINDS)), source=st.sampled_from(list(Source)))
def test_whatever_is_sent_is_taken_or_refused(raw, kind, source):
    setting = Setting(source, UTC_ZONE, options=("a", "b"))
    try:
        value = KINDS[kind].clean(raw, setting)
    except Refusal:
        return

    assert KINDS[kind].clean(value, setting) == value


class Unhurried(str):
    """Text that is no plain `str`, so that no kind takes its short way with it."""


CELLS = st.one_of(
    st.text(max_size=300),
    st.from_regex(r"\s?[+-]?\d{0,18}(\.\d{0,18})?(e\d)?\s?", fullmatch=True),
    st.from_regex(r" ?[A-Za-z0-9._%+-]{1,20}@[a-z0-9.-]{1,20} ?", fullmatch=True),
    st.sampled_from(["true", "TRUE", " false", "x" * 255, "x" * 256, "a\x00b", "\ud800", "\u00a0x", "x ", "²", "٣"]),
)


@given(CELLS, st.sampled_from([kind for kind in KINDS if kind != "member"]), st.sampled_from([*Source]))
def test_the_short_way_and_the_long_one_agree(raw, kind, source):
    """ATT-38: most cells of a file are plain, and are taken without being looked into"""
    short, long = (taken_or_refused(kind, one, source) for one in (raw, Unhurried(raw)))

    assert short == long
    assert type(short) is type(long)


def taken_or_refused(kind: str, raw: str, source: Source) -> object:
    try:
        return clean(kind, raw, source)
    except Refusal as refused:
        return refused
