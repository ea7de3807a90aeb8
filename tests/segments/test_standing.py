"""Predefined and saved segments as they are read, and segments inside one another (SEG-01, SEG-03, SEG-04, SEG-11)."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.companies.models import Company
from apps.people.models import Person
from apps.segments import saving
from apps.segments.comparisons import Moment
from apps.segments.compiling import Unanswerable
from apps.segments.language import Filter
from apps.segments.models import Segment
from apps.segments.standing import all_of, find, questions
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing
from tests.factories import NOW, WorkspaceFactory, attribute
from tests.segments.conftest import both, company, given, matching, names

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def save(workspace: Workspace, name: str, asked: Filter, about: str = "person") -> Segment:
    fresh = Workspace.objects.get(pk=workspace.pk)
    return saving.create(fresh, about, name, asked, by=NOBODY, now=NOW)


def members(workspace: Workspace, slug: str, *, about: str = "person", now: datetime = NOW) -> list[str]:
    """Who is in a segment, by name."""
    fresh = Workspace.objects.get(pk=workspace.pk)
    return names(matching(workspace, find(fresh, about, slug).filter, about=about, now=now))


def every(workspace: Workspace, *, about: str = "person", now: datetime = NOW) -> dict[str, list[str]]:
    fresh = Workspace.objects.get(pk=workspace.pk)
    return {one.slug: members(workspace, one.slug, about=about, now=now) for one in all_of(fresh, about)}


def test_the_predefined_segments_of_people(workspace, plant):
    """SEG-03"""
    plant("5 days", last_seen_at=NOW - 5 * DAY)
    plant("45 days", last_seen_at=NOW - 45 * DAY)
    plant("70 days", last_seen_at=NOW - 70 * DAY)
    plant("new", signed_up_at=NOW - DAY + SECOND)
    plant("a day old", signed_up_at=NOW - DAY)
    plant("Ben", role="lead", external_id=None)

    assert every(workspace) == {
        "users": ["45 days", "5 days", "70 days", "a day old", "new"],
        "leads": ["Ben"],
        "new": ["new"],
        "active": ["5 days"],
        "slipping-away": ["45 days"],
    }


def test_the_predefined_segments_of_companies(workspace, plant):
    """SEG-04: as new as the customer's app says, or as new as it is here where the app does not say."""
    ann = plant("Ann")
    company(workspace, "5 days", ann, last_request_at=NOW - 5 * DAY, created_at=NOW - 9 * DAY)
    company(workspace, "45 days", ann, last_request_at=NOW - 45 * DAY, created_at=NOW - 9 * DAY)
    company(workspace, "new here", ann, created_at=NOW - DAY + SECOND)
    company(workspace, "long there", ann, created_at=NOW, remote_created_at=NOW - 900 * DAY)
    company(workspace, "new there", ann, created_at=NOW - 9 * DAY, remote_created_at=NOW - SECOND)

    assert every(workspace, about="company") == {
        "all": ["45 days", "5 days", "long there", "new here", "new there"],
        "new": ["new here", "new there"],
        "active": ["5 days"],
        "slipping-away": ["45 days"],
    }


def test_people_leave_a_segment_with_only_the_clock_moving(workspace, plant):
    """SEG-01"""
    plant("Ann", signed_up_at=datetime(2026, 2, 8, 15, 0, 1, tzinfo=UTC))
    segment = save(workspace, "Trial users", both(("signed_up_at", "less_than", 30)))

    at_three = members(workspace, str(segment.pk), now=datetime(2026, 3, 10, 15, 0, 0, tzinfo=UTC))
    a_second_later = members(workspace, str(segment.pk), now=datetime(2026, 3, 10, 15, 0, 1, tzinfo=UTC))

    assert (at_three, a_second_later) == (["Ann"], [])


def test_segments_are_right_when_they_are_read_though_nobody_pinged(workspace, plant):
    """SEG-11"""
    for number in range(10):
        plant(f"Ann {number}", last_seen_at=NOW)

    later = NOW + 31 * DAY

    assert (len(members(workspace, "active")), len(members(workspace, "slipping-away"))) == (10, 0)
    assert (members(workspace, "active", now=later), len(members(workspace, "slipping-away", now=later))) == ([], 10)


def test_a_segment_asks_for_another_and_for_those_outside_it(workspace, plant):
    """FILT-15"""
    plant("Ann", city="Cork", last_seen_at=NOW)
    plant("Bea", city="Cork")
    plant("Cid", city="Galway", last_seen_at=NOW)
    cork = save(workspace, "Cork", both(("city", "is", "Cork")))

    inside = save(workspace, "In", both(("segment", "in", str(cork.pk)), ("segment", "in", "active")))
    outside = save(workspace, "Out", both(("segment", "in", str(cork.pk)), ("segment", "not_in", "active")))
    twice = save(workspace, "Not not", both(("segment", "not_in", str(outside.pk))))

    assert [members(workspace, str(one.pk)) for one in (inside, outside, twice)] == [["Ann"], ["Bea"], ["Ann", "Cid"]]


def test_who_is_unknown_to_a_segment_is_outside_it(workspace, plant):
    """FILT-09, FILT-10: a comparison with the unknown is not met, so its opposite is."""
    attribute(workspace, "files", "number")
    plant("few", {"files": 0})
    plant("many", {"files": 9})
    plant("unknown")
    few = save(workspace, "Few", both(("custom_attributes.files", "less_than", 1)))

    outside = save(workspace, "Not few", both(("segment", "not_in", str(few.pk))))

    assert members(workspace, str(outside.pk)) == ["many", "unknown"]


def test_everybody_is_in_a_segment_that_asks_nothing_and_nobody_outside_it(workspace, plant):
    company(workspace, "Acme", plant("Ann"))

    inside = save(workspace, "In", both(("segment", "in", "all")), about="company")
    outside = save(workspace, "Out", both(("segment", "not_in", "all")), about="company")

    assert [members(workspace, str(one.pk), about="company") for one in (inside, outside)] == [["Acme"], []]


def test_a_committed_change_is_seen_by_the_next_read(workspace, plant):
    """UPD-11"""
    attribute(workspace, "plan")
    ann = plant("Ann", {"plan": "free"})
    segment = save(workspace, "Enterprise", both(("custom_attributes.plan", "is", "enterprise")))
    before = members(workspace, str(segment.pk))

    given(ann, {"plan": "enterprise"})

    assert (before, members(workspace, str(segment.pk))) == ([], ["Ann"])


def test_reading_all_segments_asks_the_database_for_none(workspace, django_assert_num_queries):
    save(workspace, "A", both(("city", "is", "Cork")))
    fresh = Workspace.objects.get(pk=workspace.pk)
    all_of(fresh, "person")
    again = Workspace.objects.get(pk=workspace.pk)

    with django_assert_num_queries(0):
        found = [one.name for one in all_of(again, "person")]

    assert found == ["All users", "All leads", "New", "Active", "Slipping away", "A"]


def test_the_segments_of_another_workspace_are_not_there(workspace):
    theirs = save(WorkspaceFactory(), "Theirs", both(("city", "is", "Cork")))

    with pytest.raises(Missing):
        find(workspace, "person", str(theirs.pk))


def test_a_segment_breaks_when_an_attribute_gets_another_type_and_says_so(workspace):
    """The others go on being asked; what asks for the broken one breaks with it."""
    plan = attribute(workspace, "plan")
    broken = save(workspace, "Trials", both(("custom_attributes.plan", "contains", "trial")))
    around = save(workspace, "Around", both(("segment", "in", str(broken.pk))))
    plan.kind, plan.column = "number", "n1"
    plan.save()
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version="0" * 32)
    fresh = Workspace.objects.get(pk=workspace.pk)

    asked, reasons = questions(fresh, "person", Moment(NOW, fresh.zone))

    said = "plan cannot be asked this; it knows: is, is not, greater than, less than, is unknown, has any value."
    assert reasons == {str(broken.pk): said, str(around.pk): f"Segment “Trials” is broken: {said}"}
    assert list(asked) == ["users", "leads", "new", "active", "slipping-away"]


def test_what_is_no_filter_any_more_matches_nobody_rather_than_everybody(workspace):
    segment = save(workspace, "A", both(("city", "is", "Cork")))
    Segment.objects.filter(pk=segment.pk).update(filter=["xor"])
    Workspace.objects.filter(pk=workspace.pk).update(segments_version="0" * 32)
    fresh = Workspace.objects.get(pk=workspace.pk)

    asked, reasons = questions(fresh, "person", Moment(NOW, fresh.zone))

    assert (str(segment.pk) in asked, list(reasons)) == (False, [str(segment.pk)])


def test_a_ring_that_somebody_wrote_past_us_ends(workspace):
    """The depth is bounded when a filter is asked, not only when it is saved."""
    first = save(workspace, "A", both(("city", "is", "Cork")))
    second = save(workspace, "B", both(("segment", "in", str(first.pk))))
    Segment.objects.filter(pk=first.pk).update(filter=["and", ["and", ["segment", "in", str(second.pk)]]])
    Workspace.objects.filter(pk=workspace.pk).update(segments_version="0" * 32)

    with pytest.raises(Unanswerable):
        matching(workspace, ("segment", "in", str(first.pk)))


def test_people_and_companies_are_asked_in_one_workspace_alone(workspace, plant):
    plant("Ann", last_seen_at=NOW)
    assert (members(WorkspaceFactory(), "active"), Person.objects.count(), Company.objects.count()) == ([], 1, 0)
