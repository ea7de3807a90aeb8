"""What PostgreSQL's own files say of somebody who was destroyed."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.deletion import grace
from apps.deletion.settling import settle
from apps.people.models import Person
from apps.tags import noting
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.factories import NOW, PersonFactory, WorkspaceFactory

SECRET = "zaphod@secretive.example"
HOLDING = ("people_person", "people_by_email", "attributes_recordchange", "tags_note")
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
    grace.request(ann, by=NOBODY, now=NOW)
    settle()  # takes samples of columns
    assert set(on_disk()) == {*HOLDING, SAMPLES}
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=7))

    call_command("purge_due")

    assert on_disk() == []
    assert Person.objects.get() == other


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
