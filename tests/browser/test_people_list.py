"""The people list in a real browser: searched while typing, paged with the keyboard, and on a telephone."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, LeadFactory, PersonFactory


def crowd(workspace: Workspace, size: int) -> None:
    """Users seen one minute after the other, the first one last of all."""
    for number in range(1, size + 1):
        seen = NOW - timedelta(minutes=number)
        PersonFactory(workspace=workspace, name=f"User {number:03}", email=f"u{number}@example.test", last_seen_at=seen)


def names(page: Page) -> list[str]:
    return page.locator("tbody .who-name").all_inner_texts()


def test_typing_searches_and_one_step_back_is_the_list_before(page: Page, workspace: Workspace) -> None:
    """FILT-20"""
    crowd(workspace, 60)
    PersonFactory(workspace=workspace, name="Ann", external_id="1")
    LeadFactory(workspace=workspace, name="Anne")
    page.goto(f"/apps/{workspace.app_id}/people/")
    expect(page.get_by_role("heading", level=1)).to_have_text("All users 61")

    page.keyboard.press("Control+k")
    page.keyboard.type("ann", delay=20)

    expect(page.get_by_role("heading", level=1)).to_have_text("All users 1")
    assert names(page) == ["Ann"]
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/people/\?segment=users&q=ann$"))
    expect(page.locator("#announcer")).to_have_text("1 person matches")
    expect(page.get_by_role("link", name="1 lead matches as well")).to_be_visible()
    assert violations(page) == []

    page.keyboard.press("Control+a")
    page.keyboard.type("zzz", delay=20)
    expect(page.get_by_role("heading", name="0 people match")).to_be_visible()
    assert violations(page) == []

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("All users 61")
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_pages_are_turned_with_the_keyboard(page: Page, workspace: Workspace) -> None:
    """UI-05"""
    crowd(workspace, 120)
    page.goto(f"/apps/{workspace.app_id}/people/")
    expect(page.get_by_text("1–50 of 120")).to_be_visible()

    page.get_by_role("link", name="Next").press("Enter")
    expect(page.get_by_text("51–100 of 120")).to_be_visible()
    expect(page.get_by_role("link", name="Next")).to_be_focused()
    second = page.url
    page.keyboard.press("Enter")
    expect(page.get_by_text("101–120 of 120")).to_be_visible()
    assert names(page) == [f"User {number:03}" for number in range(101, 121)]

    page.get_by_role("link", name="Previous").press("Enter")
    expect(page.get_by_text("51–100 of 120")).to_be_visible()
    assert names(page) == [f"User {number:03}" for number in range(51, 101)]
    page.goto(second)
    assert names(page) == [f"User {number:03}" for number in range(51, 101)]
    assert violations(page) == []


def test_a_user_is_added_in_a_dialog(page: Page, workspace: Workspace) -> None:
    """IDN-05, IDN-16"""
    PersonFactory(workspace=workspace, name="Ann", email="ann@example.test")
    page.goto(f"/apps/{workspace.app_id}/people/")

    page.get_by_text("New users or leads").press("Enter")
    page.get_by_role("link", name="Create user").press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type("Eve")
    page.get_by_role("textbox", name="Email").fill("ann@example.test")
    page.get_by_role("button", name="Create user").press("Enter")
    expect(page.get_by_text("has this email already")).to_be_visible()
    expect(page.locator("#dialog").get_by_role("link", name="Ann")).to_be_visible()
    expect(page.get_by_role("textbox", name="Email")).to_be_focused()
    assert violations(page) == []

    page.get_by_role("textbox", name="Email").fill("eve@example.test")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Eve")
    expect(page.get_by_text("Eve was added as a user.")).to_be_visible()
    assert page.url.endswith(f"/people/{Person.objects.get(name='Eve').public_id}/")


def test_on_a_telephone_nothing_runs_off_the_side(page: Page, workspace: Workspace) -> None:
    crowd(workspace, 2)
    PersonFactory(workspace=workspace, name="N" * 200, email=f"{'e' * 200}@example.test", external_id="i" * 250)
    page.set_viewport_size({"width": 400, "height": 800})

    for address in ("people/", "people/?q=" + "n" * 150, "people/new/"):
        page.goto(f"/apps/{workspace.app_id}/{address}")

        assert page.evaluate("document.documentElement.scrollWidth") == 400
        assert violations(page) == []


def test_a_picture_that_does_not_load_gives_way_to_initials(page: Page, workspace: Workspace) -> None:
    """AVA-04"""
    PersonFactory(workspace=workspace, name="Joe Bloggs", avatar="http://pictures.test/gone.png")
    page.route("http://pictures.test/**", lambda route: route.fulfill(body="not a picture", content_type="image/png"))

    page.goto(f"/apps/{workspace.app_id}/people/")

    expect(page.locator("tbody .avatar img")).to_have_count(0)
    expect(page.locator("tbody .avatar")).to_have_text("JB")
