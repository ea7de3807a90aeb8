"""What PostgreSQL's own files say of somebody who was destroyed."""

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.deletion import grace, settling
from apps.deletion.destroying import destroy_due
from apps.deletion.management.commands.purge_due import NOT_YET, SETTLED
from apps.deletion.models import Receipt
from apps.deletion.settling import settle
from apps.deletion.tasks import purge_due
from apps.duplicates.models import Look
from apps.people.models import Person
from apps.tags import noting
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.factories import NOW, PersonFactory, WorkspaceFactory

DUE = NOW + timedelta(days=7)
SECRET = "zaphod@secretive.example"
HOLDING = ("people_person", "people_by_email", "attributes_recordchange", "tags_note", "duplicates_look")
SAMPLES = "pg_statistic"


def on_disk() -> list[str]:
    """The tables and indexes in whose files the bytes stand."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE position(%s::bytea IN "
            "coalesce(pg_read_binary_file(pg_relation_filepath(name::regclass), 0, 100000000, true), '')) > 0",
            [[*HOLDING, SAMPLES], SECRET.encode()],
        )
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_not_a_byte_of_somebody_destroyed_is_left_in_the_tables(monkeypatch):
    """BEY-09, DEL-07: PostgreSQL leaves what was deleted on its pages until something is written over it"""
    workspace = WorkspaceFactory()
    ann, other = PersonFactory(workspace=workspace), PersonFactory(workspace=workspace)
    write(Person, workspace, {ann.pk: {"email": SECRET}, other.pk: {"email": "other@x.io"}}, Source.REST, now=NOW)
    noting.add(ann, f"Write to {SECRET}", by=NOBODY, now=NOW)
    Look.objects.create(workspace=workspace, created_at=NOW, state="failed", error=f"Key (email)=({SECRET})")
    grace.request(ann, by=NOBODY, now=NOW)
    settle()  # takes samples of columns
    assert set(on_disk()) == {*HOLDING, SAMPLES}
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=7))

    call_command("purge_due")

    assert on_disk() == []
    assert Person.objects.get() == other


@pytest.fixture(autouse=True)
def _others_finish(monkeypatch):
    """Other workers of the suite write on the same server, and are waited for."""
    monkeypatch.setattr(settling, "READERS_MAY_TAKE", 60)


@pytest.fixture
def forgotten(monkeypatch):
    """Somebody who is due, and whose bytes stand in the tables."""
    workspace = WorkspaceFactory(timezone="America/New_York")
    ann = PersonFactory(workspace=workspace)
    write(Person, workspace, {ann.pk: {"email": SECRET}}, Source.REST, now=NOW)
    grace.request(ann, by=NOBODY, now=NOW)
    monkeypatch.setattr(clock, "now", lambda: DUE)
    return ann


def receipt() -> Receipt:
    return Receipt.objects.get()


@pytest.mark.django_db(transaction=True)
def test_the_receipt_says_when_not_a_byte_was_left(forgotten):
    """BEY-09"""
    purge_due()

    assert (receipt().settled_at, on_disk()) == (DUE, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("hour", "settled"), [(1, False), (2, True), (4, True), (5, False), (14, False)])
def test_a_large_table_is_written_anew_at_night(forgotten, monkeypatch, hour, settled):
    """BEY-09: at night where the workspace is"""
    monkeypatch.setattr(settling, "SMALL", 0)
    night = datetime(2026, 3, 18, hour, 30, tzinfo=ZoneInfo("America/New_York"))
    monkeypatch.setattr(clock, "now", lambda: night)

    purge_due()

    assert (receipt().settled_at is not None, on_disk() == []) == (settled, settled)


@pytest.mark.django_db(transaction=True)
def test_the_command_writes_large_tables_anew_unless_it_is_told_otherwise(forgotten, monkeypatch):
    monkeypatch.setattr(settling, "SMALL", 0)
    said = StringIO()

    call_command("purge_due", leave_large=True, stdout=said)
    before = receipt().settled_at
    call_command("purge_due", stdout=said)

    lines = said.getvalue().splitlines()
    assert (lines[0], lines[-3:]) == ("1 person destroyed:", [NOT_YET, "0 people destroyed.", SETTLED])
    assert (before, receipt().settled_at, on_disk()) == (None, DUE, [])


@pytest.mark.django_db(transaction=True)
def test_as_long_as_somebody_may_still_read_them_they_are_not_called_gone(forgotten, monkeypatch):
    """BEY-09: PostgreSQL keeps a deleted row for a transaction that began before, in a table written anew as well"""
    monkeypatch.setattr(settling, "READERS_MAY_TAKE", 0)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1 FROM people_person LIMIT 1")
        purge_due()
        during = (receipt().settled_at, "people_person" in on_disk())

    monkeypatch.setattr(settling, "READERS_MAY_TAKE", 60)
    purge_due()

    assert during == (None, True)
    assert (receipt().settled_at, on_disk()) == (DUE, [])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_anew_where_every_receipt_says_that_it_was(forgotten, django_assert_num_queries):
    purge_due()

    with django_assert_num_queries(2):
        purge_due()


@pytest.mark.django_db(transaction=True)
def test_two_do_not_write_tables_anew_at_once(forgotten):
    destroy_due(DUE)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(settling.ALONE)
        done = settling.settle_what_is_left(DUE)

    assert (done, receipt().settled_at) == (False, None)


@pytest.mark.django_db(transaction=True)
def test_a_server_that_refuses_keeps_to_its_own_time(caplog):
    """DEL-16: a purge is none the worse for it"""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE pg_monitor")
        try:
            with caplog.at_level("INFO", logger="apps.deletion.settling"):
                settle()
        finally:
            cursor.execute("RESET ROLE")

    assert "in its own time: permission denied" in caplog.text
