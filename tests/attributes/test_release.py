"""Re-sync at the core: a teammate's hold of a value is taken away, and the value with it."""

import pytest

from apps.attributes.history import history_of
from apps.attributes.sources import Source
from apps.attributes.writing import release
from apps.people import arrivals
from apps.people.models import Person, Role
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.problems import Conflict, Missing, Problem
from tests.factories import NOW, PersonFactory, WorkspaceFactory, attribute

from .conftest import holder, offer, value

pytestmark = pytest.mark.django_db
TESS = Hand(name="Tess")


def let_go(person, key):
    person.workspace.refresh_from_db()
    return release(type(person), person.workspace, person.pk, key, by=TESS, now=NOW)


@pytest.mark.parametrize("source", [Source.OPERATOR, Source.PING])
def test_a_released_value_is_empty_and_open_to_every_hand(ann, plan, source):
    """QUAL-15"""
    offer(ann, Source.MANUAL, plan="pro")

    let_go(ann, "plan")

    assert value(ann, "plan") is None
    assert holder(ann, "plan") is None
    offer(ann, source, plan="free")
    assert value(ann, "plan") == "free"


def test_a_blank_left_by_hand_is_released_too(ann, plan):
    """QUAL-15, QUAL-17"""
    offer(ann, Source.PING, plan="free")
    offer(ann, Source.MANUAL, plan="")
    offer(ann, Source.PING, plan="free")
    assert value(ann, "plan") is None

    let_go(ann, "plan")

    offer(ann, Source.PING, plan="free")
    assert value(ann, "plan") == "free"


def test_a_release_stands_in_the_history(ann, plan):
    """UPD-04, AUD-05"""
    offer(ann, Source.MANUAL, plan="pro")

    let_go(ann, "plan")

    [line, _] = history_of(ann, "plan")
    assert (line.old, line.new, line.source, line.hand, line.at) == ("pro", None, "manual", "Tess", NOW)


@pytest.mark.parametrize("source", [Source.PING, Source.OPERATOR, Source.REST, Source.CSV])
def test_only_what_a_teammate_set_is_released(ann, plan, source):
    """QUAL-16"""
    offer(ann, source, plan="pro")

    with pytest.raises(Conflict):
        let_go(ann, "plan")

    assert value(ann, "plan") == "pro"


def test_nothing_is_released_that_is_not_there(ann, plan):
    other = PersonFactory(workspace=WorkspaceFactory())
    attribute(ann.workspace, "old")

    with pytest.raises(Missing):
        let_go(ann, "no such")
    with pytest.raises(Missing):
        release(Person, ann.workspace, other.pk, "name", by=TESS, now=NOW)


def test_what_follows_from_a_name_goes_with_it(ann):
    """QUAL-15, NAME-01"""
    offer(ann, Source.MANUAL, name="Ann Lee")

    let_go(ann, "name")

    ann.refresh_from_db()
    assert (ann.name, ann.first_name, ann.last_name) == (None, None, None)


def test_a_users_last_identifier_is_not_released(workspace):
    """IDN-02"""
    ann = PersonFactory(workspace=workspace, external_id=None, role=Role.USER)
    offer(ann, Source.MANUAL, email="ann@example.test")
    ann.refresh_from_db()

    with pytest.raises(Problem, match="needs a user ID or an email"):
        arrivals.release(ann, "email", by=NOBODY, now=NOW)

    assert value(ann, "email") == "ann@example.test"
