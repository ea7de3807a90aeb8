"""A file's way through the pages, in a real browser: with the keyboard, on a phone, without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.imports.models import Import, ImportRun
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.models import Workspace
from tests.factories import PersonFactory, attribute

from .conftest import violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files_of_its_own(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "march.csv"
    path.write_text("user_id,email,plan,Fav Color\n1,ann@x.io,gold,blue\n2,bo@x.io,pro,red\n,,x,\n")
    return path


def work() -> None:
    """What a worker would do by now."""
    for pk in ImportRun.objects.filter(state__in=jobs.UNDER_WAY).values_list("pk", flat=True):
        jobs.run(ImportRun, pk)


def to_the_columns(page: Page, workspace: Workspace, file: Path) -> None:
    page.goto(f"/apps/{workspace.app_id}/imports/new/")
    page.get_by_label("2. The file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Columns of march.csv")).to_be_visible()


def test_a_file_goes_in_and_back(page, workspace, file):
    """BEY-04, BEY-05, IMP-02, IMP-03, IMP-23"""
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace, external_id="1", name="Ann")
    to_the_columns(page, workspace, file)
    page.get_by_label("What Fav Color is").select_option("new")
    expect(page.get_by_label("Name of the new attribute for Fav Color")).to_have_value("Fav Color")
    assert violations(page) == []
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Tag everybody in the file").fill("March")
    assert violations(page) == []
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_text("Waiting to begin")).to_be_visible()
    work()

    expect(page.get_by_role("row", name="Ann")).to_contain_text("Unknown → gold")
    expect(page.get_by_text("needs a user ID or an email")).to_be_visible()
    assert violations(page) == []
    assert Person.objects.count() == 1
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_text("Waiting to begin")).to_be_visible()
    work()

    expect(page.get_by_text("Completed with errors")).to_be_visible()
    assert violations(page) == []
    assert Person.objects.count() == 2
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_role("heading", name="Undo", exact=True)).to_be_visible()
    work()

    expect(page.get_by_text("People removed")).to_be_visible()
    expect(page.get_by_role("button", name="Undo the import")).to_have_count(0)
    assert list(Person.objects.values_list("pk", flat=True)) == [ann.pk]


def test_a_column_that_nobody_chose_is_asked_for(page, workspace, file):
    """IMP-18"""
    to_the_columns(page, workspace, file)

    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("Say what this column is, or ignore it.").first).to_be_visible()
    assert violations(page) == []


def test_a_file_that_is_too_large_is_told_so_before_it_is_sent(page, workspace, file, settings):
    """IMP-16"""
    settings.IMPORT_MAX_BYTES = 20
    page.goto(f"/apps/{workspace.app_id}/imports/new/")

    page.get_by_label("2. The file").set_input_files(file)

    expect(page.get_by_text("Split the file")).to_be_visible()
    assert not Import.objects.exists()


def test_the_pages_fit_a_phone(page, workspace, file):
    page.set_viewport_size({"width": 400, "height": 800})
    to_the_columns(page, workspace, file)
    for column in ("plan", "Fav Color"):
        page.get_by_label(f"What {column} is").select_option("new")
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_text("Waiting to begin")).to_be_visible()
    work()
    expect(page.get_by_role("button", name="Import 3 rows")).to_be_visible()
    widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert max(widths) <= 400


def test_a_file_goes_in_without_scripts(plain_page, workspace, file):
    """UI-08"""
    page = plain_page
    to_the_columns(page, workspace, file)
    for column in ("plan", "Fav Color"):
        page.get_by_label(f"What {column} is").select_option("ignored")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show the preview").click()
    work()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("button", name="Import 3 rows").click()
    work()
    page.get_by_role("link", name="Refresh").click()

    expect(page.get_by_text("Completed with errors")).to_be_visible()
    assert Person.objects.count() == 2
