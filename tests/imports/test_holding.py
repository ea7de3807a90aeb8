"""What was previewed is what is run, whoever saves, deletes or changes what meanwhile (BEY-04)."""

import os
import time
from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection, transaction

from apps.attributes import defining
from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.imports import running
from apps.imports.models import Import, ImportRun, Purpose
from apps.people.models import Person
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from apps.workspace.models import Notification, Workspace
from tests.attributes.conftest import offer
from tests.factories import PersonFactory, attribute

from .conftest import counts, people, work

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "user_id,name\n1,Ann\n"
IGNORING_NAMES = {"column-0": "known:external_id", "column-1": "ignored"}


def meanwhile(ask: Callable[[], object]) -> Thread:
    """Ask by another connection, and come back once that waits for this one."""

    def asking() -> None:
        try:
            ask()
        finally:
            connection.close()

    thread = Thread(target=asking)
    thread.start()
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND %s", [True])
            if cursor.fetchone()[0]:
                return thread
            time.sleep(0.02)
    raise AssertionError("Nobody waits.")


@pytest.mark.parametrize(
    ("page", "form"),
    [("columns", IGNORING_NAMES), ("delimiter", {"delimiter": ";"}), ("options", {"only": "known"}), ("discard", {})],
)
def test_what_is_sent_while_an_import_begins_changes_nothing_of_it(door, workspace, page, form):
    """BEY-04"""
    upload = door.previewed(FILE)
    with transaction.atomic():
        running.begin(upload, by=NOBODY, now=clock.now())
        other = meanwhile(lambda: door.client.post(f"{door.base}/{upload.pk}/{page}/", form))
    other.join()

    work()

    upload.refresh_from_db()
    assert (people(workspace, "external_id", "name"), upload.stage, upload.delimiter) == ([("1", "Ann")], "run", ",")


def test_columns_are_not_chosen_while_the_file_is_read_anew(door, workspace, monkeypatch):
    upload = door.previewed(FILE)
    monkeypatch.setattr("apps.imports.uploading.AT_ONCE", 0)
    door.client.post(f"{door.base}/{upload.pk}/delimiter/", {"delimiter": ","})

    answer = door.client.post(f"{door.base}/{upload.pk}/columns/", IGNORING_NAMES)

    upload.refresh_from_db()
    assert (answer.status_code, upload.stage, upload.columns) == (409, "columns", [])


def test_a_reading_that_another_took_the_place_of_adds_nothing(door, workspace, monkeypatch):
    """Read again with another delimiter while the first reading is under way."""
    monkeypatch.setattr("apps.imports.uploading.AT_ONCE", 0)
    upload = door.uploaded(FILE)

    door.client.post(f"{door.base}/{upload.pk}/delimiter/", {"delimiter": ";"})

    work()
    upload.refresh_from_db()
    told = list(ImportRun.objects.order_by("pk").values_list("state", flat=True))
    assert (upload.rows, upload.headers, told) == (1, ["user_id,name"], ["cancelled", "done"])


# ---- the file itself -------------------------------------------------------------------------------------------------


def rewritten(path: str) -> None:
    with open(path, "r+") as file:
        file.write(FILE.replace("Ann", "Eve"))


def rewritten_with_its_time_put_back(path: str) -> None:
    before = os.stat(path)
    rewritten(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: str) -> None:
    before = os.stat(path)
    with open(f"{path}.new", "w") as file:
        file.write(FILE.replace("Ann", "Eve"))
    os.utime(f"{path}.new", ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(f"{path}.new", path)


@pytest.mark.parametrize("change", [rewritten, rewritten_with_its_time_put_back, replaced, os.remove])
def test_a_file_that_was_changed_on_the_disk_is_refused_and_the_pages_say_so(door, workspace, change):
    upload = door.previewed(FILE)
    change(upload.file.path)

    answer = door.client.post(f"{door.base}/{upload.pk}/begin/", follow=True)

    columns = door.client.get(f"{door.base}/{upload.pk}/columns/")
    assert (answer.status_code, columns.status_code) == (200, 200)
    assert "The file changed after it was uploaded" in answer.text
    assert "The file changed after it was uploaded" in columns.text
    assert "Upload another file" in columns.text
    assert not Person.objects.exists()


def test_a_file_that_is_changed_while_it_is_imported_is_read_no_further(door, workspace, monkeypatch):
    monkeypatch.setattr("apps.imports.passing.ROWS", 1)
    upload = door.previewed("user_id,name\n1,Ann\n2,Bob\n")
    told = running.telling.write

    def and_change(lines: object) -> None:
        told(lines)
        with open(upload.file.path, "r+") as file:
            file.write("user_id,name\n1,Ann\n2,Eve\n")

    monkeypatch.setattr(running.telling, "write", and_change)

    run = door.begun(upload)

    page = door.client.get(upload.page()).text
    assert (people(workspace, "name"), run.state) == ([("Ann",)], "failed")
    assert "nothing more of it is read" in page
    assert "What was imported before stays" in page


# ---- what a preview stands upon --------------------------------------------------------------------------------------


def retype(workspace: Workspace) -> None:
    Attribute.objects.filter(name="plan").update(kind="number")


def archive(workspace: Workspace) -> None:
    defining.archive(Attribute.objects.get(name="plan"), by=NOBODY, now=clock.now())


def move_the_clocks(workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(timezone="Asia/Tokyo")


def take_the_name(workspace: Workspace) -> None:
    attribute(Workspace.objects.get(pk=workspace.pk), "fresh", "number")


@pytest.mark.parametrize("change", [retype, archive, move_the_clocks, take_the_name])
def test_an_import_is_refused_where_it_would_do_something_else_than_previewed(door, workspace, change):
    """BEY-04"""
    attribute(workspace, "plan")
    upload = door.previewed("user_id,plan,fresh\n1,gold,a\n", columns={"fresh": "new"})
    change(workspace)
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version=7)  # as each change of an attribute does

    answer = door.client.post(f"{door.base}/{upload.pk}/begin/", follow=True)

    upload.refresh_from_db()
    assert "preview" in answer.text.lower() or "archived meanwhile" in answer.text
    assert (upload.stage, Person.objects.count()) == ("review", 0)
    assert not ImportRun.objects.filter(purpose=Purpose.RUN).exists()


def test_an_import_that_waited_is_refused_as_well(door, workspace):
    """BEY-04"""
    attribute(workspace, "plan")
    upload = door.previewed("user_id,plan\n1,gold\n")
    door.client.post(f"{door.base}/{upload.pk}/begin/")
    move_the_clocks(workspace)

    work()

    run = upload.latest(Purpose.RUN)
    assert (run.state, Person.objects.count()) == ("failed", 0)
    assert "is another one than at the preview" in run.error
    assert Notification.objects.get().message.startswith(
        "The import of people.csv could not be finished: 0 created, 0 updated, 0 skipped, 0 failed. An attribute that"
    )


def test_what_came_otherwise_than_previewed_is_told(door, workspace):
    """BEY-04: people were changed meanwhile"""
    upload = door.previewed("user_id,name\n1,Ann\n2,Bob\n")
    ann = PersonFactory(workspace=workspace, external_id="1")
    offer(ann, Source.REST, name="Annie")

    run = door.begun(upload)

    page = " ".join(door.client.get(upload.page()).text.split())
    assert counts(run) == {"created": 1, "updated": 1}
    assert "The preview had said: 2 created, 0 updated, 0 skipped, 0 failed." in page


def test_what_came_as_previewed_is_told_once(door, workspace):
    """BEY-04"""
    run = door.imported(FILE)

    assert "The preview had said" not in door.client.get(run.upload.page()).text


def test_who_deleted_a_file_stands_on_its_page(door, workspace):
    upload = door.previewed(FILE)
    door.client.post(f"{door.base}/{upload.pk}/discard/")

    page = " ".join(door.client.get(f"{door.base}/{upload.pk}/").text.split())

    assert f"{Import.objects.get().gone_why} Nothing was changed." in page
    assert Import.objects.get().gone_why.endswith(" deleted it.")
