"""The filter builder in a real browser: with the keyboard alone, without a script, on a telephone, in the dark."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person
from apps.segments.language import Condition, Filter, Group, address
from apps.workspace.clock import now
from apps.workspace.models import Seat, Workspace
from tests.browser.conftest import signed_in, violations
from tests.factories import PersonFactory, SeatFactory, attribute

USER = Group((Condition("role", "is", "user"),))
IRELAND = Condition("country", "is", "Ireland")
UK = Condition("country", "is", "United Kingdom")
PRO = Condition("custom_attributes.plan", "is", "pro")


@pytest.fixture
def people(workspace: Workspace) -> None:
    """Ann, Eve and Joe, of two countries, on two plans, seen 1, 20 and 40 days ago."""
    attribute(workspace, "plan", description="What they pay for")
    attribute(workspace, "ends_at", "date")
    workspace.refresh_from_db()
    known = (("Ann", "Ireland", "pro", 1), ("Eve", "United Kingdom", "pro", 20), ("Joe", "France", "free", 40))
    for name, country, plan, days in known:
        seen = now() - timedelta(days=days)
        person = PersonFactory(workspace=workspace, name=name, country=country, last_seen_at=seen)
        ends = now() + timedelta(days=days, hours=-1)
        write(Person, workspace, {person.pk: {"plan": plan, "ends_at": ends}}, Source.REST, now=now())


@pytest.fixture
def another(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Another browser: of another teammate, or without scripts."""
    opened: list[BrowserContext] = []

    def sign_in(seat: Seat, **more: bool) -> Page:
        opened.append(signed_in(chromium, live_server, seat, **more))
        return opened[-1].new_page()

    yield sign_in
    for context in opened:
        context.close()


def list_url(workspace: Workspace, *groups: Group) -> str:
    return f"/apps/{workspace.app_id}/people/?segment=users&filter={quote(address(Filter((USER, *groups))))}"


def chips(page: Page) -> list[str]:
    """The chips without the window that a date's has."""
    return page.locator("#filter-bar .chip > a:first-child").evaluate_all(
        """chips => chips.map(chip => {
             const copy = chip.cloneNode(true);
             copy.querySelectorAll(".chip-window, svg").forEach(part => part.remove());
             return copy.textContent.trim().replace(/\\s+/g, " ");
           })"""
    )


def chip(page: Page, words: str) -> Locator:
    return page.locator("#filter-bar .chip > a:first-child", has_text=words)


def pick(page: Page, opener: str, text: str) -> None:
    """Open the picker and take the first that a text finds, by keyboard."""
    page.get_by_role("link", name=opener, exact=True).press("Enter")
    expect(page.get_by_role("searchbox", name="What to filter by")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comparison", exact=True)).to_be_visible()


def shown(page: Page, *people: str) -> None:
    """Wait until exactly these people are listed, in order."""
    expect(page.locator("tbody .who-name")).to_have_text(list(people))


def test_from_the_picker_to_the_filtered_list_with_the_keyboard_alone(
    page: Page, workspace: Workspace, people: None
) -> None:
    """FILT-01, FILT-18"""
    page.goto(f"/apps/{workspace.app_id}/people/")
    shown(page, "Ann", "Eve", "Joe")

    pick(page, "Add filter", "plan")
    expect(page.get_by_role("textbox", name="Value")).to_be_focused()
    page.keyboard.type("pro")
    expect(page.locator(".filter-preview")).to_contain_text("2 people match then")
    page.keyboard.press("Enter")

    shown(page, "Ann", "Eve")
    assert chips(page) == ["Type is User", "plan is pro"]
    expect(chip(page, "plan is pro")).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text("2")
    assert "plan" in page.url

    page.go_back()
    shown(page, "Ann", "Eve", "Joe")


def test_the_arrows_walk_through_the_picker_and_typing_goes_on_searching(
    page: Page, workspace: Workspace, people: None
) -> None:
    page.goto(f"/apps/{workspace.app_id}/people/")
    page.get_by_role("link", name="Add filter").press("Enter")
    expect(page.get_by_role("searchbox", name="What to filter by")).to_be_focused()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".filter-choices a").nth(1)).to_be_focused()
    page.keyboard.type("plan")
    expect(page.get_by_role("searchbox", name="What to filter by")).to_have_value("plan")
    expect(page.locator(".filter-choices .choice-name")).to_have_text(["plan", "Company plan"])
    expect(page.locator("#announcer")).to_have_text("2 to choose from")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    expect(page.get_by_role("form", name="Filter by plan")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#filter-panel")).to_be_empty()
    expect(page.get_by_role("link", name="Add filter")).to_be_focused()


def test_a_negative_number_of_days_says_which_days_it_means(page: Page, workspace: Workspace, people: None) -> None:
    """DATE-06, FILT-07, BEY-11"""
    page.goto(list_url(workspace, Group((Condition("custom_attributes.ends_at", "more_than", -3),))))
    shown(page, "Ann")
    expect(page.locator(".chip-window")).to_contain_text("before")

    pick(page, "Add filter", "ends_at")
    page.get_by_label("Comparison", exact=True).select_option("less_than")
    page.get_by_label("Days ago", exact=True).fill("-")
    expect(page.locator(".filter-preview")).to_contain_text("needs a whole number of days")
    page.get_by_label("Days ago", exact=True).fill("0")

    expect(page.locator(".filter-preview")).to_contain_text("after now")
    expect(page.locator(".filter-preview")).to_contain_text("Together: between now and")
    expect(page.locator(".filter-preview")).to_contain_text("1 person matches then")
    assert violations(page) == []
    page.get_by_role("button", name="Apply").click()
    expect(chip(page, "ends_at less than 0 days ago")).to_be_focused()
    shown(page, "Ann")
    assert chips(page)[1:] == ["ends_at more than -3 days ago", "ends_at less than 0 days ago"]


def test_what_does_not_fit_is_said_beside_the_field_and_the_list_stays(
    page: Page, workspace: Workspace, people: None
) -> None:
    """FILT-07"""
    page.goto(list_url(workspace, Group((Condition("last_seen_at", "less_than", 30),))))
    shown(page, "Ann", "Eve")
    stood = page.url

    chip(page, "Last seen less than 30 days ago").click()
    page.get_by_label("Days ago", exact=True).fill("1.5")
    page.keyboard.press("Enter")

    expect(page.locator("#filter-error")).to_have_text(
        "Last seen needs a whole number of days; -3 means three days ahead."
    )
    expect(page.get_by_label("Days ago", exact=True)).to_be_focused()
    shown(page, "Ann", "Eve")
    assert page.url == stood
    assert violations(page) == []

    page.keyboard.type("10")
    expect(page.locator("#filter-error")).to_have_count(0)
    page.keyboard.press("Enter")
    shown(page, "Ann")
    expect(chip(page, "Last seen less than 10 days ago")).to_be_focused()


def test_an_or_group_is_built_and_a_group_after_it(page: Page, workspace: Workspace, people: None) -> None:
    """FILT-11"""
    page.goto(list_url(workspace, Group((IRELAND, UK))))
    expect(page.locator(".empty, .table").first).to_be_visible()
    assert page.locator("#filter-bar .group").count() == 0

    page.get_by_role("link", name="and: join the filters").click()
    shown(page, "Ann", "Eve")
    expect(page.locator("#filter-bar .group")).to_have_count(1)
    expect(page.get_by_role("link", name="or: join the filters")).to_be_focused()

    pick(page, "Group", "plan")
    page.get_by_label("Value", exact=True).fill("pro")
    page.keyboard.press("Enter")
    expect(page.locator("#filter-bar .group")).to_have_count(2)
    shown(page, "Ann", "Eve")

    pick(page, "Add filter to group 3", "name")
    page.get_by_label("Value", exact=True).fill("Eve")
    page.keyboard.press("Enter")
    shown(page, "Eve")
    assert chips(page) == [
        *("Type is User", "Country is Ireland", "Country is United Kingdom"),
        *("plan is pro", "Name is Eve"),
    ]


def test_filters_are_removed_one_by_one_and_all_at_once(page: Page, workspace: Workspace, people: None) -> None:
    page.goto(list_url(workspace, Group((IRELAND, PRO))))
    shown(page, "Ann")

    page.get_by_role("link", name="Remove: Country is Ireland").press("Enter")
    shown(page, "Ann", "Eve")
    expect(page.get_by_role("link", name="Remove: plan is pro")).to_be_focused()

    page.get_by_role("link", name="Clear", exact=True).click()
    shown(page, "Ann", "Eve", "Joe")
    assert chips(page) == ["Type is User"]


def test_a_click_beside_the_panel_closes_it(page: Page, workspace: Workspace, people: None) -> None:
    page.goto(f"/apps/{workspace.app_id}/people/")
    page.get_by_role("link", name="Add filter").click()
    expect(page.get_by_role("link", name="Add filter")).to_have_attribute("aria-expanded", "true")

    page.get_by_role("heading", level=1).click()

    expect(page.locator("#filter-panel")).to_be_empty()
    expect(page.get_by_role("link", name="Add filter")).not_to_have_attribute("aria-expanded", "true")


def test_a_shared_address_shows_the_same_filter_to_another_teammate(
    page: Page, another: Callable[..., Page], workspace: Workspace, people: None
) -> None:
    """FILT-18"""
    page.goto(f"/apps/{workspace.app_id}/people/")
    pick(page, "Add filter", "country")
    page.get_by_label("Value", exact=True).fill("Ireland")
    page.keyboard.press("Enter")
    shown(page, "Ann")

    theirs = another(SeatFactory(workspace=workspace, role="read_only"))
    theirs.goto(page.url)

    shown(theirs, "Ann")
    assert chips(theirs) == chips(page) == ["Type is User", "Country is Ireland"]


def test_without_a_script_the_same_can_be_done(
    another: Callable[..., Page], tess: Seat, workspace: Workspace, people: None
) -> None:
    """UI-08"""
    page = another(tess, java_script_enabled=False)
    page.goto(f"/apps/{workspace.app_id}/people/")

    page.get_by_role("link", name="Add filter").click()
    page.get_by_role("searchbox", name="What to filter by").fill("seen")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Last seen", exact=True).first.click()
    page.get_by_label("Comparison", exact=True).select_option("less_than")
    page.get_by_label("Days ago", exact=True).fill("soon")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#filter-error")).to_contain_text("needs a whole number of days")

    page.get_by_label("Days ago", exact=True).fill("30")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".filter-preview")).to_contain_text("2 people match then")
    page.get_by_role("button", name="Apply").click()
    shown(page, "Ann", "Eve")

    chip(page, "Last seen less than 30 days ago").click()
    page.get_by_label("Days ago", exact=True).fill("10")
    page.get_by_label("Days ago", exact=True).press("Enter")
    shown(page, "Ann")
    page.get_by_role("link", name="Remove: Last seen less than 10 days ago").click()
    shown(page, "Ann", "Eve", "Joe")


LONG = Condition("custom_attributes.plan", "is_not", "n" * 200)
GONE = Condition("custom_attributes.gone", "is", "x")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 400])
def test_it_fits_every_window_in_both_themes(
    page: Page, workspace: Workspace, people: None, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    seen = Condition("last_seen_at", "exactly", -3)
    page.goto(list_url(workspace, Group((IRELAND, UK), any=True), Group((PRO, seen, LONG)), Group((GONE,))))
    expect(page.locator(".chip.broken")).to_contain_text("archived or gone")
    assert violations(page) == []

    page.locator("#filter-2-1").click()
    expect(page.locator(".filter-preview")).to_contain_text("between")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Group", exact=True).click()
    expect(page.locator(".filter-choices a").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
