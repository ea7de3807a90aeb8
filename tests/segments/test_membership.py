"""The segments that a record is in, from one query (SEG-05, UPD-05)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.attributes.models import Attributed
from apps.people import sessions
from apps.segments import saving
from apps.segments.comparisons import Moment
from apps.segments.language import Filter
from apps.segments.membership import badges
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, attribute
from tests.segments.conftest import both, company, given

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def save(workspace: Workspace, name: str, asked: Filter, about: str = "person") -> None:
    fresh = Workspace.objects.get(pk=workspace.pk)
    saving.create(fresh, about, name, asked, by=NOBODY, now=NOW)


def worn(record: Attributed, now: datetime = NOW) -> list[str]:
    """A record's badges as its page shows them next."""
    record.workspace = Workspace.objects.get(pk=record.workspace_id)
    return [standing.name for standing in badges(record, Moment(now, record.workspace.zone))]


def test_a_person_wears_a_badge_for_each_segment_but_not_for_what_they_are(workspace, plant):
    """SEG-05"""
    ann = plant("Ann", last_seen_at=NOW, city="Cork")
    save(workspace, "IE trials", both(("city", "is", "Cork")))
    save(workspace, "FR trials", both(("city", "is", "Paris")))

    assert worn(ann) == ["Active", "IE trials"]


def test_a_company_wears_the_badges_of_companies(workspace, plant):
    """SEG-04"""
    acme = company(workspace, "Acme", plant("Ann"), last_request_at=NOW - 45 * DAY, created_at=NOW - 90 * DAY)

    assert worn(acme) == ["Slipping away"]


def test_a_login_takes_a_person_from_slipping_away_to_active(workspace, plant):
    """UPD-05"""
    ann = plant("Ann", last_seen_at=NOW - 40 * DAY)
    before = worn(ann)

    sessions.touch(ann.pk, sessions.in_browser(NOW, {}))

    assert (before, worn(ann)) == (["Slipping away"], ["Active"])


def test_the_clock_alone_takes_badges_away(workspace, plant):
    """SEG-11"""
    ann = plant("Ann", last_seen_at=NOW)

    assert [worn(ann, NOW + days * DAY) for days in (0, 31, 61)] == [["Active"], ["Slipping away"], []]


def test_a_changed_value_is_in_the_badges_at_once(workspace, plant):
    """UPD-11"""
    attribute(workspace, "plan")
    ann = plant("Ann", {"plan": "free"})
    save(workspace, "Enterprise", both(("custom_attributes.plan", "is", "enterprise")))

    given(ann, {"plan": "enterprise"})

    assert worn(ann) == ["Enterprise"]


@pytest.mark.parametrize("amount", [1, 50])
def test_badges_are_one_query_whatever_the_number_of_segments(workspace, plant, amount):
    """UI-05"""
    ann = plant("Ann", city="Cork")
    company(workspace, "Acme", ann, plan="pro")
    for number in range(amount):
        asked = both(("city", "is", "Cork"), ("company.plan", "is", "pro"), ("segment", "not_in", "active"))
        save(workspace, f"Segment {number:02}", asked)
    worn(ann)  # so that catalogue and segments are read
    ann.workspace = Workspace.objects.get(pk=workspace.pk)

    with CaptureQueriesContext(connection) as queries:
        found = badges(ann, Moment(NOW, ann.workspace.zone))

    assert (len(queries), len(found)) == (1, amount)


def test_a_broken_segment_is_no_badge_and_no_error(workspace, plant):
    plan = attribute(workspace, "plan")
    ann = plant("Ann", {"plan": "trial"}, last_seen_at=NOW)
    save(workspace, "Trials", both(("custom_attributes.plan", "contains", "trial")))
    plan.archived_at = NOW
    plan.save()
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version="0" * 32)

    assert worn(ann) == ["Active"]
