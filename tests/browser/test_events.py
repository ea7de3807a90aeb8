"""Events, worked with the keyboard in a real browser: what somebody did, and what a workspace says of it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.attributes.sources import Source
from apps.events import keeping
from apps.events.models import EventName
from apps.events.recording import Occurrence, record
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import PersonFactory

LONG = "a-very-long-name-of-an-event-" * 8
BOUGHT = {
    "price": {"amount": 34999, "currency": "eur"},
    "order": {"url": "https://example.com/7", "value": "No. 7"},
    "renewal_date": 1773154800,
}


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    """She looked at 30 pages, invited a friend and bought something just now."""
    ann = PersonFactory(workspace=workspace, name="Ann Lee")
    today = now()
    occurrences = [
        Occurrence(ann.pk, "purchased", today, BOUGHT),
        Occurrence(ann.pk, "invited-friend", today - timedelta(minutes=1)),
        *(
            Occurrence(ann.pk, "viewed-page", today - timedelta(hours=hour), {"page": "/" + "long/" * 30})
            for hour in range(1, 31)
        ),
    ]
    record(workspace, occurrences, source=Source.REST, by=Hand(name="Billing sync"), now=today)
    return ann


def lines(page: Page) -> Locator:
    return page.locator(".occurrence")


def test_a_profile_tells_what_somebody_did(page: Page, ann: Person) -> None:
    """EVT-01, EVT-06, EVT-07"""
    page.goto(ann.page())
    section = page.get_by_role("region", name="Events")
    expect(section.get_by_role("listitem").filter(has_text="Viewed page").first).to_contain_text("30 times")
    expect(lines(page)).to_have_count(8)

    lines(page).first.locator("summary").press("Enter")
    expect(section.get_by_text("€349.99", exact=True)).to_be_visible()
    expect(section.get_by_role("link", name="No. 7")).to_be_visible()
    expect(section.get_by_text("REST API · Billing sync").first).to_be_visible()
    assert violations(page) == []

    section.get_by_role("link", name="Load more").press("Enter")
    expect(lines(page)).to_have_count(28)
    expect(lines(page).nth(8).locator("summary")).to_be_focused()
    section.get_by_role("link", name="Load more").press("Enter")
    expect(lines(page)).to_have_count(32)
    expect(section.get_by_role("link", name="Load more")).to_have_count(0)


def test_one_event_is_picked_out_of_the_timeline(page: Page, ann: Person) -> None:
    """EVT-07"""
    page.goto(ann.page())
    which = page.get_by_role("combobox", name="Which event")

    which.focus()
    which.select_option(label="Invited friend")
    expect(lines(page)).to_have_count(1)
    expect(which).to_be_focused()

    page.get_by_role("link", name="Viewed page").press("Enter")
    expect(lines(page)).to_have_count(20)
    expect(which).to_have_value(str(EventName.objects.get(name="viewed-page").pk))
    expect(page).to_have_url(page.url.partition("?")[0])

    which.select_option(label="All events")
    expect(lines(page).first).to_contain_text("Purchased")


def test_an_event_is_described_archived_and_taken_back_in_place(page: Page, workspace: Workspace, ann: Person) -> None:
    """EVT-05, EVT-12"""
    page.goto(f"/apps/{workspace.app_id}/settings/events/")
    expect(page.get_by_text("3 of 120 active")).to_be_visible()
    edit = page.get_by_role("link", name="Edit invited-friend")

    edit.press("Enter")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()

    edit.press("Enter")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    page.keyboard.type("Sent an invitation that was taken")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Sent an invitation that was taken")).to_be_visible()
    expect(edit).to_be_focused()

    edit.press("Enter")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    page.get_by_role("button", name="Archive").press("Enter")
    expect(page.get_by_text("2 of 120 active")).to_be_visible()
    page.get_by_text("Archived (1)").click()
    page.get_by_role("button", name="Unarchive invited-friend").press("Enter")
    expect(page.get_by_text("3 of 120 active")).to_be_visible()
    expect(edit).to_be_focused()
    assert violations(page) == []


def test_the_list_narrows_while_a_name_is_typed(page: Page, workspace: Workspace, ann: Person) -> None:
    page.goto(f"/apps/{workspace.app_id}/settings/events/")

    page.get_by_label("Find an event").press_sequentially("viewed p")

    expect(page.get_by_text("invited-friend", exact=True)).to_have_count(0)
    expect(page.get_by_text("viewed-page", exact=True)).to_be_visible()
    expect(page.get_by_label("Find an event")).to_be_focused()


@pytest.mark.parametrize("place", ["profile", "timeline", "settings"])
@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
def test_the_pages_fit_and_are_accessible(
    page: Page, workspace: Workspace, ann: Person, place: str, width: int, scheme: str
) -> None:
    record(
        workspace, [Occurrence(ann.pk, LONG, now(), {"k" * 150: "v" * 200})], source=Source.REST, by=NOBODY, now=now()
    )
    keeping.archive(EventName.objects.get(name="invited-friend"), by=NOBODY, now=now())
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    settings = f"/apps/{workspace.app_id}/settings/events/"

    page.goto({"profile": ann.page(), "timeline": f"{ann.page()}events/", "settings": settings}[place])
    for summary in page.locator(".occurrence summary, .section > details:not([open]) > summary").all()[:3]:
        summary.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
