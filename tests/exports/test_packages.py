"""All that is kept of one person: complete, for who may export, and logged."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from apps.attributes import defining
from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.models import Membership
from apps.deletion import grace
from apps.deletion.reach import Fate, places
from apps.events import recording
from apps.events.recording import Occurrence
from apps.exports import packages
from apps.people.merging import merge
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.subscriptions import choosing, keeping
from apps.subscriptions.keeping import Wording
from apps.tags import noting, tagging
from apps.workspace import clock
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import AuditEntry
from tests.attributes.conftest import offer
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(workspace):
    return PersonFactory(workspace=workspace, external_id="ann-1")


def ask(client: Client, person):
    return client.post(f"/apps/{person.workspace.app_id}/people/{person.public_id}/package/")


def package(client: Client, person):
    """What is in the zip: the JSON, and the tables by name."""
    answer = ask(client, person)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as found:
        assert found.testzip() is None
        tables = {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(found.read(name).decode(), newline="")))
            for name in found.namelist()
            if name.endswith(".csv")
        }
        return SimpleNamespace(whole=json.loads(found.read("package.json")), tables=tables)


def told(rows, key):
    [row] = [row for row in rows if row["key"] == key]
    return row


def test_every_value_says_where_it_comes_from(tess, workspace, ann):
    """UPD-04, AUD-05"""
    attribute(workspace, "plan")
    workspace.refresh_from_db()
    write(Person, workspace, {ann.pk: {"plan": "pro"}}, Source.CSV, by=Hand(name="Tess"), now=NOW)

    profile = package(tess, ann).whole["profile"]

    assert told(profile, "custom_attributes.plan") == {
        "profile": ann.public_id,
        "key": "custom_attributes.plan",
        "label": "plan",
        "value": "pro",
        "source": "csv",
        "by": "Tess",
        "at": "2026-03-10T15:00:00Z",
    }


def test_values_of_archived_attributes_are_told_as_well(tess, workspace, ann):
    old = attribute(workspace, "old")
    offer(ann, Source.REST, old="kept")
    defining.archive(old, by=NOBODY, now=NOW)

    assert told(package(tess, ann).whole["profile"], "custom_attributes.old")["value"] == "kept"


def test_the_history_holds_every_change(tess, workspace, ann):
    """AUD-05"""
    attribute(workspace, "plan")
    for plan, source in (("a", Source.PING), ("b", Source.MANUAL), ("c", Source.CSV)):
        offer(ann, source, plan=plan)

    history = [row for row in package(tess, ann).whole["history"] if row["attribute"] == "plan"]

    assert [(row["old"], row["new"], row["source"]) for row in history] == [
        (None, "a", "ping"),
        ("a", "b", "manual"),
        ("b", "c", "csv"),
    ]


def test_everything_that_hangs_on_a_person_is_in_it(tess, workspace, ann):
    tag = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [ann.pk], tag, by=Hand(name="Tess"), now=NOW)
    noting.add(ann, "Call back", by=Hand(name="Tess"), now=NOW)
    acme = CompanyFactory(workspace=workspace, name="Acme")
    Membership.objects.create(workspace=workspace, person=ann, company=acme, created_at=NOW)
    saving.create(workspace, "person", "Known", all_of(Condition("external_id", "is", "ann-1")), by=NOBODY, now=NOW)
    news = keeping.create(workspace, Wording("News", "", "en", ["email"]), "opt_out", by=NOBODY, now=NOW)
    choosing.choose(ann, news, by=NOBODY, now=NOW)

    whole = package(tess, ann).whole

    assert [(row["tag"], row["by"]) for row in whole["tags"]] == [("VIP", "Tess")]
    assert [(row["text"], row["by"]) for row in whole["notes"]] == [("Call back", "Tess")]
    assert [row["name"] for row in whole["companies"]] == ["Acme"]
    assert {"segment": "Known"} in whole["segments"]
    assert [(row["subscription"], row["chosen"]) for row in whole["subscriptions"]] == [("News", "opt_out")]
    assert [row["state"] for row in whole["state"]] == ["active"]


def test_events_are_told_one_by_one_and_summed_up(tess, workspace, ann):
    at = clock.now() - timedelta(days=1)
    ordered = Occurrence(ann.pk, "ordered", at, {"price": 5})
    recording.record(workspace, [ordered], source=Source.REST, by=NOBODY, now=clock.now())

    whole = package(tess, ann).whole

    assert [(row["event"], row["metadata"]) for row in whole["events"]] == [("ordered", {"price": 5})]
    assert [(row["event"], row["count"]) for row in whole["event_counts"]] == [("ordered", 1)]


def test_who_was_merged_into_them_is_the_same_person(tess, workspace, ann):
    """IDN-14"""
    ben = LeadFactory(workspace=workspace, email="ben@x.io", phone="+353871")
    merge(ben, ann, by=NOBODY, now=clock.now())

    whole = package(tess, ann).whole

    assert [row["merged_profile"] for row in whole["merges"]] == [ben.public_id]
    assert {row["profile"] for row in whole["profile"]} == {ann.public_id, ben.public_id}


def test_the_tables_say_what_the_json_says(tess, workspace, ann):
    noting.add(ann, "=cmd|' /C calc'!A0", by=NOBODY, now=NOW)
    attribute(workspace, "plan")
    offer(ann, Source.REST, plan='a, "b"\rc')

    found = package(tess, ann)

    assert set(found.tables) == {name for name, rows in found.whole.items() if isinstance(rows, list) and rows}
    assert {name: len(rows) for name, rows in found.tables.items()} == {
        name: len(found.whole[name]) for name in found.tables
    }
    assert told(found.tables["profile"], "custom_attributes.plan")["value"] == 'a, "b"\rc'
    assert found.tables["notes"][0]["text"] == "'=cmd|' /C calc'!A0"


def test_nobody_elses_data_is_in_it(tess, workspace, ann):
    noting.add(PersonFactory(workspace=workspace), "Of somebody else", by=NOBODY, now=NOW)

    assert package(tess, ann).whole["notes"] == []


def test_every_place_that_a_person_would_vanish_from_is_told_or_left_out_for_a_reason():
    """BEY-09"""
    gone = {place.model for place in places() if place.fate is Fate.GOES and place.model}
    plain = {name for name in packages.sections() if name not in packages.SECTIONS}

    assert gone >= packages.TOLD | packages.LEFT_OUT.keys()
    assert plain == {model._meta.model_name for model in gone - packages.TOLD - packages.LEFT_OUT.keys()}


def test_it_is_written_into_the_activity_log(tess, ann):
    """AUD-01"""
    ask(tess, ann)

    entry = AuditEntry.objects.get(activity="contact_export")
    assert (entry.teammate.name, entry.metadata) == ("Tess", {"person": ann.public_id})


def test_only_who_may_export_gets_it(olaf, ann):
    """EXP-08"""
    other = Client()
    other.force_login(SeatFactory().teammate)
    page = olaf.get(f"/apps/{ann.workspace.app_id}/people/{ann.public_id}/")

    assert (ask(olaf, ann).status_code, ask(other, ann).status_code) == (403, 404)
    assert "/package/" not in page.text


def test_the_profile_offers_it(tess, ann):
    page = tess.get(f"/apps/{ann.workspace.app_id}/people/{ann.public_id}/")

    assert f"/people/{ann.public_id}/package/" in page.text


def test_who_is_archived_has_a_right_to_it_too(tess, ann):
    Person.objects.filter(pk=ann.pk).update(state=State.ARCHIVED)

    assert ask(tess, ann).status_code == 200


def test_who_is_pending_deletion_is_not_there(tess, ann):
    """DEL-05"""
    grace.request(ann, by=NOBODY, now=NOW)

    assert ask(tess, ann).status_code == 404
