"""Names and values as long as they may be, without a space to break at: nothing is pushed out of sight."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory

LONG = "W" * 255


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    ann = PersonFactory(workspace=workspace, name=LONG)
    write(Person, workspace, {ann.pk: {"name": LONG}}, Source.REST, now=NOW)
    join(ann, CompanyFactory(workspace=workspace, name=LONG), now=NOW)
    return ann


def is_too_wide(page: Page, selector: str = "html") -> bool:
    wide: bool = page.locator(selector).evaluate("box => box.scrollWidth > box.clientWidth")
    return wide


@pytest.mark.parametrize("width", [1360, 400])
def test_the_question_before_detaching_keeps_its_buttons(page: Page, ann: Person, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    page.goto(ann.page())
    page.locator("#section-companies").get_by_role("link", name="Detach").click()

    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("button", name="Detach")).to_be_in_viewport(ratio=1)
    assert (is_too_wide(page, "#dialog"), is_too_wide(page)) == (False, False)


@pytest.mark.parametrize("width", [1360, 400])
def test_the_history_of_a_long_value_is_as_wide_as_the_window(page: Page, ann: Person, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 860})

    page.goto(reverse("attributes:history", args=[ann.workspace.app_id, "person", ann.public_id, "name"]))

    assert not is_too_wide(page)
