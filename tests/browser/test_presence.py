"""The green dots in a real browser: they come and go by themselves, and nothing else does."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from apps.people import presence
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import PersonFactory

HALF_A_MINUTE = 30_000


def heartbeat(person: Person, ago: timedelta = timedelta()) -> None:
    presence.heartbeat(person.workspace, person.public_id, now() - ago)


def test_the_list_turns_dots_green_and_changes_nothing_else(page: Page, workspace: Workspace) -> None:
    """PRES-04…06"""
    ann = PersonFactory(workspace=workspace, name="Ann Lee", country="Ireland")
    page.clock.install()
    page.goto(f"/apps/{workspace.app_id}/people/")
    row = page.get_by_role("row", name="Ann Lee")
    expect(row.locator(".dot")).to_have_count(0)
    page.get_by_role("searchbox", name="Search people").focus()

    PersonFactory(workspace=workspace, name="Joe Bloggs", last_seen_at=now())
    Person.objects.filter(pk=ann.pk).update(country="Kenya")
    heartbeat(ann)
    page.clock.run_for(HALF_A_MINUTE)

    expect(row.get_by_role("link", name="Online now Ann Lee")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(row).to_contain_text("Ireland")
    expect(page.get_by_role("searchbox", name="Search people")).to_be_focused()
    assert violations(page) == []

    heartbeat(ann, timedelta(minutes=2))
    page.clock.run_for(HALF_A_MINUTE)
    expect(row.locator(".dot")).to_have_count(0)

    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("row", name="Ann Lee")).to_contain_text("Kenya")
    heartbeat(ann)
    page.clock.run_for(HALF_A_MINUTE)
    expect(page.get_by_role("row", name="Ann Lee").locator(".dot")).to_have_count(1)


def test_a_profile_turns_its_dot_green(page: Page, workspace: Workspace) -> None:
    """PRES-04"""
    ann = PersonFactory(workspace=workspace, name="Ann Lee")
    page.clock.install()
    page.goto(ann.page())
    expect(page.locator("#profile-header .dot")).to_have_count(0)

    heartbeat(ann)
    page.clock.run_for(HALF_A_MINUTE)

    expect(page.locator("#profile-header .dot")).to_have_count(1)
    assert violations(page) == []
