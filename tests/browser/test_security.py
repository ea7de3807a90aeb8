"""Settings → Security and API tokens, as a Super admin goes about them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import PersonFactory, attribute, question


def test_a_secret_is_shown_once_replaced_and_the_former_one_ended(page: Page, workspace: Workspace) -> None:
    """MSG-21"""
    page.goto(f"/apps/{workspace.app_id}/settings/security/")
    expect(page.get_by_text("not shown to anybody yet")).to_be_visible()
    page.get_by_role("button", name="Show it once").press("Enter")
    expect(page.get_by_text(workspace.messenger_secret)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Secret in use")).to_be_visible()
    expect(page.get_by_text(workspace.messenger_secret)).to_have_count(0)
    expect(page.get_by_role("button", name="Show it once")).to_have_count(0)

    page.get_by_label("The one in use now goes on counting for").select_option(label="7 days")
    page.get_by_role("button", name="Make a new secret").press("Enter")

    expect(page.get_by_text("Former secret")).to_be_visible()
    stands = Workspace.objects.get()
    expect(page.get_by_text(stands.messenger_secret)).to_be_visible()
    assert stands.former_secret == workspace.messenger_secret

    page.get_by_text("End it", exact=True).press("Enter")
    page.get_by_role("button", name="End it now").press("Enter")
    expect(page.get_by_text("The former secret counts no more.")).to_be_visible()
    expect(page.get_by_text("Former secret", exact=True)).to_have_count(0)
    assert Workspace.objects.get().former_secret == ""


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
@pytest.mark.parametrize("part", ["security", "tokens"])
def test_the_pages_fit_and_are_accessible(page: Page, workspace: Workspace, part: str, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/apps/{workspace.app_id}/settings/{part}/")
    if part == "security":
        page.get_by_role("button", name="Make a new secret").press("Enter")
        expect(page.get_by_text("It is not shown again")).to_be_visible()
    else:
        page.get_by_label("Name", exact=True).fill("Qualifier")
        page.get_by_role("button", name="Create token").press("Enter")
        expect(page.get_by_text("Tick at least one")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("Operator").check()
        page.get_by_role("button", name="Create token").press("Enter")
        expect(page.get_by_text("It is not shown again")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_super_admin_keeps_the_papers_of_an_audit(page: Page, workspace: Workspace, tmp_path: Path) -> None:
    """AUD-03, AUD-04"""
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 We attest.")
    page.goto(f"/apps/{workspace.app_id}/settings/security/")
    page.get_by_label("Log who views whose profile").check()
    page.get_by_role("button", name="Save access logging").press("Enter")
    expect(page.get_by_text("From now on it is logged who views whose profile.")).to_be_visible()
    expect(page.get_by_label("Log who views whose profile")).to_be_checked()

    page.get_by_label("Document", exact=True).set_input_files(tmp_path / "letter.pdf")
    page.get_by_role("button", name="Upload", exact=True).press("Enter")
    expect(page.get_by_text("letter.pdf is kept here.")).to_be_visible()
    with page.expect_download() as told:
        page.get_by_role("link", name="Download letter.pdf").press("Enter")
    assert told.value.path().read_bytes() == letter.read_bytes()

    page.get_by_text("Remove letter.pdf").first.press("Enter")
    page.get_by_role("button", name="Remove letter.pdf").press("Enter")
    expect(page.get_by_text("letter.pdf is removed.")).to_be_visible()
    expect(page.get_by_text("No documents yet.")).to_be_visible()


def test_a_token_says_what_it_may_do(page: Page, workspace: Workspace) -> None:
    page.goto(f"/apps/{workspace.app_id}/settings/tokens/")
    page.get_by_label("Name", exact=True).fill("Dashboard")
    page.get_by_label("Read people").check()
    page.get_by_role("button", name="Create token").press("Enter")
    token = page.get_by_role("status").locator("code").inner_text()
    item = page.get_by_role("listitem").filter(has_text="Dashboard")
    expect(item).to_contain_text("Read people")
    expect(item).to_contain_text("never used")

    headers = {"Authorization": f"Bearer {token}"}
    statuses = [
        page.request.get("/contacts", headers=headers).status,
        page.request.post("/contacts", headers=headers, data={"email": "a@x.io"}).status,
    ]
    page.reload()
    expect(item).to_contain_text("last used")
    item.get_by_text("Revoke").first.press("Enter")
    page.get_by_role("button", name="Revoke Dashboard").press("Enter")
    expect(page.get_by_text("Dashboard is revoked.")).to_be_visible()

    assert [*statuses, page.request.get("/contacts", headers=headers).status] == [200, 403, 401]


def test_a_workflow_with_a_token_of_the_page_collects_what_is_unknown_and_nothing_else(
    page: Page, workspace: Workspace
) -> None:
    """QUAL-09…11, QUAL-23, API-14"""
    ann = PersonFactory(workspace=workspace, name="Ann")
    for name in ("budget", "timeline"):
        question(workspace, attribute(workspace, name))
    page.goto(ann.page())
    page.get_by_role("link", name="Edit budget:").press("Enter")
    page.get_by_role("textbox", name="budget").fill("500")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Edit budget: 500")).to_be_visible()

    page.goto(f"/apps/{workspace.app_id}/settings/tokens/")
    page.get_by_label("Name", exact=True).fill("Qualifier")
    page.get_by_label("Operator").check()
    page.get_by_role("button", name="Create token").press("Enter")
    token = page.get_by_role("status").locator("code").inner_text()
    answer = page.request.put(
        f"/contacts/{ann.public_id}",
        headers={"Authorization": f"Bearer {token}"},
        data={"custom_attributes": {"budget": "50", "timeline": "May"}},
    ).json()

    assert (answer["skipped"], answer["custom_attributes"]) == (["budget"], {"budget": "500", "timeline": "May"})
    page.goto(ann.page())
    panel = page.get_by_role("region", name="Qualification")
    expect(panel.get_by_role("link", name="Edit budget: 500")).to_be_visible()
    mark = panel.get_by_label("Where timeline comes from: Collected by workflow")
    expect(mark.locator("svg")).to_be_visible()
    expect(mark).to_have_class("source operator")
    mark.press("Enter")
    expect(panel.get_by_text("Qualifier", exact=True)).to_be_visible()
