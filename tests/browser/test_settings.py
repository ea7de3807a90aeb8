"""The settings of data, worked with the keyboard in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from apps.attributes.models import Attribute
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import attribute


def test_an_attribute_is_made_changed_and_archived_in_place(page: Page, workspace: Workspace) -> None:
    """ATT-14, ATT-17, ATT-30, ATT-41"""
    page.goto(f"/apps/{workspace.app_id}/settings/people-data/")
    expect(page.get_by_text("No custom attributes yet")).to_be_visible()

    page.get_by_role("link", name="Create attribute").press("Enter")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    page.keyboard.type("deal.stage")
    expect(page.get_by_text("Will be saved as deal_stage")).to_be_visible()
    expect(page.get_by_role("textbox", name="Options")).to_be_hidden()
    page.get_by_role("combobox", name="Type").select_option(label="List")
    page.get_by_role("textbox", name="Options").fill("Won")
    page.get_by_role("button", name="Create").press("Enter")
    expect(page.get_by_text("A list needs at least two options.")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_role("textbox", name="Options")).to_be_focused()
    page.get_by_role("textbox", name="Options").fill("Won\nLost")
    page.get_by_role("button", name="Create").press("Enter")

    edit = page.get_by_role("link", name="Edit deal_stage")
    expect(edit).to_be_focused()
    expect(page.get_by_text("1 of 250 active")).to_be_visible()
    expect(page.get_by_role("heading", name="Create attribute")).to_have_count(0)

    edit.press("Enter")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()

    edit.press("Enter")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    page.get_by_role("textbox", name="Description").fill("Where the deal stands")
    page.get_by_label("Prevent updates via the Messenger").check()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Where the deal stands")).to_be_visible()
    expect(page.get_by_text("Protected", exact=True)).to_be_visible()
    expect(edit).to_be_focused()

    edit.press("Enter")
    expect(page.get_by_role("textbox", name="Description")).to_be_focused()
    page.get_by_role("button", name="Archive").press("Enter")
    page.get_by_text("Archived (1)").click()
    page.get_by_role("button", name="Unarchive deal_stage").press("Enter")
    expect(edit).to_be_focused()
    expect(page.get_by_text("Archived (1)")).to_have_count(0)
    assert violations(page) == []
    [made] = Attribute.objects.all()
    assert (made.name, made.options, made.messenger_protected, made.archived_at) == (
        *("deal_stage", ["Won", "Lost"], True, None),
    )


def test_the_list_narrows_while_a_name_is_typed(page: Page, workspace: Workspace) -> None:
    attribute(workspace, "seats")
    attribute(workspace, "colour")
    page.goto(f"/apps/{workspace.app_id}/settings/people-data/")

    page.get_by_label("Find an attribute").press_sequentially("sea")

    expect(page.get_by_text("colour", exact=True)).to_have_count(0)
    expect(page.get_by_text("seats", exact=True)).to_be_visible()
    expect(page.get_by_label("Find an attribute")).to_be_focused()


def test_the_messenger_switch_is_kept(page: Page, workspace: Workspace) -> None:
    """MSG-08"""
    page.goto(f"/apps/{workspace.app_id}/settings/people-data/")

    page.get_by_label("Don't create attributes from the Messenger").press("Space")
    expect(page.get_by_text("The Messenger no longer creates attributes.")).to_be_visible()

    page.reload()
    expect(page.get_by_label("Don't create attributes from the Messenger")).to_be_checked()


def test_qualification_data_is_added_created_and_ordered_with_the_keyboard(page: Page, workspace: Workspace) -> None:
    """QUAL-02, QUAL-03, QUAL-04, QUAL-29"""
    attribute(workspace, "budget", "number", description="In euros")
    page.goto(f"/apps/{workspace.app_id}/settings/qualification/")
    rows = page.get_by_role("list", name="Qualification data").get_by_role("listitem")
    assert violations(page) == []

    page.get_by_text("Add data").press("Enter")
    page.get_by_label("Find an attribute to add").press_sequentially("bud")
    expect(page.get_by_role("button", name="Owner")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("button", name="budget").press("Enter")
    expect(rows).to_have_count(8)
    expect(rows.last).to_contain_text("In euros")
    expect(page.get_by_role("button", name="budget")).to_have_count(3)  # up, down, remove: no longer in the menu

    up = page.get_by_role("button", name="Move budget up")
    expect(up).to_be_focused()
    for place in range(7, 1, -1):
        up.press("Enter")
        expect(rows.nth(place - 1)).to_contain_text("budget")
        expect(up).to_be_focused()
    up.press("Enter")
    expect(rows.first).to_contain_text("budget")
    expect(page.get_by_role("button", name="Move budget down")).to_be_focused()

    page.get_by_text("Add data").press("Enter")
    page.get_by_role("link", name="Create new data").press("Enter")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    expect(page.get_by_text("Customers may see this name")).to_be_visible()
    assert violations(page) == []
    page.keyboard.type("Use case")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(9)
    expect(rows.last).to_contain_text("Use case")

    page.get_by_role("button", name="Remove budget").press("Enter")
    expect(rows).to_have_count(8)
    expect(page.get_by_role("button", name="Remove Name")).to_be_focused()
    assert violations(page) == []


def test_a_row_is_dragged_by_its_grip(page: Page, workspace: Workspace) -> None:
    """QUAL-29"""
    page.goto(f"/apps/{workspace.app_id}/settings/qualification/")
    rows = page.get_by_role("list", name="Qualification data").get_by_role("listitem")

    with page.expect_response("**/order/"):
        rows.nth(2).locator(".grip").drag_to(rows.first, target_position={"x": 40, "y": 2})

    expect(rows.first).to_contain_text("Phone")
    assert [question.key for question in workspace.questions.all()][:3] == ["phone", "name", "email"]


@pytest.mark.parametrize(
    "path", ["people-data/", "people-data/?tab=standard", "people-data/new/", "qualification/new/"]
)
@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
def test_the_pages_fit_and_are_accessible(page: Page, workspace: Workspace, path: str, width: int, scheme: str) -> None:
    attribute(workspace, "stage", "list", options=["A", "B"], description="Where the deal stands", protected=True)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"/apps/{workspace.app_id}/settings/{path}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
