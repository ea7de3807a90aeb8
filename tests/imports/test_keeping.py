"""How long what an import needs is kept, and what becomes of it when somebody is destroyed (DEL-03)."""

from datetime import timedelta
from pathlib import Path

import pytest

from apps.attributes.sources import Source
from apps.deletion import destroying, grace
from apps.imports import keeping
from apps.imports.models import Import, ImportRow, ImportRun, Purpose
from apps.people.models import Person
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.attributes.conftest import offer
from tests.factories import PersonFactory, attribute

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
    door.uploaded(f"{user_id},{email},{name}\n2,b@x.io,Bo\n")

    destroy(Person.objects.get(pk=ann.pk))

    told = list(Import.objects.order_by("pk").values_list("file_name", "headers"))
    assert told == [("(deleted).csv", ["user_id"]), ("people.csv", ["(deleted)"] * 3)]
