"""Settings → Events: what each means, how often it came, and which are in use."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.events import keeping
from apps.events.models import EventName
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Seat, Workspace
from tests.factories import NOW, PersonFactory, SeatFactory

from .conftest import did

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def seat(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def tess(client: Client, seat: Seat) -> Client:
    client.force_login(seat.teammate)
    return client


@pytest.fixture
def address(workspace: Workspace) -> str:
    return f"/apps/{workspace.app_id}/settings/events/"


def named(name: str) -> EventName:
    return EventName.objects.get(name=name)


def rows(page: str) -> list[tuple[str, ...]]:
    """label, key, how often of each row, as a reader meets them."""
    pattern = r"<span>([^<]*)</span> <code>([^<]*)</code>.*?event-count\"[^>]*>([\d,]+) <"
    return re.findall(pattern, page, re.DOTALL)


def test_two_keys_that_read_alike_are_two_rows_with_their_counts(tess, address, ann, bob):
    """EVT-13, screens 8.4"""
    did(ann, "invited-friend")
    did(ann, "invited friend")
    did(bob, "invited friend")

    assert rows(tess.get(address).text) == [
        ("Invited friend", "invited friend", "2"),
        ("Invited friend", "invited-friend", "1"),
    ]


def test_totals_are_over_all_people_of_this_workspace(tess, address, ann, bob):
    for person in (ann, bob, PersonFactory()):
        did(person, "viewed-page", *(NOW - timedelta(hours=hour) for hour in range(600)))

    assert rows(tess.get(address).text) == [("Viewed page", "viewed-page", "1,200")]


def test_the_page_says_when_each_came_last_and_how_many_are_in_use(tess, address, ann):
    """EVT-05, screens 8.4"""
    did(ann, "a", NOW - timedelta(days=50))
    did(ann, "b")
    keeping.archive(named("b"), by=NOBODY, now=NOW)

    page = tess.get(address).text

    assert ("1 of 120 active" in page, 'datetime="2026-03-10T15:00:00Z"' in page, "Archived (1)" in page) == (
        *(True, True, True),
    )


def test_an_empty_page_says_how_events_come(tess, address):
    page = tess.get(address).text

    assert ("No events yet" in page, "trackEvent" in page, "POST /events" in page) == (True, True, True)


@pytest.mark.parametrize(("query", "found"), [("INVITED F", 1), ("invited-f", 1), ("friends bring", 1), ("zzz", 0)])
def test_a_search_looks_at_label_key_and_description(tess, address, ann, query, found):
    did(ann, "invited-friend")
    did(ann, "other")
    keeping.describe(named("invited-friend"), "Friends bring friends", by=NOBODY, now=NOW)

    page = tess.get(address, {"q": query}).text

    assert (len(rows(page)), "0 events match" in page) == (found, not found)


def test_a_hundred_events_cost_what_one_does(tess, address, ann, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            tess.get(address)
        return len(captured)

    did(ann, "one")
    alone = queries()
    for number in range(100):
        did(ann, f"event {number}")

    assert queries() == alone


# ---- in place --------------------------------------------------------------------------------------------------------


def test_a_description_is_saved_and_logged(tess, address, ann, seat):
    """EVT-12"""
    did(ann, "old-click")
    event = named("old-click")

    answer = tess.post(f"{address}{event.pk}/edit/", {"description": "A click on the old page"})

    entry = AuditEntry.objects.get(activity=Activity.EVENT_CHANGE)
    assert (answer.status_code, answer["Location"]) == (302, f"{address}#event-{event.pk}")
    assert (named("old-click").description, entry.teammate, entry.metadata) == (
        "A click on the old page",
        seat.teammate,
        {"event": "old-click"},
    )


def test_saving_the_same_again_is_not_logged(tess, address, ann):
    did(ann, "a")

    tess.post(f"{address}{named('a').pk}/edit/", {"description": ""})

    assert AuditEntry.objects.filter(activity=Activity.EVENT_CHANGE).count() == 0


def test_a_description_that_is_too_long_comes_back_with_its_error(tess, address, ann):
    did(ann, "a")
    edit = f"{address}{named('a').pk}/edit/"

    for answer in (tess.post(edit, {"description": "x" * 501}), tess.post(edit, {"description": "x" * 501}, **HTMX)):
        assert (answer.status_code, "at most 500 characters" in answer.text) == (422, True)
    assert named("a").description == ""


def test_htmx_gets_the_row_alone(tess, address, ann):
    did(ann, "a")
    pk = named("a").pk

    answers = [
        tess.get(f"{address}{pk}/", **HTMX),
        tess.get(f"{address}{pk}/edit/", **HTMX),
        tess.post(f"{address}{pk}/edit/", {"description": "x"}, **HTMX),
    ]

    assert [("<li" in a.text, "<html" in a.text, a.status_code) for a in answers] == [(True, False, 200)] * 3


def test_without_script_a_row_opens_in_its_place_in_the_list(tess, address, ann):
    did(ann, "a")
    did(ann, "b")

    page = tess.get(f"{address}{named('a').pk}/edit/").text

    assert ('name="description"' in page, len(rows(page))) == (True, 1)


def test_archiving_and_unarchiving_keep_the_counts(tess, address, ann, seat):
    """EVT-12"""
    did(ann, "old-click")
    pk = named("old-click").pk

    away = tess.post(f"{address}{pk}/archive/")
    archived = named("old-click").archived_at is not None
    back = tess.post(f"{address}{pk}/unarchive/")

    assert (away.status_code, archived, back.status_code, named("old-click").archived_at) == (302, True, 302, None)
    assert rows(tess.get(address).text) == [("Old click", "old-click", "1")]
    logged = AuditEntry.objects.filter(teammate=seat.teammate).order_by("pk").values_list("activity", flat=True)
    assert list(logged) == [Activity.EVENT_ARCHIVAL, Activity.EVENT_UNARCHIVAL]


def test_an_event_is_not_unarchived_beyond_the_limit(tess, address, ann, settings):
    """EVT-05"""
    did(ann, "a")
    keeping.archive(named("a"), by=NOBODY, now=NOW)
    settings.EVENT_NAME_LIMIT = 1
    did(ann, "b")
    unarchive = f"{address}{named('a').pk}/unarchive/"

    for answer in (tess.post(unarchive), tess.post(unarchive, **HTMX)):
        assert (answer.status_code, "a stays archived: the workspace has 1 events in use" in answer.text) == (422, True)
    assert named("a").archived_at == NOW


@pytest.mark.parametrize("field", ["event.old-click", "event_last.old-click"])
def test_an_event_that_a_segment_asks_for_is_not_archived(tess, address, ann, field):
    """EVT-12: as with attributes and tags, nothing is taken from under a segment."""
    did(ann, "old-click")
    asked = all_of(Condition(field, "has_occurred" if field.startswith("event.") else "has_any_value"))
    workspace = Workspace.objects.get(pk=ann.workspace_id)
    saving.create(workspace, "person", "Clickers", asked, by=NOBODY, now=NOW)
    archive = f"{address}{named('old-click').pk}/archive/"

    for answer in (tess.post(archive), tess.post(archive, **HTMX)):
        assert (answer.status_code, "Used by segment: Clickers. Remove it there first." in answer.text) == (422, True)
    assert named("old-click").archived_at is None
    assert "Used by segment: Clickers." in tess.get(f"{address}{named('old-click').pk}/edit/").text


def test_an_archived_event_is_not_edited(tess, address, ann):
    did(ann, "a")
    keeping.archive(named("a"), by=NOBODY, now=NOW)

    answer = tess.post(f"{address}{named('a').pk}/edit/", {"description": "x"})

    assert (answer.status_code, named("a").description) == (400, "")


def test_an_agent_may_not_see_the_page_nor_its_link(client, workspace, address):
    """PERM-05"""
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)

    people = client.get(f"/apps/{workspace.app_id}/people/").text

    assert (client.get(address).status_code, address in people) == (403, False)
