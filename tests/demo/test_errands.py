"""What the demo shows of files, duplicates and deletions, and that none of it outlives the demo."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as numbers
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from apps.deletion.models import Deletion
from apps.demo import errands
from apps.demo.population import populate
from apps.demo.removal import remove
from apps.duplicates.models import Pair
from apps.exports.models import Export
from apps.imports.models import Import, Purpose, RememberedColumns
from apps.people.models import Person
from apps.tags.models import Tag
from apps.workspace.clock import now
from apps.workspace.hands import hand_of_teammate
from apps.workspace.models import AuditEntry, Notification, Seat
from tests.factories import SeatFactory


@pytest.fixture(scope="module")
def seat(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Seat]:
    """As after the first start: Tess fills her workspace with the demo."""
    with django_db_blocker.unblock(), transaction.atomic():
        seat = SeatFactory(workspace__app_id="demo", teammate__name="Tess")
        by = hand_of_teammate(seat.teammate)
        populate(seat.workspace, by=by, now=now())
        errands.run(seat.workspace, by=by, now=now())
        yield seat
        transaction.set_rollback(True)


@pytest.fixture
def tess(client: Client, seat: Seat, db: None) -> Client:
    client.force_login(seat.teammate)
    return client


def shown(tess: Client, seat: Seat, page: str, *args: object) -> str:
    return tess.get(reverse(page, args=[seat.workspace.app_id, *args])).text


def test_a_file_was_imported_and_its_report_tells_of_every_kind_of_row(tess, seat):
    """IMP-23"""
    upload = Import.objects.get(workspace=seat.workspace)
    run = upload.latest(Purpose.RUN)

    assert (run.state, run.total, run.created, run.updated, run.failed) == ("done", 8, 4, 3, 1)
    assert "spring-fair.csv" in shown(tess, seat, "workspace:transfers")
    report = tess.get(reverse("imports:report", args=["demo", upload.pk])).getvalue().decode()
    assert "7,Failed,,,Email,is not one email address" in report
    assert run.can_be_undone(now())


def test_a_list_was_exported_and_can_be_downloaded(tess, seat):
    export = Export.objects.get(workspace=seat.workspace)

    file = tess.get(reverse("exports:download", args=["demo", export.pk])).getvalue().decode()

    assert str(Person.objects.filter(workspace=seat.workspace, role="user").earliest("pk").email) in file
    assert len(list(csv.reader(io.StringIO(file, newline="")))) == export.done + 1


def test_visitors_of_the_fair_may_be_people_who_are_known(tess, seat):
    """BEY-08"""
    reasons = [tuple(pair.alike_by) for pair in Pair.objects.waiting(seat.workspace)]

    assert {("email",), ("phone",)} <= set(reasons)
    assert 3 <= len(reasons) < 20
    assert "Same phone" in shown(tess, seat, "duplicates:queue")


def test_somebody_is_deleted_and_can_be_restored(tess, seat):
    """DEL-06"""
    gone = Deletion.objects.get(workspace=seat.workspace).person

    before = shown(tess, seat, "deletion:settings")
    tess.post(reverse("deletion:restore", args=["demo", gone.public_id]))

    assert gone.public_id in before
    assert Person.objects.get(pk=gone.pk).state == "active"


def test_every_errand_stands_in_the_activity_log(seat, db):
    """AUD-01"""
    told = set(AuditEntry.objects.filter(workspace=seat.workspace).values_list("activity", flat=True))

    assert {"csv_import_creation", "csv_import_completion", "bulk_export", "app_data_deletion"} <= told


def test_removing_the_demo_leaves_nothing_of_the_errands(seat, db, django_capture_on_commit_callbacks):
    workspace = seat.workspace
    kept = Path(numbers.MEDIA_ROOT) / Export.objects.get(workspace=workspace).file.name
    stood = kept.exists()

    with django_capture_on_commit_callbacks(execute=True):
        remove(workspace, by=hand_of_teammate(seat.teammate), now=now())

    assert (stood, kept.exists()) == (True, False)
    for model in (Person, Import, Export, RememberedColumns, Pair, Deletion, Tag, Notification):
        assert not model.objects.filter(workspace=workspace).exists(), model
