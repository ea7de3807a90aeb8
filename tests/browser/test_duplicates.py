"""The queue of duplicates in a real browser: by keyboard, without scripts, on a phone, in the dark (BEY-08)."""

import pytest
from playwright.sync_api import Page, expect

from apps.companies.models import Membership
from apps.duplicates import looking
from apps.duplicates.models import BulkMerge, Look, Pair
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory


@pytest.fixture
def home(workspace: Workspace) -> str:
    return f"/apps/{workspace.app_id}/settings/duplicates/"


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    """Ann twice, Ben as user and lead, and two leads with the same phone."""
    ann = PersonFactory(workspace=workspace, name="Ann Lee", email="ann@x.test", last_seen_at=NOW)
    anne = PersonFactory(workspace=workspace, name="Anne Lee", email="ann@x.test", phone="+353 87 123 4567")
    acme = CompanyFactory(workspace=workspace)
    for person in (ann, anne):
        Membership.objects.create(workspace=workspace, person=person, company=acme, created_at=NOW)
    PersonFactory(workspace=workspace, name="Ben Oak", email="ben@x.test")
    LeadFactory(workspace=workspace, name="Benjamin Oak", email="ben@x.test")
    LeadFactory(workspace=workspace, name="Cleo", phone="+353 1 555 0100")
    LeadFactory(workspace=workspace, name="C. Marsh", phone="00353 1 555 0100")
    jobs.run(Look, looking.begin(workspace, now=NOW).pk)
    return ann


def test_pairs_are_dismissed_taken_back_and_merged_with_the_keyboard(page: Page, home: str, ann: Person) -> None:
    page.goto(home)
    expect(page.locator("#count-waiting")).to_have_text("3")
    assert violations(page) == []

    page.get_by_role("button", name="Not a duplicate Cleo and C. Marsh").press("Enter")
    back = page.get_by_role("button", name="Take back Cleo and C. Marsh")
    expect(back).to_be_focused()
    expect(page.locator("#count-waiting")).to_have_text("2")
    expect(page.locator("#count-dismissed")).to_have_text("1")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Not a duplicate Cleo and C. Marsh")).to_be_focused()
    expect(page.locator("#count-waiting")).to_have_text("3")

    page.get_by_role("link", name="Merge… Anne Lee into Ann Lee").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge Anne Lee into Ann Lee")
    page.get_by_role("button", name="Merge", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Duplicates")
    expect(page.get_by_text("Anne Lee was merged into Ann Lee.")).to_be_visible()
    expect(page.locator("#count-waiting")).to_have_text("2")


def test_the_ticked_are_merged_together_and_told_apart_again(page: Page, home: str, ann: Person) -> None:
    page.goto(home)
    page.get_by_role("checkbox", name="Tick Ann Lee and Anne Lee").press("Space")
    page.get_by_role("checkbox", name="Tick Ben Oak and Benjamin Oak").press("Space")
    page.get_by_role("button", name="Merge the ticked…").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge 2 people into who stays")
    assert violations(page) == []

    page.get_by_role("button", name="Merge", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge duplicates")
    jobs.run(BulkMerge, BulkMerge.objects.get().pk)
    expect(page.get_by_text("Done: 2 of 2 merged.")).to_be_visible()
    assert violations(page) == []

    page.get_by_role("button", name="Undo all").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo: merge duplicates")
    jobs.run(BulkMerge, BulkMerge.objects.latest("pk").pk)
    expect(page.get_by_text("Done: 2 of 2 told apart again.")).to_be_visible()
    assert Pair.objects.waiting(ann.workspace).count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 400])
def test_the_queue_is_read_on_a_phone_and_in_the_dark(page: Page, home: str, ann: Person, width, scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 860})
    merging = f"{home}merge/?all=1&" + "&".join(f"shown={pair.pk}" for pair in Pair.objects.all())
    for address in (home, f"{home}?state=dismissed", merging, ann.page()):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_a_pair_is_dismissed_and_another_looked_for(plain_page: Page, home: str, ann: Person) -> None:
    plain_page.goto(home)
    plain_page.get_by_role("button", name="Not a duplicate Cleo and C. Marsh").click()
    expect(plain_page.get_by_text("Cleo and C. Marsh are two; nobody is asked about them again.")).to_be_visible()
    expect(plain_page.locator("#count-waiting")).to_have_text("2")
    plain_page.get_by_role("link", name="Dismissed").click()
    plain_page.get_by_role("button", name="Take back Cleo and C. Marsh").click()
    expect(plain_page.get_by_text("may be one person after all")).to_be_visible()
    plain_page.get_by_role("button", name="Look again").click()
    expect(plain_page.get_by_text("people read")).to_be_visible()
