"""Columns, order and selection of a list in a real browser, with the mouse and with the keyboard alone."""

from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from apps.people.models import Person
from apps.tags import tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, PersonFactory, attribute


def crowd(workspace: Workspace, size: int) -> None:
    for number in range(1, size + 1):
        seen = NOW - timedelta(minutes=number)
        PersonFactory(workspace=workspace, name=f"User {number:03}", session_count=number % 7, last_seen_at=seen)


def open_list(page: Page, workspace: Workspace, address: str = "") -> None:
    page.goto(f"/apps/{workspace.app_id}/people/{address}")


def heads(page: Page) -> list[str]:
    return [head.strip() for head in page.locator("thead th:not(.tight)").all_inner_texts()]


def names(page: Page) -> list[str]:
    return page.locator("tbody .who-name").all_inner_texts()


def drag_to_the_top(page: Page, rows: Locator, number: int) -> None:
    """One step at a time, each once the page has followed the last: a hand waits for what it sees, too."""
    text = rows.nth(number).inner_text()
    rows.nth(number).locator(".grip").hover()
    top = rows.first.bounding_box()
    assert top is not None
    page.mouse.down()
    page.mouse.move(top["x"] + 40, top["y"] + top["height"] * 1.5, steps=4)
    expect(page.locator(".is-dragged")).to_have_text(text, use_inner_text=True)
    for _ in range(20):
        page.mouse.move(top["x"] + 40, top["y"] + 4, steps=2)
        if rows.first.inner_text() == text:
            break
        page.mouse.move(top["x"] + 42, top["y"] + 8)
    expect(rows.first).to_have_text(text, use_inner_text=True)
    page.mouse.up()


def bar(page: Page) -> Locator:
    return page.get_by_role("form", name="Selection")


def test_columns_are_found_ticked_and_ordered_while_the_list_follows(page: Page, workspace: Workspace) -> None:
    """UI-03"""
    attribute(workspace, "seats", "number")
    crowd(workspace, 3)
    open_list(page, workspace)

    page.get_by_role("link", name="Columns").press("Enter")
    expect(page.get_by_role("searchbox", name="Find a column")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("seats")
    page.get_by_role("checkbox", name="seats").press("Enter")

    expect(page.locator("thead")).to_contain_text("seats")
    expect(page.get_by_role("checkbox", name="seats")).to_be_checked()
    expect(page.get_by_role("searchbox", name="Find a column")).to_have_value("seats")
    page.get_by_role("button", name="Move seats up").press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#columns li.item").nth(6)).to_contain_text("seats")
    page.get_by_role("button", name="Remove Email").press("Enter")
    expect(page.locator("thead")).not_to_contain_text("Email")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Columns")).to_be_focused()
    assert heads(page)[:2] == ["Name", "Last seen"]
    assert heads(page)[-3:] == ["seats", "Country", "Tags"]

    page.reload()
    assert heads(page)[-3:] == ["seats", "Country", "Tags"]


def test_a_column_is_dragged_to_its_place(page: Page, workspace: Workspace) -> None:
    """UI-03"""
    crowd(workspace, 2)
    open_list(page, workspace)
    page.get_by_role("link", name="Columns").click()

    drag_to_the_top(page, page.locator("#columns li.item"), 7)

    expect(page.locator("thead th").nth(2)).to_contain_text("Tags")
    assert heads(page)[:3] == ["Name", "Tags", "Email"]


def test_a_head_sorts_and_the_hand_stays_on_it(page: Page, workspace: Workspace) -> None:
    """UI-02, UI-03"""
    for name, count in (("Ann", 3), ("Ben", 9), ("Eve", 5)):
        PersonFactory(workspace=workspace, name=name, session_count=count)
    open_list(page, workspace)
    head = page.get_by_role("columnheader", name="Web sessions")

    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert names(page) == ["Ben", "Eve", "Ann"]
    expect(head.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")

    expect(head).to_have_attribute("aria-sort", "ascending")
    assert names(page) == ["Ann", "Eve", "Ben"]
    assert violations(page) == []
    page.reload()
    assert names(page) == ["Ann", "Eve", "Ben"]


def test_rows_are_ticked_one_by_one_in_a_range_and_all_at_once(page: Page, workspace: Workspace) -> None:
    """UI-04"""
    crowd(workspace, 60)
    open_list(page, workspace)
    expect(bar(page)).to_be_hidden()

    page.get_by_label("Select User 002").press("Space")
    expect(bar(page)).to_contain_text("1 selected")
    page.get_by_label("Select User 005").click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("4 selected")
    expect(page.get_by_label("All 60 that match")).to_be_hidden()
    assert violations(page) == []

    page.get_by_label("Select all on this page").click()
    expect(bar(page)).to_contain_text("50 selected")
    page.get_by_label("All 60 that match").check()
    expect(bar(page)).to_contain_text("All 60 selected")
    page.get_by_label("Select User 007").uncheck()
    expect(bar(page)).to_contain_text("49 selected")
    page.get_by_role("button", name="Clear", exact=True).press("Enter")

    expect(bar(page)).to_be_hidden()
    expect(page.get_by_label("Select all on this page")).to_be_focused()
    expect(page.locator("tbody input:checked")).to_have_count(0)


def test_what_is_ticked_is_what_a_bulk_change_is_for(page: Page, workspace: Workspace) -> None:
    """UI-04"""
    tagging.create(workspace, "VIP", by=NOBODY, now=NOW)
    crowd(workspace, 3)
    open_list(page, workspace)

    page.get_by_label("Select User 002").check()
    bar(page).get_by_role("button", name="Tag", exact=True).click()

    expect(page.get_by_role("dialog")).to_contain_text("User 002")
    expect(page.get_by_role("dialog")).not_to_contain_text("User 001")


def test_a_list_stays_in_its_frame_on_a_telephone_and_in_the_dark(page: Page, workspace: Workspace) -> None:
    crowd(workspace, 3)
    name = "n" * 200
    person = PersonFactory(workspace=workspace, name=name, email=f"{'e' * 200}@example.test")
    tag = tagging.create(workspace, "t" * 200, by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [person.pk], tag, by=NOBODY, now=NOW)
    page.set_viewport_size({"width": 400, "height": 800})
    page.emulate_media(color_scheme="dark")
    either = '["or",["name","contains","n"],["email","contains","e"]]'
    filtered = f'?filter=["and",{either},["and",["session_count","less_than",9]]]'

    for address in ("", filtered, "?q=zzz", "?filter=x", "?segment=new"):
        open_list(page, workspace, address)

        assert page.evaluate("document.documentElement.scrollWidth") == 400
        assert violations(page) == []
    open_list(page, workspace)
    page.get_by_label("Select User 001").check()
    expect(bar(page)).to_be_in_viewport()
    assert violations(page) == []
