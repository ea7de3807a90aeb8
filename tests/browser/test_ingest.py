"""The ingest log and the story of a value, in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, PersonFactory, attribute

LONG = "A sentence that somebody wrote into a field that was meant for a number, " * 3


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann Lee")


def offer(person: Person, source: Source, minute: int = 0, by: Hand = NOBODY, **values: object) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(Person, workspace, {person.pk: values}, source, by=by, now=NOW + timedelta(minutes=minute))


def fill(ann: Person) -> None:
    """One refusal of most reasons, through several doors."""
    attribute(ann.workspace, "vip", "boolean", protected=True)
    attribute(ann.workspace, "stage", "list", options=["Won", "Lost"])
    attribute(ann.workspace, "seats", "number")
    attribute(ann.workspace, "plan")
    for minute in range(3):
        offer(ann, Source.PING, minute, vip=True, prefs={"a": 1})
    offer(ann, Source.CSV, 4, Hand(name="people.csv"), stage="Open", seats=LONG)
    offer(ann, Source.REST, 5, Hand(name="Nightly sync"), lifetime_value=1200)
    offer(ann, Source.MANUAL, 6, Hand(name="Tess"), plan="pro")
    offer(ann, Source.PING, 7, plan="free")


def test_a_refused_key_is_accepted_in_place(page: Page, workspace: Workspace, ann: Person) -> None:
    """BEY-02"""
    fill(ann)
    page.goto(f"/apps/{workspace.app_id}/settings/ingest-log/")
    rows = page.get_by_role("region", name="Refused values").locator("tbody tr")
    expect(rows).to_have_count(6)
    assert violations(page) == []

    page.get_by_role("combobox", name="Door").select_option(label="REST API")
    expect(rows).to_have_count(1)
    assert page.url.endswith("/settings/ingest-log/?door=rest")
    page.get_by_role("link", name="Accept this key (lifetime_value)").press("Enter")
    dialog = page.get_by_role("dialog", name="Accept lifetime_value")
    expect(dialog.get_by_role("combobox", name="Type")).to_have_value("number")
    expect(dialog.get_by_role("combobox", name="Type")).to_be_focused()
    assert violations(page) == []
    dialog.get_by_role("button", name="Accept this key").press("Enter")

    expect(dialog).to_be_hidden()
    expect(page.get_by_text("The key is accepted now.")).to_be_visible()
    expect(page.get_by_text("Created lifetime_value.")).to_be_visible()
    assert Attribute.objects.get(name="lifetime_value").kind == "number"
    assert page.url.endswith("/settings/ingest-log/?door=rest")

    page.go_back()
    expect(rows).to_have_count(6)
    page.get_by_role("button", name="Allow Messenger updates (vip)").press("Enter")
    expect(page.get_by_text("The Messenger may write it now.")).to_be_visible()
    page.get_by_role("button", name="Add this option (stage)").press("Enter")
    expect(page.get_by_text("It would be taken now.")).to_be_visible()
    assert Attribute.objects.get(name="stage").options == ["Won", "Lost", "Open"]
    assert violations(page) == []


def test_the_log_is_filtered_by_an_attribute_that_is_typed(page: Page, workspace: Workspace, ann: Person) -> None:
    """BEY-02"""
    fill(ann)
    page.goto(f"/apps/{workspace.app_id}/settings/ingest-log/")

    page.get_by_label("Attribute key").fill("nothing of that name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="0 refusals match")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    page.get_by_role("link", name="stage", exact=True).click()

    expect(page.get_by_role("region", name="Refused values").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Attribute key")).to_have_value("stage")


def test_earlier_changes_are_loaded_into_the_story(page: Page, workspace: Workspace, ann: Person) -> None:
    """BEY-01"""
    attribute(workspace, "plan")
    for number in range(60):
        offer(ann, Source.REST, number, plan=f"plan {number}")
    page.goto(f"/apps/{workspace.app_id}/history/person/{ann.public_id}/plan/")
    lines = page.get_by_role("list", name="History of plan").get_by_role("listitem")
    expect(lines).to_have_count(51)
    assert violations(page) == []

    page.get_by_role("link", name="Load earlier changes").press("Enter")

    expect(lines).to_have_count(60)
    expect(lines.first).to_contain_text("plan 0")
    expect(lines.last).to_contain_text("plan 59")


@pytest.mark.parametrize("path", ["settings/ingest-log/", "people/{ann}/", "history/person/{ann}/plan/"])
@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
def test_the_pages_fit_and_are_accessible(
    page: Page, workspace: Workspace, ann: Person, path: str, width: int, scheme: str
) -> None:
    fill(ann)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"/apps/{workspace.app_id}/{path.format(ann=ann.public_id)}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
