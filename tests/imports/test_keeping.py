"""How long what an import needs is kept, and what becomes of it when somebody is destroyed (DEL-03)."""

from datetime import timedelta
from pathlib import Path

import pytest

from apps.attributes.sources import Source
from apps.deletion import destroying, grace
from apps.deletion.models import Receipt
from apps.imports import keeping, passing, running
from apps.imports.models import Import, ImportRow, ImportRun, Purpose
from apps.imports.reaching import WHY
from apps.people.models import Person
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import Notification, Teammate
from tests.attributes.conftest import offer
from tests.factories import PersonFactory, attribute

from .conftest import work

pytestmark = pytest.mark.django_db(transaction=True)
MARKS = ("ann.lee@x.io", "Ann Lee", "usr-ann-77", "+353871234567")


def files(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def destroy(person: Person) -> None:
    asked = clock.now() - timedelta(days=8)
    grace.request(person, by=NOBODY, now=asked)
    destroying.destroy_due(clock.now())


def everything() -> str:
    """All that is kept of imports."""
    return " ".join(str(list(model.objects.values())) for model in (Import, ImportRun, ImportRow))


def test_the_file_is_deleted_when_it_was_imported(door, settings):
    upload = door.previewed("user_id\n1\n")
    before = len(files(settings))

    door.begun(upload)

    assert (before, files(settings)) == (1, [])


def test_a_discarded_file_is_deleted(door, settings):
    upload = door.previewed("user_id\n1\n")

    door.client.post(f"{door.base}/{upload.pk}/discard/")

    assert files(settings) == []


def test_a_forgotten_upload_is_deleted_after_two_days(door, settings):
    upload = door.previewed("user_id\n1\n")

    keeping.let_go(clock.now() + timedelta(days=3))

    upload.refresh_from_db()
    assert (files(settings), upload.stage) == ([], "discarded")


def test_a_past_preview_goes_and_the_report_stays(door):
    run = door.imported("user_id\n1\n")

    keeping.let_go(clock.now())

    assert list(ImportRow.objects.values_list("run__purpose", flat=True)) == [Purpose.RUN]
    assert len(door.csv(run, "report")) == 2


def test_what_undoing_needs_is_kept_for_seven_days_and_the_report_for_ninety(door, workspace):
    PersonFactory(workspace=workspace, external_id="1")
    door.imported("user_id,name\n1,Ann\n")

    keeping.let_go(clock.now() + timedelta(days=8))
    week = list(ImportRow.objects.values_list("outcome", "changes"))
    keeping.let_go(clock.now() + timedelta(days=91))

    assert week == [("updated", None)]
    assert not ImportRow.objects.exists()


def test_nothing_of_a_destroyed_person_is_left_of_imports(door, workspace, settings):
    """DEL-03: rows that reached them, rows that were rejected, and an upload that waits"""
    email, name, user_id, phone = MARKS
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace, external_id=user_id, email=email)
    offer(ann, Source.REST, plan="before")
    file = (
        f"user_id,email,name,phone,plan\n{user_id},{email},{name},{phone},gold\n,{email.upper()} ,{name},,{'x' * 300}\n"
    )
    file += f",not an email,{name},,\n2,b@x.io,Bo,,\n"
    door.imported(file)
    door.previewed(file)

    destroy(Person.objects.get(pk=ann.pk))

    kept = everything().lower()
    assert [mark for mark in MARKS if mark.lower() in kept] == []
    assert files(settings) == []
    assert not Person.objects.filter(pk=ann.pk).exists()
    assert ImportRow.objects.filter(run__purpose=Purpose.RUN).count() == 4


def test_nothing_of_a_destroyed_person_is_left_of_what_stood_in_a_file(door, workspace):
    """DEL-03: a file that is named after somebody, one that has them in the place of headers"""
    email, name, user_id, _ = MARKS
    ann = PersonFactory(workspace=workspace, external_id=user_id, email=email)
    offer(ann, Source.REST, name=name)
    door.uploaded("user_id\n1\n", name=f"{email}.csv")
    door.uploaded(f"{user_id},{name}\n2,Bo\n")

    destroy(Person.objects.get(pk=ann.pk))

    told = list(Import.objects.order_by("pk").values_list("file_name", "headers"))
    assert told == [("(deleted).csv", ["user_id"]), ("people.csv", ["(deleted)"] * 2)]


@pytest.mark.parametrize(
    ("cell", "stays"),
    [
        ("ANN.LEE@X.IO", False),
        ("Talk to Ann Lee, soon", False),
        ("zelda", False),  # her user ID, all of it
        ("zeldas", True),
        ("bo@x.io", True),
    ],
)
def test_a_file_that_waits_goes_only_where_it_names_them(door, workspace, settings, cell, stays):
    """DEL-03"""
    ann = PersonFactory(workspace=workspace, external_id="zelda", email="ann.lee@x.io")
    offer(ann, Source.REST, name="Ann Lee")
    upload = door.previewed(f'user_id,name\n1,"{cell}"\n')

    destroy(Person.objects.get(pk=ann.pk))

    upload.refresh_from_db()
    told = list(Notification.objects.values_list("message", flat=True))
    assert (len(files(settings)), upload.stage) == ((1, "review") if stays else (0, "discarded"))
    assert told == ([] if stays else [f"A file that you uploaded was deleted before it was imported. {WHY}"])


def test_a_receipt_counts_the_files_that_held_them(door, workspace):
    """BEY-09"""
    for user_id in ("usr-1", "usr-2"):
        PersonFactory(workspace=workspace, external_id=user_id)
    door.uploaded("user_id\nusr-1\n")
    door.uploaded("user_id\nusr-1\nusr-2\n")
    asked = clock.now() - timedelta(days=8)
    for person in Person.objects.order_by("pk"):
        grace.request(person, by=NOBODY, now=asked)

    destroying.destroy_due(clock.now())

    taken = [receipt.taken["Uploaded files"] for receipt in Receipt.objects.order_by("pk")]
    assert taken == [2, 1]


def test_a_file_with_a_user_id_that_was_escaped_as_a_formula_goes_as_well(door, workspace, settings):
    """DEL-03, EXP-06"""
    ann = PersonFactory(workspace=workspace, external_id="=zelda")
    door.previewed("user_id,name\n1,'=zelda\n")

    destroy(ann)

    assert files(settings) == []


def test_a_file_that_is_begun_while_it_is_looked_through_is_an_import_that_stops(door):
    """DEL-03, BEY-05: what it did until then can be undone"""
    upload = door.previewed("user_id\n1\n")
    run = running.begin(upload, by=NOBODY, now=clock.now())

    taken = keeping.take_away(upload, WHY, clock.now())

    work()
    upload.refresh_from_db()
    run.refresh_from_db()
    assert (taken, upload.stage, upload.gone_why, run.state) == (True, "run", WHY, "cancelled")


def test_a_file_that_was_imported_while_it_was_looked_through_stays_imported(door):
    """DEL-03"""
    upload = door.previewed("user_id\n1\n")
    run = door.begun(Import.objects.get(pk=upload.pk))

    taken = keeping.take_away(upload, WHY, clock.now())

    upload.refresh_from_db()
    assert (taken, upload.stage, upload.gone_why, run.state) == (False, "run", "", "done")


def test_whoever_has_a_long_address_can_delete_a_file(door):
    upload = door.previewed("user_id\n1\n")
    Teammate.objects.update(name="", email=f"{'x' * 240}@x.io")

    door.client.post(f"{door.base}/{upload.pk}/discard/")

    upload.refresh_from_db()
    assert (upload.stage, upload.gone_why) == ("discarded", "x" * 200)


def test_an_import_that_runs_stops_where_its_file_names_them(door, workspace, settings, monkeypatch):
    """DEL-03: its present rows are done, and no more of them are read"""
    monkeypatch.setattr(passing, "ROWS", 1)
    ann = PersonFactory(workspace=workspace, external_id="usr-ann-77")
    upload = door.previewed("user_id\n1\nusr-ann-77\n3\n")
    run = running.begin(upload, by=NOBODY, now=clock.now())
    jobs._take(ImportRun, run.pk, clock.now())
    jobs._step(ImportRun, run.pk)

    destroy(ann)
    jobs._step(ImportRun, run.pk)

    run.refresh_from_db()
    assert (run.state, run.created, files(settings)) == ("cancelled", 1, [])
