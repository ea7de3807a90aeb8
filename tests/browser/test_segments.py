"""Segments, worked with the keyboard in a real browser (SEG-02, SEG-05…08, BEY-03)."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Filter, address
from apps.segments.models import Segment
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import PersonFactory, attribute
from tests.segments.conftest import both, company, given

CORK = both(("city", "is", "Cork"))


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann", city="Cork", last_seen_at=now())


def save(workspace: Workspace, name: str, asked: Filter = CORK) -> Segment:
    return saving.create(Workspace.objects.get(pk=workspace.pk), "person", name, asked, by=NOBODY, now=now())


def people(workspace: Workspace, asked: Filter, segment: str = "users") -> str:
    return f"/apps/{workspace.app_id}/people/?segment={segment}&filter={address(asked)}"


def test_a_filter_is_saved_in_place_and_stands_beside_the_list(page: Page, workspace: Workspace, ann: Person) -> None:
    """SEG-02, SEG-07"""
    page.goto(people(workspace, CORK))
    beside = page.get_by_role("complementary", name="Segments")
    expect(beside.get_by_role("link", name="All users 1")).to_be_visible()

    page.get_by_role("link", name="Save segment").press("Enter")
    name = page.get_by_role("textbox", name="Segment name")
    expect(name).to_be_focused()
    page.keyboard.type("active")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is a segment “Active” already.")).to_be_visible()
    expect(name).to_be_focused()
    assert violations(page) == []
    name.fill("IE trials")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="IE trials")).to_be_visible()
    current = beside.get_by_role("link", name="IE trials 1")
    expect(current).to_have_attribute("aria-current", "page")
    assert violations(page) == []


def test_escape_gives_up_and_the_button_has_the_focus_again(page: Page, workspace: Workspace, ann: Person) -> None:
    """UI-01"""
    page.goto(people(workspace, CORK))
    page.get_by_role("link", name="Save segment").press("Enter")
    expect(page.get_by_role("textbox", name="Segment name")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Save segment")).to_be_focused()


def test_a_segment_is_updated_renamed_and_deleted(page: Page, workspace: Workspace, ann: Person) -> None:
    """SEG-06, SEG-08"""
    segment = save(workspace, "IE trials")
    around = save(workspace, "B", both(("segment", "in", str(segment.pk))))
    page.goto(people(workspace, both(("city", "is", "Galway")), str(segment.pk)))

    page.get_by_role("button", name="Update segment").press("Enter")
    expect(page.get_by_text("Updated segment IE trials.")).to_be_visible()
    expect(page.get_by_role("button", name="Update segment")).to_have_count(0)

    menu = page.locator("summary", has_text="Segment")
    menu.press("Enter")
    page.get_by_role("link", name="Rename").press("Enter")
    expect(page.get_by_role("textbox", name="Segment name")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("textbox", name="Segment name").fill("IE")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="IE", exact=False).first).to_contain_text("IE")
    expect(page.get_by_text("Renamed to IE.")).to_be_visible()

    menu.press("Enter")
    page.get_by_role("link", name="Delete").press("Enter")
    page.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_role("dialog").get_by_text("Used by segment: B.")).to_be_visible()
    assert violations(page) == []
    saving.delete(around, by=NOBODY, now=now())
    page.get_by_role("button", name="Delete").press("Enter")

    expect(page.get_by_text("Deleted segment IE.")).to_be_visible()
    assert Segment.objects.count() == 0


@pytest.mark.parametrize("width", [1360, 400])
def test_a_message_leaves_the_pager_and_what_is_selected_in_reach(
    page: Page, workspace: Workspace, ann: Person, width: int
) -> None:
    """Screens §0: what was done is said beside the controls, not over them"""
    PersonFactory.create_batch(60, workspace=workspace, city="Cork", last_seen_at=now())
    segment = save(workspace, "IE trials")
    page.set_viewport_size({"width": width, "height": 860})
    page.goto(people(workspace, both(("city", "has_any_value")), str(segment.pk)))
    page.get_by_role("button", name="Update segment").press("Enter")
    message = page.locator(".flash", has_text="Updated segment IE trials.")
    expect(message).to_be_visible()
    message.hover()  # whoever reads it keeps it

    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    uncovered = [apart(message, page.locator("#next-page"))]
    page.locator("tbody input[type=checkbox]").first.check()
    message.hover()
    uncovered.append(apart(message, page.get_by_role("form", name="Selection")))

    assert uncovered == [True, True]


def apart(one: Locator, other: Locator) -> bool:
    """Whether neither of two things that are seen covers any of the other."""
    first, second = one.bounding_box(), other.bounding_box()
    assert first is not None
    assert second is not None
    return (
        first["x"] + first["width"] <= second["x"]
        or second["x"] + second["width"] <= first["x"]
        or first["y"] + first["height"] <= second["y"]
        or second["y"] + second["height"] <= first["y"]
    )


def test_segments_are_pinned_with_the_keyboard(page: Page, workspace: Workspace, ann: Person) -> None:
    """screens §2"""
    page.goto(f"/apps/{workspace.app_id}/people/")
    beside = page.get_by_role("complementary", name="Segments")
    page.get_by_role("link", name="Pin and order").press("Enter")
    page.get_by_role("button", name="Pin Active").press("Enter")
    expect(page.get_by_role("button", name="Unpin Active")).to_be_focused()
    page.get_by_role("button", name="Pin New").press("Enter")
    page.get_by_role("button", name="Move New up").press("Enter")
    expect(page.get_by_role("button", name="Move New up")).to_be_disabled()
    assert violations(page) == []
    page.get_by_role("link", name="Done").press("Enter")

    pinned = beside.get_by_role("group", name="Pinned").get_by_role("link")
    expect(pinned).to_have_text(["New0", "Active1"])


def test_why_somebody_is_not_in_a_segment(page: Page, workspace: Workspace, ann: Person) -> None:
    """BEY-03"""
    attribute(workspace, "plan")
    attribute(workspace, "trial_ends", "date")
    given(ann, {"plan": "trial", "trial_ends": int((now() + timedelta(days=9, hours=1)).timestamp())})
    company(workspace, "X", ann, plan="free")
    within = ("custom_attributes.trial_ends", "more_than", -3), ("custom_attributes.trial_ends", "less_than", 0)
    ending = save(workspace, "Trial ending", both(("custom_attributes.plan", "is", "trial"), *within))
    save(workspace, "Outside", both(("segment", "not_in", str(ending.pk)), ("company.plan", "is", "pro")))
    page.goto(ann.page())
    badges = page.locator("#segment-badges")
    expect(badges.get_by_role("link")).to_have_text(["Active"])

    page.get_by_role("link", name="Why not in…?").press("Enter")
    page.get_by_label("Segment", exact=True).select_option(label="Trial ending")

    why = page.locator("#why")
    expect(why).to_contain_text("Ann is not in Trial ending.")
    lines = why.locator(".why > li")
    expect(lines.nth(0)).to_contain_text("plan is trial (trial)")
    expect(lines.nth(1)).to_contain_text("9 days ahead")
    expect(lines).to_have_class(["yes", "no", "yes"])
    page.get_by_label("Segment", exact=True).select_option(label="Outside")
    inside = why.get_by_text("Inside Trial ending")
    inside.press("Enter")
    expect(why.get_by_text("plan is trial")).to_be_visible()
    expect(why).to_contain_text("Company plan is pro (free)")
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_settings_rename_and_delete_in_place(page: Page, workspace: Workspace, ann: Person, theme: str) -> None:
    """screens §8.6"""
    save(workspace, "IE trials")
    page.goto(f"/apps/{workspace.app_id}/settings/segments/")
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    row = page.get_by_role("listitem").filter(has_text="IE trials")
    expect(row.locator(".count")).to_have_text("1")
    assert violations(page) == []

    page.get_by_role("link", name="Rename IE trials").press("Enter")
    page.get_by_role("textbox", name="Segment name").fill("IE")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Delete IE", exact=True).press("Enter")
    page.get_by_role("button", name="Delete").press("Enter")

    expect(page.get_by_text("Deleted segment IE.")).to_be_visible()
    expect(page.get_by_text("No saved segments").first).to_be_visible()
    assert violations(page) == []


def test_on_a_phone_segments_are_a_strip_that_shows_the_open_one(page: Page, workspace: Workspace, ann: Person) -> None:
    """screens §2: nothing is wider than the screen, and the segment that is open is in sight."""
    segment = save(workspace, "A segment with a rather long name of its own")
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(people(workspace, CORK, str(segment.pk)))

    current = page.locator(".segments [aria-current]")
    expect(current).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert violations(page) == []
