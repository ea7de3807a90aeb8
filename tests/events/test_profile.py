"""The Events section of a profile, and the page with everything a person did."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.attributes.sources import Source
from apps.events import keeping
from apps.events.models import Event, EventName
from apps.events.recording import Occurrence, record
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace
from tests.factories import CompanyFactory, PersonFactory, SeatFactory

from .conftest import did

HTMX = {"HTTP_HX_REQUEST": "true"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    return client


def section(client: Client, person: Person) -> str:
    """The Events section of the profile alone."""
    page = client.get(person.page()).text
    return page.partition('id="section-events"')[2].partition("</section>")[0]


def timeline(client: Client, person: Person, **query: object) -> str:
    return client.get(f"{person.page()}events/", query).text


def times(part: str) -> list[str]:
    """When each occurrence of the timeline was."""
    return re.findall(r'occurrence-at"><time datetime="([^"]*)"', part)


def written(*moments) -> list[str]:
    return [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]


def test_the_section_shows_count_first_and_last(tess, ann):
    """EVT-01"""
    moments = [now() - number * HOUR for number in range(3)]
    did(ann, "exported-csv", *moments)

    shown = section(tess, ann)

    assert ("Exported csv" in shown, "<code>exported-csv</code>" in shown, ">3 <" in shown) == (True, True, True)
    told = re.findall(r'first <time datetime="([^"]*)".*?last <time datetime="([^"]*)"', shown)
    assert told == [tuple(written(moments[-1], moments[0]))]


def test_the_timeline_is_the_latest_first(tess, ann):
    """EVT-07"""
    today = now()
    did(ann, "a", today - DAY, today - 3 * DAY)
    did(ann, "b", today - 2 * DAY)

    assert times(section(tess, ann)) == written(today - DAY, today - 2 * DAY, today - 3 * DAY)


def test_after_90_days_the_summary_is_what_is_left(tess, ann):
    """EVT-07"""
    did(ann, "old-thing", now() - 100 * DAY)

    shown = section(tess, ann)

    assert (">1 <" in shown, times(shown), "in the last 90 days" in shown) == (True, [], True)


def test_whoever_did_nothing_is_told_how_events_come(tess, ann):
    shown = section(tess, ann)

    assert ("No events yet" in shown, "trackEvent" in shown, "POST /events" in shown) == (True, True, True)


def test_an_occurrence_opens_to_its_metadata_and_how_it_came(tess, ann):
    """EVT-06"""
    metadata = {
        "price": {"amount": 34999, "currency": "eur"},
        "order": {"url": "https://example.com/7", "value": "No. 7"},
        "renewal_date": 1773154800,
        "plan": "<b>pro</b>",
    }
    sent = Occurrence(ann.pk, "purchased", now(), metadata)
    record(ann.workspace, [sent], source=Source.REST, by=Hand(name="Billing sync"), now=now())

    shown = section(tess, ann)

    assert "€349.99" in shown
    assert '<a href="https://example.com/7" rel="noopener nofollow">No. 7</a>' in shown
    assert '<time datetime="2026-03-10T15:00:00Z"' in shown
    assert "&lt;b&gt;pro&lt;/b&gt;" in shown
    assert "REST API · Billing sync" in shown


def test_an_archived_event_is_still_told(tess, ann):
    """EVT-12"""
    did(ann, "old-click", now())
    keeping.archive(EventName.objects.get(), by=NOBODY, now=now())

    shown = section(tess, ann)

    assert ("Old click" in shown, ">Archived<" in shown) == (True, True)


def test_the_section_shows_the_latest_six_and_leads_to_all(tess, ann):
    for number in range(13):
        did(ann, f"event {number}", now() - number * HOUR)

    shown = section(tess, ann)

    assert (shown.count("event-count"), "7 more" in shown) == (6, True)
    assert timeline(tess, ann).count("event-count") == 13


def test_the_timeline_turns_its_pages_by_keyset(tess, ann):
    """EVT-07, UI-05"""
    today = now()
    moments = [today - number * timedelta(minutes=7) for number in range(45)]
    did(ann, "a", *moments[::2])
    did(ann, "b", *moments[1::2])
    pages, page = [], section(tess, ann)
    while True:
        pages.append(times(page))
        following = re.search(r'hx-get="([^"]*after=[^"]*)"', page)
        if not following:
            break
        page = tess.get(following[1].replace("&amp;", "&"), **HTMX).text

    assert ([len(page) for page in pages], [at for page in pages for at in page]) == ([8, 20, 17], written(*moments))


def test_one_event_is_picked_out(tess, ann):
    today = now()
    did(ann, "a", today - HOUR)
    did(ann, "b", today)
    chosen = EventName.objects.get(name="a")

    for page in (timeline(tess, ann, name=chosen.pk), tess.get(f"{ann.page()}events/?name={chosen.pk}", **HTMX).text):
        assert times(page) == written(today - HOUR)
        assert f'<option value="{chosen.pk}" selected>' in page


def test_events_that_read_alike_are_told_apart(tess, ann):
    """EVT-13"""
    did(ann, "invited-friend", now())
    did(ann, "invited friend", now() - HOUR)

    told = re.findall(r'occurrence-name">([^<]*)<', section(tess, ann))

    assert told == ["Invited friend (invited-friend)", "Invited friend (invited friend)"]


def test_the_pages_of_one_event_stay_with_it(tess, ann):
    today = now()
    did(ann, "a", *(today - number * HOUR for number in range(25)))
    did(ann, "b", today - timedelta(minutes=30))
    chosen = EventName.objects.get(name="a")

    [following] = re.findall(r'href="([^"]*after=[^"]*)"', timeline(tess, ann, name=chosen.pk))
    page = tess.get(following.replace("&amp;", "&")).text

    assert times(page) == written(*(today - number * HOUR for number in range(20, 25)))
    assert "To the latest" in page


@pytest.mark.parametrize("query", [{"name": "0"}, {"name": "x"}, {"after": "nonsense"}, {"name": "9" * 30}])
def test_an_address_that_makes_no_sense_asks_for_nothing(tess, ann, query):
    did(ann, "a", now())

    assert len(times(timeline(tess, ann, **query))) == 1


def test_nobody_sees_anothers_events(tess, ann, bob):
    did(ann, "a", now())
    did(bob, "b", now())

    assert ("B" in re.findall(r"occurrence-name\">([^<]*)<", section(tess, ann)), times(timeline(tess, bob))) == (
        False,
        written(Event.objects.get(person=bob).at),
    )


def test_a_company_page_has_no_events(tess, ann):
    """EVT-08"""
    company = CompanyFactory(workspace=ann.workspace)
    did(ann, "a", now())

    assert "section-events" not in tess.get(company.page()).text


def test_many_occurrences_cost_what_one_does(tess, workspace, django_assert_max_num_queries):
    def queries(person: Person) -> int:
        with django_assert_max_num_queries(100) as captured:
            tess.get(person.page())
        return len(captured)

    one, many = PersonFactory.create_batch(2, workspace=workspace)
    did(one, "a", now())
    for number in range(9):
        did(many, f"event {number}", *(now() - hour * HOUR for hour in range(30)))
    queries(one)  # what is remembered from now on

    assert queries(many) <= queries(one)
