"""What was exported is imported again, and nothing has changed: every value is read back as it was (EXP-06, IMP-25)."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from apps.attributes.catalogue import catalogue_of
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.attributes.conftest import offer
from tests.factories import PersonFactory, attribute
from tests.imports.conftest import Door, counts, reasons

from .conftest import export, text_of

pytestmark = pytest.mark.django_db

KINDS = {
    "thing": "text",
    "=cmd": "text",
    "Company plan": "text",
    "renewal (EST)": "date",
    "last_order_at": "date",
    "balance": "number",
    "score": "decimal",
    "vip": "boolean",
}
LEVELS = ["-1", "=low", "Mid, or so", "'high'"]
TWICE = datetime(2025, 11, 2, 6, 30, tzinfo=UTC)  # 01:30 in New York, for the second time


@pytest.fixture
def new_york(workspace) -> Workspace:
    Workspace.objects.filter(pk=workspace.pk).update(timezone="America/New_York")
    for name, kind in KINDS.items():
        attribute(workspace, name, kind)
    attribute(workspace, "level", "list", options=LEVELS)
    workspace.refresh_from_db()
    return workspace


def back(tess, workspace):
    """Export everybody with all columns, and import the file as the wizard suggests, twice: what that came to.

    The first time the file takes over what other hands hold; no value is another one by that.
    """
    door, text = Door(tess, workspace), text_of(tess, export(tess, workspace))
    runs = [door.imported(text) for _ in range(2)]
    return [*map(reasons, runs), counts(runs[1])]


def values_of(workspace):
    """Every value of everybody."""
    people = Person.objects.filter(workspace=workspace).values_list("pk", flat=True)
    own = [one for one in catalogue_of(workspace, "person").active if one.key != "updated_at"]
    return read(Person, people, own)


def given_values(person, **values):
    offer(person, Source.REST, **values)


def test_nothing_changes(tess, new_york):
    """EXP-03, EXP-06"""
    ann = PersonFactory(workspace=new_york, signed_up_at=TWICE)
    ben = PersonFactory(workspace=new_york, unsubscribed_from_emails=True)
    given_values(ann, name="=1+1", email="ann@x.io", phone="+353871234567", vip=False, **{"=cmd": "'=x"})
    given_values(ann, thing=' a "b",\r\nc\td ', balance=-5, score=-0.125, last_order_at=int(TWICE.timestamp()))
    given_values(ben, **{"renewal (EST)": 1773327600, "Company plan": "null", "balance": 2**53, "score": 1e15})
    before = values_of(new_york)

    done = back(tess, new_york)

    assert (done, values_of(new_york)) == ([{}, {}, {"unchanged": 2}], before)


VALUES = {
    "thing": st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20).filter(str.strip)
    | st.from_regex(r"[-+']{1,2}[0-9]{1,3}(\.[0-9]{1,2})?(e-?[0-9]| of us)?", fullmatch=True),
    "balance": st.integers(-(2**53), 2**53),
    "score": st.floats(-1e15, 1e15, allow_nan=False),
    "last_order_at": st.integers(-2_000_000_000, 4_000_000_000),
    "vip": st.booleans(),
    "level": st.sampled_from(LEVELS),
}


@effort(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=8))
def test_whatever_the_values_are(tess, new_york, people):
    """EXP-03, EXP-06"""
    Person.objects.filter(workspace=new_york).delete()
    for values in people:
        given_values(PersonFactory(workspace=new_york), **values)

    before = values_of(new_york)

    done = back(tess, new_york)

    assert (done, values_of(new_york)) == ([{}, {}, {"unchanged": len(people)}], before)
