"""Exporting a list, the bell, and the activity log, in a real browser."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings
from playwright.sync_api import Page, expect

from apps.exports.models import Export
from apps.workspace import jobs
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import hand_of_teammate
from apps.workspace.models import Seat, Workspace
from apps.workspace.notifying import notify
from tests.browser.conftest import violations
from tests.factories import NOW, PersonFactory


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def work() -> None:
    """What the worker would do now."""
    for label, pk in jobs.sweep(NOW):
        assert label == "exports.Export"
        jobs.run(Export, pk)


def people_of(workspace: Workspace) -> str:
    return f"/apps/{workspace.app_id}/people/"


def test_a_list_is_exported_and_downloaded(page: Page, workspace: Workspace) -> None:
    """EXP-01, EXP-02"""
    PersonFactory(workspace=workspace, name="Ann Lee", first_name="Ann", last_name="Lee")
    page.goto(people_of(workspace))

    page.get_by_role("link", name="Export", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Export · 1 person")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("All columns").check()
    page.get_by_role("dialog").get_by_role("button", name="Export").press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert violations(page) == []
    work()
    expect(page.get_by_text("The file is ready: 1 row")).to_be_visible()
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download people-").click()

    with Path(download.value.path()).open(newline="") as file:
        header, line = csv.reader(file)
    assert (header[:3], line[:3]) == (["First name", "Last name", "Name"], ["Ann", "Lee", "Ann Lee"])


def test_ticked_rows_are_exported(page: Page, workspace: Workspace) -> None:
    """EXP-01"""
    PersonFactory(workspace=workspace, name="Ann Lee")
    PersonFactory(workspace=workspace, name="Ben Ash")
    page.goto(people_of(workspace))

    page.get_by_role("checkbox", name="Select Ann Lee").check()
    page.get_by_role("form", name="Selection").get_by_role("button", name="Export").press("Enter")
    expect(page.get_by_role("heading", name="Export · 1 person")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Export").press("Enter")

    expect(page.get_by_role("heading", name="Export of 1 person selected")).to_be_visible()


def test_an_export_works_without_scripts(page: Page, workspace: Workspace) -> None:
    """UI-08, EXP-01"""
    PersonFactory(workspace=workspace)
    browser = page.context.browser
    assert browser
    context = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), viewport={"width": 400, "height": 800}
    )
    plain = context.new_page()
    plain.goto(f"{_origin(page, workspace)}{people_of(workspace)}")

    plain.get_by_role("link", name="Export", exact=True).click()
    plain.get_by_role("main").get_by_role("button", name="Export").click()
    work()
    plain.get_by_role("link", name="Refresh").click()

    expect(plain.get_by_text("The file is ready: 1 row")).to_be_visible()
    context.close()


def _origin(page: Page, workspace: Workspace) -> str:
    page.goto(people_of(workspace))
    return page.url.partition("/apps/")[0]


def test_the_bell_says_what_is_ready_and_leads_there(page: Page, workspace: Workspace, tess: Seat) -> None:
    page.goto(people_of(workspace))
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    notify(tess.teammate_id, workspace=workspace, message="The file is ready.", url=people_of(workspace), now=NOW)
    page.reload()

    page.get_by_role("link", name="Notifications, 1 unread").press("Enter")
    expect(page.get_by_role("heading", name="Notifications 1 unread")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Open The file is ready.").press("Enter")

    expect(page).to_have_url(re.compile(rf"{people_of(workspace)}$"))
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def test_the_log_is_filtered_in_place_and_its_address_follows(page: Page, workspace: Workspace, tess: Seat) -> None:
    """AUD-02"""
    hand = hand_of_teammate(tess.teammate)
    for activity in (Activity.BULK_EXPORT, Activity.SIGN_IN):
        record(activity, workspace=workspace, by=hand, now=NOW, rows=12)
    page.goto(f"/apps/{workspace.app_id}/settings/activity-log/")
    expect(page.get_by_role("row")).to_have_count(3)
    assert violations(page) == []

    page.get_by_label("Type of activity").select_option("bulk_export")

    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile("activity=bulk_export"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 2


@pytest.mark.parametrize("path", ["settings/imports-exports/", "settings/activity-log/", "notifications/"])
def test_a_page_fits_a_narrow_screen(page: Page, workspace: Workspace, tess: Seat, path: str) -> None:
    hand = hand_of_teammate(tess.teammate)
    record(Activity.BULK_EXPORT, workspace=workspace, by=hand, now=NOW, filter="Name is " + "x" * 120, rows=12)
    notify(tess.teammate_id, workspace=workspace, message="The export of " + "x" * 120, now=NOW)
    Export.objects.create(
        workspace=workspace, about="person", title="Name is " + "x" * 120, created_at=NOW, expires_at=NOW, zone="UTC"
    )
    page.set_viewport_size({"width": 400, "height": 800})

    page.goto(f"/apps/{workspace.app_id}/{path}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert violations(page) == []
