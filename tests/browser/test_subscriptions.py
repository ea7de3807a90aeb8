"""Settings → Subscription types, worked in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW


def settings_of(workspace: Workspace) -> str:
    return f"/apps/{workspace.app_id}/settings/subscriptions/"


def test_a_type_is_made_changed_and_archived_in_place(page: Page, workspace: Workspace) -> None:
    page.goto(settings_of(workspace))
    new = page.get_by_role("form", name="New subscription type")
    new.get_by_label("Name").fill("News")
    new.get_by_role("button", name="Create subscription type").press("Enter")
    row = page.locator("#subscription-types li").filter(has_text="News")
    expect(row).to_contain_text("0 people opted out")
    expect(new.get_by_label("Name")).to_have_value("")

    row.get_by_role("link", name="Edit News").press("Enter")
    edit = page.get_by_role("form", name="Edit News")
    expect(edit.get_by_label("Name")).to_be_focused()
    edit.get_by_label("Name").fill("Product news")
    edit.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("link", name="Edit Product news")).to_be_visible()

    page.get_by_role("button", name="Archive Product news").press("Enter")
    expect(page.get_by_role("button", name="Unarchive Product news")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (400, "dark")])
def test_the_page_fits_and_is_accessible(page: Page, workspace: Workspace, width: int, scheme: str) -> None:
    for name in ("News", "a-very-long-name" * 7):
        wording = Wording(name, "v" * 400, "en", ["email", "sms_message"])
        keeping.create(workspace, wording, "opt_out", by=NOBODY, now=NOW)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(settings_of(workspace))

    page.get_by_role("link", name="Edit News").click()
    expect(page.get_by_role("form", name="Edit News")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
