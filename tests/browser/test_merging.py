"""Merging by hand in a real browser: from the menu to who stays, with the keyboard, and back (BEY-07)."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.events import recording
from apps.events.recording import Occurrence
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, PersonFactory, attribute


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="usr_1", name="Ann", email="ann@x.test", last_seen_at=NOW)


@pytest.fixture
def bea(workspace: Workspace, ann: Person) -> Person:
    for name in ("plan", "favourite_colour"):
        attribute(Workspace.objects.get(), name)
    seen = NOW - timedelta(days=3)
    bea = PersonFactory(
        workspace=workspace, external_id="usr_2", name="Ann Bloggs", email="ann@x.test", last_seen_at=seen
    )
    offers = {ann.pk: {"plan": "Free"}, bea.pk: {"plan": "Pro", "favourite_colour": "green", "phone": "+353 1 234"}}
    write(Person, Workspace.objects.get(), offers, Source.REST, now=NOW)
    Person.objects.filter(pk=bea.pk).update(city="Cork", country="Ireland", session_count=4)
    tag = tagging.create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [bea.pk], tag, by=NOBODY, now=NOW)
    noting.add(bea, "Asked for an invoice", by=NOBODY, now=NOW)
    recording.record(workspace, [Occurrence(bea.pk, "read-pricing", NOW)], source=Source.PING, by=NOBODY, now=NOW)
    return Person.objects.select_related("workspace").get(pk=bea.pk)


def test_two_users_are_merged_and_told_apart_again(page: Page, ann: Person, bea: Person) -> None:
    page.goto(bea.page())
    page.get_by_label("More", exact=True).press("Enter")
    page.get_by_role("link", name="Merge into…").press("Enter")

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Merge Ann Bloggs into…")).to_be_visible()
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("zzz", delay=20)
    expect(dialog.get_by_text("No other user has “zzz”")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("searchbox").fill("usr_1")
    dialog.get_by_role("link", name="Choose Ann").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Merge Ann Bloggs into Ann")
    plan = page.get_by_role("row", name="plan")
    expect(plan.get_by_role("radio", name="plan: keep Ann’s")).to_be_checked()
    expect(plan.get_by_role("cell").last).to_have_text("Free")
    expect(page.locator("#merge-lost")).to_contain_text("Name, plan")
    assert violations(page) == []

    plan.get_by_role("radio", name="plan: keep Ann’s").focus()
    page.keyboard.press("ArrowRight")
    expect(plan.get_by_role("cell").last).to_have_text("Pro")
    expect(plan.get_by_role("radio", name="plan: take Ann Bloggs’s")).to_be_focused()
    expect(page.locator("#merge-lost")).not_to_contain_text("plan")
    page.get_by_role("button", name="Merge").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Ann")
    expect(page.get_by_text("Ann Bloggs was merged into Ann. It can be undone for 7 days.")).to_be_visible()
    assert violations(page) == []
    page.goto(bea.page())
    assert page.url.endswith(f"/{ann.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann")

    page.get_by_role("link", name="Undo merge… Ann Bloggs").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann Bloggs, merged into Ann")
    assert violations(page) == []
    page.get_by_role("button", name="Undo merge").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Ann Bloggs")
    expect(page.get_by_text("Ann Bloggs and Ann are two again.")).to_be_visible()
    assert Person.objects.get(pk=ann.pk).phone is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 400])
def test_the_preview_is_read_on_a_phone_and_in_the_dark(page: Page, ann: Person, bea: Person, width, scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 860})
    page.goto(f"{bea.page()}merge/{ann.public_id}/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Merge Ann Bloggs into Ann")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.goto(f"{bea.page()}merge/")
    expect(page.get_by_role("searchbox", name="Search users by name")).to_be_visible()
    assert violations(page) == []


def test_without_scripts_a_choice_is_looked_at_and_carried_out(plain_page: Page, ann: Person, bea: Person) -> None:
    plain_page.goto(f"{bea.page()}merge/?q=usr_1")
    plain_page.get_by_role("link", name="Choose Ann").click()
    plain_page.get_by_role("radio", name="plan: take Ann Bloggs’s").check()
    plain_page.get_by_role("button", name="Show the result").click()
    expect(plain_page.get_by_role("row", name="plan").get_by_role("cell").last).to_have_text("Pro")
    plain_page.get_by_role("button", name="Merge", exact=True).click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Ann")
