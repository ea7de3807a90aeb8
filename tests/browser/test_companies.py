"""Companies in a real browser: found while typing, edited in place, and given people."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, attribute


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann", email="ann@example.test", last_seen_at=NOW)


@pytest.fixture
def sun(workspace: Workspace, ann: Person) -> Company:
    attribute(workspace, "tier", about="company")
    company = CompanyFactory(workspace=workspace, company_id="c-6", session_count=300, last_request_at=NOW)
    offered = {"name": "Blue Sun", "plan": "Gold", "tier": "A", "website": "https://bluesun.test"}
    write(Company, Workspace.objects.get(), {company.pk: offered}, Source.PING, now=NOW)
    join(ann, company, now=NOW)
    return Company.objects.get(pk=company.pk)


def names(page: Page) -> list[str]:
    return page.locator("tbody .who-name").all_inner_texts()


def test_the_list_is_searched_while_typing_and_leads_to_a_company(page: Page, ann: Person, sun: Company) -> None:
    """CO-06, CO-07"""
    ben = LeadFactory(workspace=ann.workspace)
    for number in range(60):
        seen = NOW - timedelta(minutes=number + 1)
        company = CompanyFactory(workspace=ann.workspace, name=f"Acme {number:02}", last_request_at=seen, plan="Free")
        join(ben, company, now=NOW)
    page.goto(f"/apps/{ann.workspace.app_id}/people/")

    page.get_by_role("link", name="Companies").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Companies 61")
    expect(page.get_by_text("Company data can’t be imported by CSV")).to_be_visible()
    assert names(page)[:2] == ["Blue Sun", "Acme 00"]
    assert violations(page) == []

    page.get_by_role("link", name="Next").press("Enter")
    expect(page.get_by_text("51–61 of 61")).to_be_visible()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("blue", delay=20)
    expect(page.get_by_role("heading", level=1)).to_have_text("Companies 1")
    expect(page).to_have_url(re.compile(r"/companies/\?segment=all&q=blue$"))
    expect(page.locator("#announcer")).to_have_text("1 company matches")
    page.keyboard.type("zzz", delay=20)
    expect(page.get_by_role("heading", name="0 companies match")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Clear the search").last.click()
    page.get_by_role("link", name="Blue Sun").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Blue Sun")
    page.get_by_role("link", name="Ann", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann")
    page.get_by_role("link", name="Blue Sun", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Blue Sun")


def test_a_companys_value_is_edited_in_place_and_read_only_ones_tell_where_they_come_from(
    page: Page, sun: Company
) -> None:
    """QUAL-18, QUAL-20, BEY-01"""
    page.goto(sun.page())
    panel = page.locator("#section-qualification")
    assert violations(page) == []

    panel.get_by_role("link", name="Edit Company name: Blue Sun").press("Enter")
    expect(panel.get_by_role("textbox", name="Company name")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Red Sun")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Red Sun")
    expect(page.locator("#fact-company-name")).to_contain_text("Red Sun")
    expect(page).to_have_title(re.compile(r"^Red Sun · "))
    expect(panel.get_by_text("is overwritten by your app’s next update")).to_be_visible()
    expect(page.get_by_role("link", name="Edit tier")).to_have_count(0)
    page.get_by_label("Where tier comes from").press("Enter")
    expect(page.get_by_role("list", name="History of tier")).to_contain_text("became")
    assert violations(page) == []


def test_people_are_attached_and_detached_with_the_keyboard(page: Page, workspace: Workspace, sun: Company) -> None:
    """CO-01, CO-08, UI-01"""
    LeadFactory(workspace=workspace, name="Ben", email="ben@example.test")
    page.goto(sun.page())
    people, figures = page.locator("#section-people"), page.locator(".figures")

    people.get_by_role("link", name="Attach a person").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("BEN@", delay=20)
    expect(dialog.get_by_role("button", name="Attach Ben")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Attach Ben").press("Enter")

    expect(people.locator(".item-title")).to_have_text(["Ann", "Ben"])
    expect(figures).to_contain_text("People 2")
    expect(dialog).to_be_hidden()

    people.get_by_role("link", name="Detach Ann").press("Enter")
    expect(dialog.get_by_role("heading", name="Detach Ann?")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Detach").press("Enter")

    expect(people.locator(".item-title")).to_have_text(["Ben"])
    expect(figures).to_contain_text("People 1")


def test_members_are_paged_in_their_section(page: Page, workspace: Workspace, sun: Company) -> None:
    """UI-05"""
    for number in range(14):
        seen = NOW - timedelta(minutes=number + 1)
        join(PersonFactory(workspace=workspace, name=f"P{number:02}", last_seen_at=seen), sun, now=NOW)
    page.goto(sun.page())

    page.get_by_role("link", name="Next").press("Enter")

    expect(page.get_by_text("11–15 of 15")).to_be_visible()
    expect(page.locator("#section-people .item-title")).to_have_text(["P09", "P10", "P11", "P12", "P13"])
    assert violations(page) == []


def test_on_a_telephone_nothing_runs_off_the_side(page: Page, workspace: Workspace, sun: Company) -> None:
    long = CompanyFactory(workspace=workspace, name="N" * 200, company_id="i" * 200, plan="p" * 200)
    join(PersonFactory(workspace=workspace, name="M" * 200, email=f"{'e' * 200}@example.test"), long, now=NOW)
    page.set_viewport_size({"width": 400, "height": 800})

    for address in (f"/apps/{workspace.app_id}/companies/", sun.page(), long.page(), f"{long.page()}people/"):
        page.goto(address)

        assert page.evaluate("document.documentElement.scrollWidth") == 400
        assert violations(page) == []
