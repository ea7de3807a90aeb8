"""Tags and notes in a real browser: by keyboard, in place, and on a narrow screen."""

import pytest
from playwright.sync_api import Page, expect

from apps.attributes.models import Attributed
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.workspace.hands import Hand, hand_of_teammate
from apps.workspace.models import Seat, Workspace
from tests.browser.conftest import violations
from tests.factories import NOW, CompanyFactory, PersonFactory

ANA = Hand(name="Ana")


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


def hang(record: Attributed, *names: str) -> None:
    for name in names:
        tag = tagging.find_or_create(record.workspace, name, by=ANA, now=NOW)
        tagging.add(type(record), record.workspace, [record.pk], tag, by=ANA, now=NOW)


def carried(record: Attributed) -> list[str]:
    return [str(one.tag) for one in tagging.tags_of(record)]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("make", [PersonFactory, CompanyFactory])
def test_tags_are_added_and_removed_with_the_keyboard_alone(page: Page, workspace: Workspace, make: type) -> None:
    """TAG-01, TAG-02, UI-01"""
    record = make(workspace=workspace, name="Ann")
    hang(record, "VIP")
    page.goto(record.page())
    section = page.locator("#section-tags")
    field = section.get_by_role("combobox", name="Add a tag")

    field.focus()
    page.keyboard.type("Beta")
    page.keyboard.press("Enter")
    expect(section.get_by_role("link", name="Beta")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("x" * 256)
    field.evaluate("field => { field.maxLength = 300; field.value = 'x'.repeat(256) }")
    page.keyboard.press("Enter")
    expect(section.get_by_text("this one has 256.")).to_be_visible()
    expect(field).to_be_focused()
    assert (carried(record), violations(page)) == (["Beta", "VIP"], [])

    section.get_by_role("button", name="Remove the tag VIP").press("Enter")
    expect(section.get_by_role("link", name="VIP")).to_have_count(0)
    expect(field).to_be_focused()
    assert carried(record) == ["Beta"]


def test_who_hung_a_tag_shows_under_the_mouse_and_under_the_focus(page: Page, ann: Person) -> None:
    """TAG-04"""
    hang(ann, "VIP")
    page.goto(ann.page())
    tip = page.get_by_role("tooltip")
    chip = page.locator("#section-tags").get_by_role("link", name="VIP")

    expect(tip).to_have_count(0)
    chip.hover()
    expect(tip).to_contain_text("Ana, 10 Mar 2026")
    page.mouse.move(0, 0)
    expect(tip).to_have_count(0)
    chip.focus()
    expect(tip).to_contain_text("Ana, 10 Mar 2026")
    expect(chip).to_have_accessible_description("Ana, 10 Mar 2026, 15:00")


def test_who_types_is_offered_tags(page: Page, ann: Person) -> None:
    hang(PersonFactory(workspace=ann.workspace), "VIP", "Vip lounge", "Beta")
    page.goto(ann.page())
    offered = page.locator("#tag-names option")

    page.locator("#new-tag").focus()
    expect(offered).to_have_count(3)
    page.keyboard.type("vip")
    expect(offered).to_have_count(2)

    assert [option.get_attribute("value") for option in offered.all()] == ["VIP", "Vip lounge"]


def test_a_note_is_added_edited_and_deleted_in_place(page: Page, ann: Person) -> None:
    """NOTE-01, UI-01"""
    noting.add(ann, "Asked for a call", by=ANA, now=NOW)
    page.goto(ann.page())
    section = page.locator("#section-notes")
    field = section.get_by_role("textbox", name="New note")
    notes = section.get_by_role("listitem")

    field.fill("Call bakc")
    section.get_by_role("button", name="Add note").press("Enter")
    expect(notes).to_have_count(2)
    expect(notes.first).to_contain_text("Call bakc")
    expect(field).to_have_value("")

    section.get_by_role("link", name="Edit the note").press("Enter")
    editor = section.get_by_role("textbox", name="Note", exact=True)
    expect(editor).to_be_focused()
    editor.fill(" ")
    section.get_by_role("button", name="Save").press("Enter")
    expect(section.get_by_text("Write something: a note cannot be empty.")).to_be_visible()
    assert violations(page) == []
    editor.fill("Call back")
    section.get_by_role("button", name="Save").press("Enter")
    expect(notes.first).to_contain_text("edited")
    expect(section.get_by_role("link", name="Edit the note")).to_be_focused()

    section.get_by_label("Delete the note").press("Enter")
    section.get_by_role("button", name="Delete the note").press("Enter")
    expect(notes).to_have_count(1)
    expect(field).to_be_focused()
    assert [note.text for note in noting.page(ann).rows] == ["Asked for a call"]


def test_the_keyboard_goes_on_with_the_first_of_the_notes_that_were_loaded(page: Page, ann: Person) -> None:
    for number in range(12):
        noting.add(ann, f"note {number}", by=ANA, now=NOW)
    page.goto(ann.page())
    section = page.locator("#section-notes")

    section.get_by_role("link", name="Load more").press("Enter")

    expect(section.get_by_role("listitem")).to_have_count(12)
    expect(section.get_by_role("listitem").nth(10)).to_be_focused()


def test_the_settings_make_rename_and_delete_tags_in_place(page: Page, workspace: Workspace, ann: Person) -> None:
    """TAG-02, TAG-05"""
    hang(ann, "VIP")
    page.goto(f"/apps/{workspace.app_id}/settings/tags/")
    tags = page.get_by_role("list", name="Tags")
    field = page.get_by_role("textbox", name="Name of the new tag")

    field.fill("vip")
    field.press("Enter")
    expect(page.get_by_text("There is a tag VIP already.")).to_be_visible()
    expect(field).to_be_focused()
    assert violations(page) == []
    field.fill("Beta")
    field.press("Enter")
    expect(tags.get_by_role("listitem")).to_have_count(2)
    expect(field).to_be_focused()
    expect(page.locator("#tag-count")).to_have_text("2")

    page.get_by_role("link", name="Rename Beta").press("Enter")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
    page.keyboard.type("Gamma")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Rename Gamma")).to_be_focused()

    page.get_by_label("Delete VIP").press("Enter")
    expect(page.get_by_text("It is taken from 1 person. Nobody is removed.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Delete VIP").press("Enter")
    expect(tags.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_text("Deleted the tag VIP.")).to_be_visible()
    assert (carried(ann), [str(tag) for tag in tagging.matching(workspace)]) == ([], ["Gamma"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_fits_a_narrow_screen(page: Page, workspace: Workspace, ann: Person, tess: Seat, theme: str) -> None:
    hang(ann, "VIP", "word " * 40, "x" * 200)
    noting.add(ann, "y" * 300, by=hand_of_teammate(tess.teammate), now=NOW)
    page.set_viewport_size({"width": 400, "height": 800})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    page.goto(ann.page())
    page.locator("#section-tags .chip a").first.hover()
    on_profile = (fits(page), violations(page))
    page.goto(f"/apps/{workspace.app_id}/settings/tags/")

    assert (on_profile, (fits(page), violations(page))) == ((True, []), (True, []))
