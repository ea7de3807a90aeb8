"""A change of type from the pencil to the undoing, in a real browser. The worker's part is played by the test."""

import pytest
from playwright.sync_api import Page, expect

from apps.attributes import options, retyping
from apps.attributes.models import Attribute, OptionRename, TypeChange
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.models import Workspace
from tests.attributes.conftest import offer, value
from tests.browser.conftest import violations
from tests.factories import CompanyFactory, PersonFactory, attribute


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's server keeps its transactions apart; nobody waits for theirs here."""
    for module in (retyping, options):
        monkeypatch.setattr(module, "has_settled", lambda job: True)


@pytest.fixture
def scored(workspace: Workspace) -> list[Person]:
    attribute(workspace, "score", description="Out of 20")
    people = PersonFactory.create_batch(3, workspace=workspace)
    for person, written in zip(people, ["10", "12", "n/a"], strict=True):
        offer(person, Source.PING, score=written)
    return people


def values(people: list[Person]) -> list[object]:
    return [value(person, "score") for person in people]


def to_the_form(page: Page, workspace: Workspace) -> None:
    page.goto(f"/apps/{workspace.app_id}/settings/people-data/")
    page.get_by_role("link", name="Edit score").press("Enter")
    page.get_by_role("link", name="Change type").press("Enter")


def preview_number(page: Page) -> None:
    page.get_by_label("New type").select_option(label="Number")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.get_by_text("2 convert, 1 will be cleared")).to_be_visible()


def test_a_type_is_previewed_changed_watched_and_undone(page: Page, workspace: Workspace, scored: list[Person]) -> None:
    """ATT-18, ATT-19, BEY-06"""
    to_the_form(page, workspace)
    expect(page.get_by_label("New type")).to_be_focused()
    expect(page.get_by_label("Options")).to_be_hidden()
    page.get_by_label("New type").select_option(label="List")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.get_by_text("A list needs at least two options.")).to_be_visible()
    expect(page.get_by_label("Options")).to_be_focused()
    assert violations(page) == []

    preview_number(page)
    expect(page.get_by_role("row", name="n/a Unknown")).to_be_visible()
    assert violations(page) == []

    page.get_by_role("button", name="Change to Number").press("Enter")
    expect(page.get_by_text("Changing from Text to Number")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress with score")).to_be_visible()
    assert violations(page) == []
    assert values(scored) == ["10", "12", "n/a"]

    jobs.run(TypeChange, TypeChange.objects.get().pk)
    expect(page.get_by_text("2 converted, 1 cleared.")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress with score")).to_have_count(0)
    assert violations(page) == []
    assert values(scored) == [10, 12, None]

    page.get_by_role("link", name="Undo the change of score").press("Enter")
    expect(page.get_by_role("button", name="Undo the change")).to_be_focused()
    expect(page.get_by_text("the cleared one comes back")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("score is Text again.")).to_be_visible()
    expect(page.get_by_role("link", name="Edit score")).to_be_focused()
    assert values(scored) == ["10", "12", "n/a"]


def test_a_change_is_stopped(page: Page, workspace: Workspace, scored: list[Person]) -> None:
    to_the_form(page, workspace)
    preview_number(page)
    page.get_by_role("button", name="Change to Number").press("Enter")

    page.get_by_role("button", name="Stop changing score").click()
    expect(page.get_by_text("Stopping", exact=False).first).to_be_visible()
    jobs.run(TypeChange, TypeChange.objects.get().pk)

    expect(page.get_by_text("was stopped. Every value is what it was.")).to_be_visible()
    assert violations(page) == []
    assert values(scored) == ["10", "12", "n/a"]


def test_escape_leaves_the_form_for_the_row(page: Page, workspace: Workspace, scored: list[Person]) -> None:
    to_the_form(page, workspace)
    expect(page.get_by_label("New type")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Edit score")).to_be_focused()


def test_an_option_is_renamed_with_its_values(page: Page, workspace: Workspace) -> None:
    """QUAL-05"""
    attribute(workspace, "stage", "list", options=["A", "B"])
    ann = PersonFactory(workspace=workspace)
    offer(ann, Source.REST, stage="A")
    page.goto(f"/apps/{workspace.app_id}/settings/people-data/")
    page.get_by_role("link", name="Edit stage").press("Enter")

    page.get_by_role("link", name="Rename an option").press("Enter")
    expect(page.get_by_label("Option or value")).to_be_focused()
    page.get_by_label("New name").fill("Alpha")
    assert violations(page) == []
    page.get_by_role("button", name="Rename").press("Enter")
    expect(page.get_by_text("Renaming the values “A” to “Alpha”.")).to_be_visible()
    jobs.run(OptionRename, OptionRename.objects.get().pk)

    expect(page.get_by_text("Renaming the values")).to_have_count(0)
    expect(page.get_by_text("Options: Alpha, B")).to_be_visible()
    assert value(ann, "stage") == "Alpha"


def test_what_records_hold_comes_after_the_list(page: Page, workspace: Workspace, scored: list[Person]) -> None:
    page.goto(f"/apps/{workspace.app_id}/settings/people-data/")

    expect(page.get_by_text("100 % filled")).to_be_visible()
    expect(page.get_by_text("last written: Messenger")).to_be_visible()


def test_company_updates_are_prevented_by_one_switch(page: Page, workspace: Workspace) -> None:
    """MSG-09"""
    page.goto(f"/apps/{workspace.app_id}/settings/company-data/")

    page.get_by_label("Prevent company attribute updates on Messenger").press("Space")
    expect(page.get_by_text("The Messenger no longer brings companies")).to_be_visible()

    workspace.refresh_from_db()
    assert workspace.messenger_updates_companies is False


@pytest.mark.parametrize("path", ["company-data/", "company-data/new/", "people-data/?counts=1"])
@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
def test_the_pages_fit_and_are_accessible(page: Page, workspace: Workspace, path: str, width: int, scheme: str) -> None:
    attribute(workspace, "tier", "list", about="company", options=["A", "B"], description="How we serve them")
    offer(CompanyFactory(workspace=workspace), Source.REST, tier="A")
    attribute(workspace, "site")
    offer(PersonFactory(workspace=workspace), Source.REST, site="https://acme.example/" + "x" * 200)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"/apps/{workspace.app_id}/settings/{path}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1360, "dark"), (400, "light")])
def test_the_preview_fits_and_is_accessible(
    page: Page, workspace: Workspace, scored: list[Person], width: int, scheme: str
) -> None:
    """ATT-19"""
    offer(scored[0], Source.REST, score="x" * 255)
    score = Attribute.objects.get()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"/apps/{workspace.app_id}/settings/attributes/{score.pk}/type/?kind=number")

    expect(page.get_by_text("1 convert, 2 will be cleared")).to_be_visible()
    expect(page.locator("q.sample").first).to_be_visible()  # they come after the page, and are as long as the rest
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
