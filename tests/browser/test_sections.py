"""Sections of a profile stay as a teammate left them."""

from playwright.sync_api import Page, expect

from apps.workspace.models import Workspace
from tests.factories import PersonFactory


def test_a_closed_section_is_closed_on_the_next_profile_and_the_others_are_open(
    page: Page, workspace: Workspace
) -> None:
    """UI-01"""
    ann, other = PersonFactory(workspace=workspace), PersonFactory(workspace=workspace)
    page.goto(ann.page())
    page.locator("#heading-details").click()

    page.goto(other.page())

    expect(page.locator("#section-details > details")).not_to_have_attribute("open", "")
    expect(page.locator("#section-qualification > details")).to_have_attribute("open", "")
    page.locator("#heading-details").click()
    page.reload()
    expect(page.locator("#section-details > details")).to_have_attribute("open", "")
