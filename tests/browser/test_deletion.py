"""Forgetting somebody in a real browser: from the profile to the receipt, with the keyboard, and back (DEL-01…07)."""

import pytest
from playwright.sync_api import Page, expect

from apps.attributes.models import State
from apps.deletion import destroying, grace
from apps.deletion.models import GRACE, Deletion
from apps.people import states
from apps.people.models import Person
from apps.tags import noting
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, Workspace
from tests.browser.conftest import violations
from tests.factories import LeadFactory, PersonFactory


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    ann = PersonFactory(
        workspace=workspace, external_id="usr_1", name="Ann Lee", email="ann@x.test", last_seen_at=now()
    )
    noting.add(ann, "Call back", by=NOBODY, now=now())
    return ann


@pytest.fixture
def home(workspace: Workspace, tess: Seat) -> str:
    return f"/apps/{workspace.app_id}/settings/deleting-people-data/"


def test_somebody_is_deleted_from_their_profile_and_restored(page: Page, ann: Person) -> None:
    """DEL-06, DEL-21"""
    page.goto(ann.page())
    page.get_by_label("More", exact=True).press("Enter")
    page.get_by_role("link", name="Permanently delete…").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Deleting people data")
    expect(page.get_by_role("radio")).to_be_checked()
    expect(page.get_by_text("1 note", exact=True)).to_be_visible()
    button = page.get_by_role("button", name="Permanently delete")
    expect(button).to_be_disabled()
    page.get_by_label("Type the user ID to confirm").fill("usr_2")
    expect(button).to_be_disabled()
    assert violations(page) == []
    page.get_by_label("Type the user ID to confirm").fill("usr_1")
    expect(button).to_be_enabled()
    button.press("Enter")

    expect(page.get_by_text("Deleted. Everything is destroyed in 7 days")).to_be_visible()
    expect(page.get_by_text("u••• · a•••@x•••")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=f"Restore {ann.public_id}").press("Enter")

    expect(page.get_by_text("Restored Ann Lee, as they were.")).to_be_visible()
    assert Person.objects.get().state == State.ACTIVE


def test_matches_and_consequences_come_in_place(page: Page, workspace: Workspace, ann: Person, home: str) -> None:
    """DEL-02: none is chosen, and the button is disabled until one is"""
    bea = PersonFactory(workspace=workspace, external_id="usr_2", name="Bea Poe", email="ann@x.test")
    page.goto(home)

    page.get_by_label("User ID or email").press_sequentially("ann@x.test")
    expect(page.get_by_role("radio")).to_have_count(2)
    expect(page.get_by_role("button", name="Permanently delete")).to_be_disabled()
    page.get_by_role("radio", name="Bea Poe").check()
    expect(page.get_by_role("heading", name="What goes with Bea Poe")).to_be_visible()
    page.get_by_role("radio", name="Ann Lee").check()
    expect(page.get_by_role("heading", name="What goes with Ann Lee")).to_be_visible()
    page.get_by_label("Type the user ID to confirm").fill("usr_1")
    page.get_by_role("button", name="Permanently delete").click()

    expect(page.get_by_text("Deleted. Everything is destroyed in 7 days")).to_be_visible()
    assert [deletion.person_id for deletion in Deletion.objects.all()] == [ann.pk] != [bea.pk]


def test_without_scripts_every_step_is_a_form(plain_page: Page, ann: Person, home: str) -> None:
    plain_page.goto(home)
    plain_page.get_by_label("User ID or email").fill("usr_1")
    plain_page.get_by_role("button", name="Find").click()
    plain_page.get_by_role("radio", name="Ann Lee").check()
    plain_page.get_by_role("button", name="Show what would go").click()
    plain_page.get_by_label("Type the user ID to confirm").fill("usr_2")
    plain_page.get_by_role("button", name="Permanently delete").click()
    expect(plain_page.get_by_text("Type usr_1 here, exactly as it is written above.")).to_be_visible()
    plain_page.get_by_label("Type the user ID to confirm").fill("usr_1")
    plain_page.get_by_role("button", name="Permanently delete").click()
    expect(plain_page.get_by_text("Deleted. Everything is destroyed in 7 days")).to_be_visible()
    plain_page.get_by_role("button", name=f"Restore {ann.public_id}").click()
    expect(plain_page.get_by_text("Restored Ann Lee, as they were.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 400])
def test_the_pages_are_read_on_a_phone_and_in_the_dark(
    page: Page, workspace: Workspace, ann: Person, home: str, width: int, scheme: str
) -> None:
    gone = PersonFactory(workspace=workspace, external_id="usr_8", email="gone@x.test")
    grace.request(gone, by=NOBODY, now=now() - GRACE)
    destroying.destroy_due(now())
    grace.request(LeadFactory(workspace=workspace), by=NOBODY, now=now())
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 860})

    page.goto(f"{home}?q=usr_1&who={ann.public_id}")
    expect(page.get_by_role("heading", name="What goes with Ann Lee")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name=f"Receipt of {gone.public_id}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipt of a deletion")
    expect(page.get_by_text("1 profile with all its values")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_somebody_is_blocked_in_a_dialog_and_unblocked_in_the_settings(
    page: Page, workspace: Workspace, ann: Person
) -> None:
    """IDN-22"""
    page.goto(ann.page())
    page.get_by_label("More", exact=True).press("Enter")
    page.get_by_role("link", name="Block…").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Block Ann Lee?")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Block").press("Enter")

    expect(page.get_by_text("Blocked Ann Lee.")).to_be_visible()
    page.goto(f"/apps/{workspace.app_id}/settings/hidden-people/?state=blocked")
    assert violations(page) == []
    page.get_by_role("button", name="Unblock Ann Lee").press("Enter")

    expect(page.get_by_text("Ann Lee is unblocked.")).to_be_visible()
    assert Person.objects.get().state == State.ACTIVE


@pytest.mark.parametrize("width", [1360, 400])
def test_the_hidden_and_the_history_are_read_at_every_width(
    page: Page, workspace: Workspace, ann: Person, width: int
) -> None:
    """IDN-21"""
    ben = LeadFactory(workspace=workspace, name="Ben Poe")
    states.archive(ben, by=NOBODY, now=now())
    page.set_viewport_size({"width": width, "height": 860})

    for address, heading in (
        (f"/apps/{workspace.app_id}/settings/hidden-people/", "Archived & blocked people"),
        (f"/apps/{workspace.app_id}/history/person/{ann.public_id}/", "History of Ann Lee"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
