"""Settings → API reference, as somebody reads it who writes a program."""

import pytest
from playwright.sync_api import Page, expect

from apps.workspace.models import Workspace
from tests.browser.conftest import violations


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
def test_the_page_fits_and_is_accessible(page: Page, workspace: Workspace, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/apps/{workspace.app_id}/settings/api-reference/")
    expect(page.get_by_role("heading", name="Search contacts")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_shape_is_one_step_away_from_the_tokens_page(page: Page, workspace: Workspace) -> None:
    page.goto(f"/apps/{workspace.app_id}/settings/tokens/")
    page.get_by_role("main").get_by_role("paragraph").get_by_role("link", name="API reference").click()

    page.locator("#show_contact").get_by_role("link", name="contact", exact=True).click()

    expect(page.get_by_role("heading", name="contact", exact=True)).to_be_in_viewport()
