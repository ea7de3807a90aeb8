"""Who is found, by which reasons, and who is not (BEY-08)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.attributes.models import State
from apps.duplicates import judging, looking
from apps.duplicates.models import Look, Pair, Trace
from apps.duplicates.tasks import look_where_due
from apps.people.models import Person, Role
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from tests.duplicates.conftest import both, join, looked, reasons, two, waiting
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, WorkspaceFactory


def test_the_same_email_is_found(workspace):
    """BEY-08"""
    ann, ben = two(workspace, email="ann@x.test")
    PersonFactory(workspace=workspace, email="ann@y.test")

    looked(workspace)

    assert waiting(workspace) == {both(ann, ben)}
    assert reasons(workspace) == [["email"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+353 87 123 4567", "00353871234567", True),
        ("+353 (0)87 123-4567", "353 87 123 4567", True),
        ("087 123 4567", "+353 87 123 4567", False),
        ("+353 87 123 4567", "+353 87 123 4568", False),
        ("12345", "12345", False),
        ("none", "none", False),
    ],
)
def test_phones_are_compared_by_their_digits(workspace, one, other, same):
    """BEY-08: a national number is another than an international one, and a short one is nobody's own"""
    ann, ben = PersonFactory(workspace=workspace, phone=one), LeadFactory(workspace=workspace, phone=other)

    looked(workspace)

    assert waiting(workspace) == ({both(ann, ben)} if same else set())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann Lee", "ann lee", True),
        ("Ann Lee", "Anne Lee", True),
        ("John Smith", "Jon Smith", True),
        ("李明", "李明", True),
        ("Ann Smith", "Dan Smith", False),
        ("Ann Lee", None, False),
    ],
)
def test_names_in_one_company_need_only_be_near(workspace, acme, one, other, same):
    """BEY-08"""
    ann, ben = PersonFactory(workspace=workspace, name=one), PersonFactory(workspace=workspace, name=other)
    join(acme, ann, ben)

    looked(workspace)

    assert waiting(workspace) == ({both(ann, ben)} if same else set())


def test_namesakes_of_different_companies_are_two(workspace, acme):
    ann, ben = two(workspace, name="Ann Lee")
    join(acme, ann)
    join(CompanyFactory(workspace=workspace, name="Globex"), ben)

    looked(workspace)

    assert waiting(workspace) == set()


def test_an_archived_company_brings_nobody_together(workspace, acme):
    ann, ben = two(workspace, name="Ann Lee")
    join(acme, ann, ben)
    type(acme).objects.filter(pk=acme.pk).update(state=State.ARCHIVED)

    looked(workspace)

    assert waiting(workspace) == set()


def test_a_pair_tells_every_reason(workspace, acme):
    ann, ben = two(workspace, email="ann@x.test", phone="+353 87 123 4567", name="Ann Lee")
    join(acme, ann, ben)

    looked(workspace)

    assert reasons(workspace) == [["email", "phone", "name"]]
    assert Pair.objects.get().reasons == ["email", "name", "phone"]


@pytest.mark.parametrize("values", [{"state": State.ARCHIVED}, {"state": State.BLOCKED}, {"role": Role.VISITOR}])
def test_whom_lists_hide_is_no_duplicate(workspace, values):
    PersonFactory(workspace=workspace, email="ann@x.test")
    PersonFactory(workspace=workspace, email="ann@x.test", **values)

    looked(workspace)

    assert not Pair.objects.exists()


def test_another_workspaces_people_are_no_duplicates(workspace):
    other = WorkspaceFactory()
    PersonFactory(workspace=workspace, email="ann@x.test", phone="+353871234567")
    PersonFactory(workspace=other, email="ann@x.test", phone="+353871234567")

    looked(workspace)
    looked(other)

    assert not Pair.objects.exists()


def test_a_shared_phone_of_many_is_a_switchboard(workspace, monkeypatch):
    monkeypatch.setattr(looking, "MOST_SHARING", 3)
    monkeypatch.setattr(looking, "SHARING", looking.SHARING.replace("OFFSET 20", "OFFSET 3"))
    PersonFactory.create_batch(4, workspace=workspace, phone="+353 1 234 5678")
    three = PersonFactory.create_batch(3, workspace=workspace, phone="+353 1 999 9999")

    looked(workspace)

    assert {person for pair in waiting(workspace) for person in pair} == set(three)


def test_a_small_group_is_paired_in_full_and_a_large_one_with_its_first_few(workspace):
    """The number of pairs grows with the people, not with their square."""
    PersonFactory.create_batch(4, workspace=workspace, email="four@x.test")
    PersonFactory.create_batch(12, workspace=workspace, email="twelve@x.test")

    looked(workspace)

    assert len([pair for pair in Pair.objects.all() if pair.lower.email == "four@x.test"]) == 6
    assert Pair.objects.count() == 6 + (1 + 2 + 3 + 4) + 7 * looking.FIRST_FEW


def test_in_a_large_company_names_meet_their_neighbours(workspace, acme, monkeypatch):
    monkeypatch.setattr(looking, "NAMESAKES", looking.NAMESAKES.replace(f"<= {looking.ALL_PAIRS}", "<= 3"))
    ann, anne = PersonFactory(workspace=workspace, name="Ann Lee"), PersonFactory(workspace=workspace, name="Anne Lee")
    join(acme, ann, anne, *(PersonFactory(workspace=workspace, name=f"Zed {chr(97 + n) * 9}") for n in range(5)))

    looked(workspace)

    assert waiting(workspace) == {both(ann, anne)}


def test_steps_of_any_size_find_the_same(workspace, acme, monkeypatch):
    ann, ben = two(workspace, email="ann@x.test", phone="+353 87 123 4567")
    people = [two(workspace, name=name) for name in ("Cleo Marsh", "Dora Field")]
    join(acme, *people[0])
    join(CompanyFactory(workspace=workspace, name="Globex"), *people[1])
    for size in ("READ_AT_ONCE", "MATCHED_AT_ONCE", "COMPARED_AT_ONCE", "COMPANIES_AT_ONCE", "CLEARED_AT_ONCE"):
        monkeypatch.setattr(looking, size, 1)

    looked(workspace)

    assert waiting(workspace) == {both(ann, ben), *(both(*pair) for pair in people)}


def test_nothing_of_what_was_read_is_kept(workspace):
    two(workspace, email="ann@x.test", phone="+353871234567")

    looked(workspace)

    assert not Trace.objects.exists()


def test_a_look_that_is_stopped_leaves_nothing_behind(workspace):
    two(workspace, email="ann@x.test")
    look = looking.begin(workspace, now=NOW)
    jobs._take(Look, look.pk, clock.now())
    jobs._step(Look, look.pk)
    left = Trace.objects.count()
    look.refresh_from_db()

    look.cancel()
    jobs._step(Look, look.pk)

    assert left == 2
    assert not Trace.objects.exists()


def test_who_is_alike_no_more_vanishes_at_once_and_for_good_at_the_next_look(workspace):
    """BEY-08"""
    ann, _ = two(workspace, email="ann@x.test")
    looked(workspace)

    Person.objects.filter(pk=ann.pk).update(email="other@x.test")
    queued, kept = waiting(workspace), Pair.objects.count()
    looked(workspace)

    assert (queued, kept, Pair.objects.count()) == (set(), 1, 0)


def test_a_dismissed_pair_never_returns(workspace, acme):
    """BEY-08: not after another look, and not when another reason is there"""
    ann, ben = two(workspace, email="ann@x.test", name="Ann Lee")
    looked(workspace)
    judging.dismiss(Pair.objects.get(), by=NOBODY, now=NOW)

    looked(workspace)
    join(acme, ann, ben)
    Person.objects.filter(pk__in=[ann.pk, ben.pk]).update(phone="+353 87 123 4567")
    again = looked(workspace)

    assert waiting(workspace) == set()
    assert again.found == 0
    assert [list(pair.alike_by) for pair in Pair.objects.dismissed(workspace)] == [["email", "phone", "name"]]


def test_a_dismissed_pair_outlives_a_time_in_which_they_are_not_alike(workspace):
    """BEY-08"""
    ann, _ = two(workspace, email="ann@x.test")
    looked(workspace)
    judging.dismiss(Pair.objects.get(), by=NOBODY, now=NOW)
    Person.objects.filter(pk=ann.pk).update(email="other@x.test")
    looked(workspace)

    Person.objects.filter(pk=ann.pk).update(email="ann@x.test")
    looked(workspace)

    assert waiting(workspace) == set()


def test_a_look_costs_the_same_statements_for_one_and_for_many(workspace):
    two(workspace, email="first@x.test")
    one = statements_of_a_look(workspace)
    for number in range(20):
        two(workspace, email=f"{number}@x.test", phone=f"+353 87 123 45{number:02}")

    assert statements_of_a_look(workspace) == one


def statements_of_a_look(workspace) -> int:
    looked(workspace)  # what is found for the first time stands
    with CaptureQueriesContext(
        connection,
    ) as made:
        looked(workspace)
    return len(made)


def test_one_look_at_a_time(workspace):
    first = looking.begin(workspace, now=NOW)

    assert looking.begin(workspace, now=NOW) == first


def test_every_workspace_is_looked_through_once_a_day(workspace, monkeypatch):
    """BEY-08"""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    look_where_due()
    first = Look.objects.get()
    jobs.run(Look, first.pk)
    look_where_due()
    same_day = Look.objects.count()

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=25))
    look_where_due()

    assert (same_day, Look.objects.filter(workspace=workspace).count()) == (1, 2)
