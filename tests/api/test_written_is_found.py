"""What was written is found by the next search, whichever kind of value and by whichever door it came (BEY-18)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.api import searching
from apps.attributes.sources import Source
from apps.people.arrivals import Payload, amend, receive
from apps.people.identity import Claim
from apps.people.models import Person
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, attribute

pytestmark = pytest.mark.django_db

KINDS: dict[str, Any] = {
    "text": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40).filter(str.strip),
    "number": st.integers(-(2**53) + 1, 2**53 - 1),
    "decimal": st.floats(-1e12, 1e12).map(lambda value: round(value, 6)),
    "boolean": st.booleans(),
    "date": st.integers(0, 4_000_000_000),
    "list": st.sampled_from(["new", "won", "lost"]),
}
WRITES = 170  # of each kind: a thousand and twenty in all


def found(workspace: Workspace, field: str, value: Any) -> set[int]:
    workspace.refresh_from_db()
    query = {"field": field, "operator": "=", "value": value}
    return set(searching.matching(workspace, query, NOW).values_list("pk", flat=True))


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    for kind in KINDS:
        attribute(workspace, f"a_{kind}", kind, options=["new", "won", "lost"] if kind == "list" else [])
    workspace.refresh_from_db()
    for number in range(5):  # who has nothing of it
        PersonFactory(workspace=workspace, external_id=f"other-{number}")
    return PersonFactory(workspace=workspace, external_id="1")


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_written_is_found_at_once(kind: str, ann: Person) -> None:
    """BEY-18: a thousand writes, each followed by a search"""
    missed: list[Any] = []

    @settings(max_examples=WRITES, deadline=None, database=None)
    @given(KINDS[kind])
    def write_then_search(value: Any) -> None:
        amend(ann, {f"a_{kind}": value}, Source.REST, by=NOBODY, now=NOW)
        if found(ann.workspace, f"custom_attributes.a_{kind}", value) != {ann.pk}:
            missed.append(value)

    write_then_search()

    assert missed == []


def test_what_a_ping_brings_is_found_at_once(ann: Person) -> None:
    """BEY-18"""
    for number in range(50):
        values = {"user_id": "1", "a_number": number, "name": f"Ann {number}"}
        receive(ann.workspace, [Payload(Claim(external_id="1"), values)], Source.PING, now=NOW)

        assert found(ann.workspace, "custom_attributes.a_number", number) == {ann.pk}
        assert found(ann.workspace, "name", f"Ann {number}") == {ann.pk}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Ann Lee"),
        ("email", "ann@new.io"),
        ("email_domain", "new.io"),
        ("phone", "+353871234567"),
        ("external_id", "new-1"),
        ("unsubscribed_from_emails", True),
        ("signed_up_at", 1_700_000_000),
        ("last_seen_at", 1_700_000_000),
        ("language_override", "ga"),
    ],
)
def test_standard_values_are_found_at_once(field: str, value: Any, ann: Person) -> None:
    """BEY-18"""
    offer = {"email": "ann@new.io"} if field == "email_domain" else {field: value}

    amend(ann, offer, Source.REST, by=NOBODY, now=NOW)

    assert found(ann.workspace, field, value) == {ann.pk}
