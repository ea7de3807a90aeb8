"""The profile in a real browser: values edited in place, by mouse, by keyboard, and without script."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from apps.attributes.catalogue import catalogue_of
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.people.models import Person
from apps.qualification import choosing
from apps.qualification.models import Question
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, attribute


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    for name, kind in (("budget", "number"), ("renews_at", "date"), ("vip", "boolean")):
        attribute(workspace, name, kind)
        workspace.refresh_from_db()
        choosing.add(workspace, catalogue_of(workspace, "person")[name], by=NOBODY, now=NOW)
    ann = PersonFactory(workspace=workspace, external_id="123", last_seen_at=NOW)
    offer(ann, Source.PING, name="Ann", budget=500, renews_at=1790000000)
    join(ann, CompanyFactory(workspace=workspace, name="Acme", plan="Gold"), now=NOW, seen=True)
    return ann


def offer(person: Person, source: Source, **values: Any) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(type(person), workspace, {person.pk: values}, source, now=NOW)


def value(person: Person, key: str) -> Any:
    definition = catalogue_of(Workspace.objects.get(pk=person.workspace_id), "person")[key]
    return read(type(person), [person.pk], [definition])[person.pk][key]


def test_a_value_is_edited_with_the_keyboard_alone(page: Page, ann: Person) -> None:
    """UI-01, QUAL-01, QUAL-15"""
    page.goto(ann.page())
    panel = page.locator("#section-qualification")
    edit = panel.get_by_role("link", name="Edit budget:")
    field = panel.get_by_role("textbox", name="budget")

    edit.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(panel.get_by_text("budget is not a number.")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("abc")
    assert (value(ann, "budget"), violations(page)) == (500, [])

    page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    expect(edit).to_contain_text("500")

    edit.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("600")
    page.keyboard.press("Enter")
    expect(edit).to_be_focused()
    expect(edit).to_contain_text("600")
    expect(page.locator("#section-attributes .pair", has_text="budget")).to_contain_text("600")
    assert value(ann, "budget") == 600

    panel.get_by_role("button", name="Re-sync budget").press("Enter")
    expect(edit).to_contain_text("Unknown")
    expect(panel.get_by_role("button", name="Re-sync budget")).to_have_count(0)
    assert value(ann, "budget") is None


def test_leaving_a_field_saves_what_was_changed_and_nothing_else(page: Page, ann: Person) -> None:
    """UI-01"""
    page.goto(ann.page())
    panel = page.locator("#section-qualification")

    panel.get_by_role("link", name="Edit budget:").click()
    expect(panel.get_by_role("textbox", name="budget")).to_be_focused()
    page.get_by_role("heading", level=1).click()
    expect(panel.get_by_role("link", name="Edit budget:")).to_be_visible()
    expect(panel.get_by_role("button", name="Re-sync budget")).to_have_count(0)

    panel.get_by_role("link", name="Edit budget:").click()
    panel.get_by_role("textbox", name="budget").fill("700")
    page.get_by_role("heading", level=1).click()
    expect(panel.get_by_role("link", name="Edit budget: 700")).to_be_visible()
    assert value(ann, "budget") == 700


def test_a_late_error_leaves_the_keyboard_where_it_is(page: Page, ann: Person) -> None:
    """UI-01"""
    late: list[Route] = []
    page.route("**", lambda route: late.append(route) if route.request.method == "POST" else route.continue_())
    choosing.add(ann.workspace, catalogue_of(ann.workspace, "person")["phone"], by=NOBODY, now=NOW)
    page.goto(ann.page())
    panel = page.locator("#section-qualification")
    phone = panel.get_by_role("textbox", name="Phone")

    panel.get_by_role("link", name="Edit budget:").click()
    panel.get_by_role("textbox", name="budget").fill("zzz")
    with page.expect_request(lambda request: request.method == "POST"):
        panel.get_by_role("link", name="Edit Phone:").click()
    expect(phone).to_be_focused()
    page.keyboard.type("+4930")
    late[0].continue_()
    expect(panel.get_by_text("budget is not a number.")).to_be_visible()
    page.keyboard.type("1234567", delay=40)

    expect(phone).to_be_focused()
    expect(phone).to_have_value("+49301234567")
    assert value(ann, "phone") is None


@pytest.mark.parametrize(
    ("key", "label", "typed"),
    [
        ("phone", "Phone", "+4930123456"),
        ("name", "Name", "Zoë"),
        ("email", "Email", "zoe@example.test"),
        ("site", "site", "https://example.test/zoe"),
    ],
)
def test_the_focus_comes_back_to_the_value_that_was_saved(
    page: Page, ann: Person, key: str, label: str, typed: str
) -> None:
    """UI-01"""
    attribute(ann.workspace, "site")
    workspace = Workspace.objects.get(pk=ann.workspace_id)
    if not Question.objects.filter(workspace=workspace, key=key).exists():
        choosing.add(workspace, catalogue_of(workspace, "person")[key], by=NOBODY, now=NOW)
    page.goto(ann.page())
    panel = page.locator("#section-qualification")
    edit = panel.get_by_role("link", name=f"Edit {label}")

    edit.press("Enter")
    field = panel.get_by_role("textbox", name=label, exact=True)
    expect(field).to_be_focused()
    field.fill(typed)
    field.press("Enter")

    expect(field).to_have_count(0)
    expect(edit).to_be_focused()
    assert value(ann, key) == typed


def test_after_re_sync_the_focus_is_on_the_value(page: Page, ann: Person) -> None:
    """QUAL-15, UI-01"""
    offer(ann, Source.MANUAL, budget=800)
    page.goto(ann.page())

    page.locator("#section-qualification").get_by_role("button", name="Re-sync budget").press("Enter")

    expect(page.get_by_role("link", name="Edit budget: Unknown")).to_be_focused()


def test_enter_on_an_untouched_value_holds_nothing(page: Page, ann: Person) -> None:
    """QUAL-08"""
    page.goto(ann.page())
    panel = page.locator("#section-qualification")

    for label in ("budget", "renews_at", "vip"):
        edit = panel.get_by_role("link", name=f"Edit {label}:")
        edit.press("Enter")
        expect(panel.get_by_label(label, exact=True)).to_be_focused()
        panel.get_by_role("button", name="Save").press("Enter")
        expect(edit).to_be_focused()

    expect(panel.get_by_role("button", name="Re-sync")).to_have_count(0)


def test_a_double_click_does_a_thing_once(page: Page, ann: Person) -> None:
    """IDN-16, CO-08"""
    CompanyFactory(workspace=ann.workspace, name="Umbrella")
    page.goto(f"/apps/{ann.workspace.app_id}/people/?segment=leads")
    page.get_by_text("New users or leads").press("Enter")
    page.get_by_role("link", name="Create lead").press("Enter")
    page.get_by_role("textbox", name="Name").fill("Eve")
    page.get_by_role("button", name="Create lead").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eve")

    page.get_by_role("link", name="Attach a company").press("Enter")
    page.get_by_role("button", name="Attach Umbrella").dblclick()

    expect(page.locator("#section-companies")).to_contain_text("Umbrella")
    expect(page.get_by_role("link", name="Attach a company")).to_be_focused()
    expect(page.locator(".flash.error")).to_have_count(0)
    assert Person.objects.filter(name="Eve").count() == 1


def test_a_new_name_is_the_heading_at_once(page: Page, ann: Person) -> None:
    """UPD-08"""
    page.goto(ann.page())

    page.get_by_role("link", name="Edit Name:").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Zoë")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë")
    expect(page).to_have_title(f"Zoë · {ann.workspace.name}")


def test_a_date_is_picked_in_the_browsers_zone(page: Page, ann: Person) -> None:
    """DATE-01"""
    page.goto(ann.page())

    page.get_by_role("link", name="Edit renews_at:").click()
    page.get_by_label("renews_at", exact=True).fill("2026-03-10")
    page.get_by_label("Time").fill("08:15")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("link", name="Edit renews_at: 10 Mar 2026, 08:15")).to_be_visible()


def test_a_sign_opens_where_a_value_comes_from(page: Page, ann: Person) -> None:
    """AUD-05, BEY-01"""
    offer(ann, Source.MANUAL, budget=800)
    offer(ann, Source.PING, budget=100)
    page.goto(ann.page())

    page.locator("#section-qualification .pair", has_text="budget").locator("summary").press("Enter")

    lines = page.get_by_role("list", name="History of budget").get_by_role("listitem")
    expect(lines).to_have_count(3)
    expect(lines.last).to_contain_text("“100” ignored: a teammate's value is kept")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(lines.first).to_be_hidden()


def test_a_company_is_named_attached_and_detached(page: Page, ann: Person) -> None:
    """QUAL-26, CO-08"""
    ben = LeadFactory(workspace=ann.workspace)
    CompanyFactory(workspace=ann.workspace, name="Umbrella")
    page.goto(ben.page())
    companies = page.locator("#section-companies")

    page.get_by_role("link", name="Edit Company name:").press("Enter")
    expect(page.get_by_role("combobox", name="Company name")).to_be_focused()
    page.keyboard.type("Blue Sun")
    page.keyboard.press("Enter")
    expect(companies).to_contain_text("Blue Sun")
    expect(page.get_by_role("link", name="Edit Company size:")).to_be_visible()
    expect(page.get_by_role("link", name="Edit Company name: Blue Sun")).to_be_focused()

    companies.get_by_role("link", name="Attach a company").press("Enter")
    expect(page.get_by_role("searchbox", name="Search companies by name")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("umb")
    page.get_by_role("button", name="Attach Umbrella").press("Enter")
    expect(companies).to_contain_text("Umbrella")
    expect(page.locator("#dialog")).to_be_hidden()

    companies.get_by_role("link", name="Detach Umbrella").press("Enter")
    expect(page.get_by_role("heading", name="Detach Umbrella?")).to_be_visible()
    page.get_by_role("button", name="Detach", exact=True).press("Enter")
    expect(companies).not_to_contain_text("Umbrella")
    expect(companies.get_by_role("link", name="Attach a company")).to_be_focused()
    assert list(ben.companies.values_list("name", flat=True)) == ["Blue Sun"]


def test_each_teammate_edits_the_list_of_details(page: Page, ann: Person) -> None:
    """ATT-02"""
    page.goto(ann.page())
    details = page.locator("#section-details")

    details.get_by_role("link", name="Edit list").press("Enter")
    details.get_by_label("Attribute to add").select_option(label="Web sessions")
    details.get_by_role("button", name="Add").press("Enter")
    expect(details.get_by_role("button", name="Remove Web sessions")).to_be_visible()
    details.get_by_role("button", name="Remove Browser language").press("Enter")
    expect(details.get_by_role("button", name="Remove Browser language")).to_have_count(0)
    assert violations(page) == []
    details.get_by_role("link", name="Done").press("Enter")

    expect(details.locator("dt", has_text="Web sessions")).to_be_visible()
    expect(details.locator("dt", has_text="Browser language")).to_have_count(0)
    details.get_by_role("link", name="Show all").press("Enter")
    expect(details.locator("dt", has_text="Browser language")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 400])
def test_the_profile_is_in_order(page: Page, ann: Person, width: int, theme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    page.emulate_media(color_scheme=theme)

    page.goto(ann.page())

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_everything_works_without_script(plain_page: Page, ann: Person) -> None:
    """UI-08"""
    page = plain_page
    page.goto(ann.page())

    page.get_by_role("link", name="Edit budget:").click()
    page.get_by_role("textbox", name="budget").fill("abc")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("budget is not a number.")).to_be_visible()
    page.get_by_role("textbox", name="budget").fill("600")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Edit budget: 600")).to_be_visible()
    expect(page.get_by_text("Saved budget.")).to_be_visible()

    page.get_by_role("button", name="Re-sync budget").click()
    expect(page.get_by_role("link", name="Edit budget: Unknown")).to_be_visible()

    page.locator("#section-qualification .pair", has_text="budget").locator("summary").click()
    page.get_by_role("link", name="View history").locator("visible=true").click()
    expect(page.get_by_role("heading", name="History of budget")).to_be_visible()
    page.get_by_role("link", name="Back to the profile").click()

    page.get_by_role("link", name="Detach Acme").click()
    page.get_by_role("button", name="Detach").click()
    expect(page.get_by_text("In no company yet.")).to_be_visible()
    page.get_by_role("link", name="Edit list").click()
    page.get_by_role("button", name="Remove Owner").click()
    page.get_by_role("link", name="Done").click()
    expect(page.locator("#section-details dt", has_text="Owner")).to_have_count(0)
