"""The write path against a small plain-Python model of its rules: random sequences of writes, no difference."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.attributes.history import history_of
from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from tests.factories import CompanyFactory, PersonFactory, attribute

from .conftest import holder, offer, value

pytestmark = pytest.mark.django_db

SOURCES = ["manual", "ping", "signed_ping", "operator", "csv", "rest"]
RAW = [None, "", "null", "pro", "free", "x" * 300, 0, 7, "7", 1.5, True, "false", {"a": 1}, ["x"], "A", "Z"]


@dataclass
class Remembered:
    """One value as a teammate would remember it: what it is, whose it is, and every hand it went through."""

    value: object = None
    owner: str | None = None  # the source, "ping" for both sorts, None for nobody
    lines: list[tuple[object, object, str]] = field(default_factory=list)


def blank(raw, source):
    return raw in (None, "") or (raw == "null" and "ping" in source)


def fits(kind, raw, source):
    """The value to keep, or "no" in a tuple when it does not fit."""
    if isinstance(raw, dict | list):
        return ("no",)
    if kind == "number":
        return int(raw) if raw in ("7", 7, 0) and not isinstance(raw, bool) else ("no",)
    if kind == "boolean":
        return {"false": False}.get(raw, ("no",)) if isinstance(raw, str) else raw if isinstance(raw, bool) else ("no",)
    text = {True: "true", 1.5: "1.5"}.get(raw, str(raw)) if not isinstance(raw, str) else raw
    if len(text) > 255:
        if "ping" not in source:
            return ("no",)
        text = text[:255]
    if kind == "list" and source != "rest" and text not in ("A", "pro"):
        return ("no",)
    return text


def play(memory, about, kind, protected, source, raw):
    """What the rules say a write does (QUAL-08…17, 20, UPD-02, 03, MSG-04, ATT-32…38)."""
    if protected and source == "ping":
        return
    new = None if blank(raw, source) else fits(kind, raw, source)
    if new == ("no",):
        return
    if source == "operator" and (memory.value is not None or memory.owner):
        return
    if about == "person" and "ping" in source and memory.owner == "manual":
        return
    owner = "ping" if "ping" in source else source
    if new is None and source != "manual":
        owner = None
    if (new, owner) != (memory.value, memory.owner):
        memory.lines.append((memory.value, new, source))
    memory.value, memory.owner = new, owner


KINDS = {"plan": "text", "seats": "number", "vip": "boolean", "stage": "list", "secret": "text"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(SOURCES), st.dictionaries(st.sampled_from(list(KINDS)), st.sampled_from(RAW), min_size=1)
    ),
    max_size=12,
)


@pytest.fixture
def known(workspace):
    for about in ("person", "company"):
        for name, kind in KINDS.items():
            name = name if about == "person" else f"company {name}"
            attribute(workspace, name, kind, about=about, protected=name == "secret", options=["A", "pro"])
    return Attribute.objects.count()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, about=st.sampled_from(["person", "company"]))
def test_any_sequence_of_writes_ends_as_the_rules_say(workspace, known, steps, about):
    """QUAL-08…17, QUAL-20, UPD-01…04, MSG-04, MSG-05, ATT-32…38"""
    record = (PersonFactory if about == "person" else CompanyFactory)(workspace=workspace)
    prefix = "" if about == "person" else "company "
    memory = {key: Remembered() for key in KINDS}
    for source, values in steps:
        if about == "company" and source == "csv":
            continue  # a file cannot reach a company (IMP-04)
        offer(record, Source(source), **{prefix + key: raw for key, raw in values.items()})
        for key, raw in values.items():
            protected = key == "secret" and about == "person"
            play(memory[key], about, KINDS[key], protected, source, raw)

    for key, remembered in memory.items():
        lines = [(line.old, line.new, line.source) for line in reversed(history_of(record, prefix + key))]
        assert value(record, prefix + key) == remembered.value, key
        assert holder(record, prefix + key) == remembered.owner, key
        assert lines == remembered.lines, key
