"""At seven days: everything goes, wherever it was; a receipt and the log stay (DEL-03, DEL-07, DEL-15, DEL-16)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from apps.attributes.models import RecordChange
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.bulk.models import BulkChange, Former
from apps.companies.models import Company, Membership
from apps.conversations import keeping
from apps.deletion import destroying, grace
from apps.deletion.destroying import destroy_due
from apps.deletion.management.commands.purge_due import NOT_YET
from apps.deletion.models import Deletion, Receipt
from apps.deletion.tasks import purge_due
from apps.events import recording
from apps.events.models import Event, EventSummary
from apps.events.recording import Occurrence
from apps.people import presence
from apps.people.arrivals import amend
from apps.people.merging import merge, merge_by_hand
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.segments.models import Segment
from apps.subscriptions.models import Choice, SubscriptionType
from apps.tags import noting, tagging
from apps.tags.models import Note
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from apps.workspace.notifying import notify
from tests.deletion.conftest import DUE, deleted, gone
from tests.deletion.searching import found
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

EARLIER = NOW - timedelta(days=2)
# What means Zelda and nobody else, now and before.
WORDS = ("zelda@forgotten.example", "zelda.old@forgotten.example", "Zelda Quux", "zq-77-12345", "+353865550199")
BEFORE = ("lead@forgotten.example", "zq-before-1", "Zelda Lead")


def wrote(workspace, person, source=Source.REST, **offer):
    write(Person, Workspace.objects.get(pk=workspace.pk), {person.pk: offer}, source, by=NOBODY, now=EARLIER)


def everywhere(workspace, ana):
    """Zelda, who has left something in every place that there is."""
    zelda = PersonFactory(workspace=workspace, external_id="zq-77-12345", email=None)
    attribute(workspace, "alias")
    for email in ("zelda.old@forgotten.example", "zelda@forgotten.example"):
        wrote(workspace, zelda, email=email, name="Zelda Quux", phone="+353865550199", alias="zelda@forgotten.example")
    wrote(workspace, zelda, Source.REST, unheard_of="zelda@forgotten.example")
    tag = tagging.find_or_create(workspace, "VIP", by=ana, now=NOW)
    tagging.add(Person, workspace, [zelda.pk], tag, by=ana, now=NOW)
    noting.add(zelda, "Zelda Quux called from +353865550199", by=ana, now=NOW)
    acme = CompanyFactory(workspace=workspace)
    Membership.objects.create(workspace=workspace, person=zelda, company=acme, created_at=NOW)
    told = Occurrence(zelda.pk, "invited", EARLIER, {"guest": "zelda@forgotten.example"})
    recording.record(workspace, [told], source=Source.PING, by=NOBODY, now=NOW)
    news = SubscriptionType.objects.create(workspace=workspace, name="News", content_types=["email"], created_at=NOW)
    Choice.objects.create(workspace=workspace, person=zelda, subscription=news, chosen_at=NOW)
    lead = LeadFactory(workspace=workspace, email="lead@forgotten.example", name="Zelda Lead", visitor_id="cookie-77")
    wrote(workspace, lead, phone="+353860000001")
    merge(lead, Person.objects.get(pk=zelda.pk), by=ana, now=NOW)
    other = PersonFactory(workspace=workspace, external_id="zq-before-1")
    merge_by_hand(other, Person.objects.get(pk=zelda.pk), by=ana, now=NOW)
    keeping.rate(keeping.begin(zelda, now=NOW), 5, "Yours, Zelda Quux", now=NOW)
    in_other_words(workspace, ana, zelda)
    presence.heartbeat(workspace, zelda.public_id, NOW)
    return Person.objects.get(pk=zelda.pk)


def in_other_words(workspace, ana, zelda):
    """What was said of Zelda where others are spoken of as well."""
    ben = LeadFactory(workspace=workspace)
    wrote(workspace, ben, another_unheard_of="Zelda Quux <zelda@forgotten.example>")
    record(Activity.BULK_EDIT, workspace=workspace, by=ana, now=NOW, what="Set Alias to Zelda Quux")
    record(Activity.PERSON_BLOCK, workspace=workspace, by=ana, now=NOW, who=["Zelda@forgotten.example", {"id": 1}])
    notify(ana.teammate_id, workspace=workspace, message="zq-77-12345 was exported", url="/", now=NOW)
    notify(ana.teammate_id, workspace=workspace, message="zelda@forgotten.example.csv has ended", url="/", now=NOW)
    noting.add(ben, "Knows Zelda Quux (“zelda@forgotten.example”)", by=ana, now=NOW)
    workspace.refresh_from_db()
    asked = all_of(Condition("email", "is", "zelda@forgotten.example"), Condition("country", "is", "Zelda Quux"))
    saving.create(workspace, "person", "Like zelda@forgotten.example", asked, by=ana, now=NOW)
    change = BulkChange.objects.create(
        workspace=workspace,
        about="person",
        action="set",
        title="Set Alias to zelda@forgotten.example",
        params={"key": "alias", "value": "zelda@forgotten.example", "words": "zelda@forgotten.example"},
        search="zelda quux",
        filter=["and", ["and", ["name", "contains", "Zelda Quux"]]],
        segments={"7": ["and", ["and", ["phone", "is", "+353865550199"]]]},
        created_at=NOW,
    )
    former = {"value": "zelda.old@forgotten.example"}
    Former.objects.create(workspace=workspace, change=change, about="person", record_id=zelda.pk, was=former)


def test_after_it_nothing_is_found_anywhere(workspace, ana):
    """DEL-03, DEL-22, BEY-09"""
    zelda = everywhere(workspace, ana)
    deleted(zelda, by=ana)
    assert len(found([*WORDS, *BEFORE, "cookie-77"])) > 20

    destroy_due(DUE)

    # a city may be called as somebody is: what a segment asks of it stays
    assert found([*WORDS, *BEFORE, "cookie-77"]) == ["segments_segment: zelda quux"]
    assert Segment.objects.get().filter == [
        "and",
        ["and", ["email", "is", "(deleted)"], ["country", "is", "Zelda Quux"]],
    ]


def test_a_note_on_somebody_else_stays_without_their_name(workspace, ana):
    """DEL-03"""
    deleted(everywhere(workspace, ana), by=ana)

    destroy_due(DUE)

    assert list(Note.objects.values_list("text", flat=True)) == ["Knows (deleted) (“(deleted)”)"]


def test_the_receipt_names_every_place_and_how_much_was_there(workspace, ana):
    """BEY-09"""
    zelda = everywhere(workspace, ana)
    deletion = deleted(zelda, by=ana)

    destroy_due(DUE)

    receipt = Receipt.objects.get()
    assert (receipt.public_id, receipt.by_id, receipt.role) == (zelda.public_id, ana.teammate_id, "user")
    assert (receipt.requested_at, receipt.destroyed_at) == (deletion.requested_at, DUE)
    assert receipt.taken == {
        "attributes.RecordChange": 3,
        "attributes.RefusedWrite": 2,
        "bulk.BulkChange": 1,
        "bulk.Former": 1,
        "companies.Membership": 1,
        "conversations.Conversation": 1,
        "conversations.Rating": 1,
        "deletion.Deletion": 1,
        "events.Event": 1,
        "events.EventSummary": 1,
        "people.Merge": 2,
        "people.Person": 3,
        "Presence": 1,
        "segments.Segment": 1,
        "subscriptions.Choice": 1,
        "tags.Note": 2,
        "tags.Tagging": 1,
        "workspace.AuditEntry": 3,
        "workspace.Notification": 2,
    }


def test_what_is_of_others_stays_as_it_was(workspace, ana, ann):
    wrote(workspace, ann, phone="+353860000002")
    noting.add(ann, "Call back", by=ana, now=NOW)
    stays = (RecordChange.objects.get(), Person.objects.values().get(pk=ann.pk))
    deleted(everywhere(workspace, ana), by=ana)

    destroy_due(DUE)

    assert (RecordChange.objects.get(record_id=ann.pk), Person.objects.values().get(pk=ann.pk)) == stays
    assert Company.objects.get().name == "Acme"


def test_the_log_keeps_who_deleted_whom_and_when(workspace, ana, ann):
    """DEL-22"""
    deleted(ann, by=ana)

    destroy_due(DUE)

    told = AuditEntry.objects.filter(metadata__contact=ann.public_id).order_by("pk")
    assert [(entry.activity, entry.teammate_id, entry.at) for entry in told] == [
        ("app_data_deletion", ana.teammate_id, NOW),
        ("app_data_destruction", None, DUE),
    ]
    assert found(["a@x.io", "Ann Lee"]) == []


def test_the_log_keeps_an_intercom_id_that_is_a_user_id_as_well(workspace):
    """DEL-22"""
    public_id = "65f0a1b2c3d4e5f6a7b8c9d0"
    deleted(PersonFactory(workspace=workspace, public_id=public_id, external_id=public_id))

    destroy_due(DUE)

    assert AuditEntry.objects.filter(metadata__contact=public_id).count() == 2


def test_nothing_happens_before_the_seven_days_are_over(workspace, ann):
    """DEL-07"""
    deleted(ann)

    early = destroy_due(DUE - timedelta(seconds=1)).people
    in_time = destroy_due(DUE).people

    assert (early, in_time, gone(ann)) == (0, 1, True)


def test_after_downtime_it_catches_up_and_a_second_run_changes_nothing(workspace, ann):
    """DEL-16"""
    deleted(ann)

    runs = [destroy_due(DUE + timedelta(days=3)).people for _ in range(2)]

    assert runs == [1, 0]
    assert Receipt.objects.count() == 1


def test_the_identifiers_are_free_and_a_new_profile_starts_empty(workspace, ann):
    """DEL-15"""
    noting.add(ann, "Call back", by=NOBODY, now=NOW)
    deleted(ann)
    destroy_due(DUE)

    again = PersonFactory(workspace=workspace, external_id="123", email="a@x.io")

    assert again.public_id != ann.public_id
    assert not noting.notes_of(again).exists()


def test_whoever_was_merged_into_them_goes_with_them(workspace, ann):
    """IDN-14"""
    ben = LeadFactory(workspace=workspace, email="ben@x.io")
    merge(ben, ann, by=NOBODY, now=NOW)
    deleted(ann)

    destroy_due(DUE)

    assert (gone(ann), gone(ben)) == (True, True)
    assert found(["ben@x.io"]) == []


def test_who_was_merged_into_somebody_else_goes_when_that_one_does(workspace, ann):
    """BEY-07"""
    bea = PersonFactory(workspace=workspace, external_id="bea-12345", email="bea@x.io")
    merge_by_hand(ann, bea, by=NOBODY, now=NOW)
    deleted(Person.objects.get(pk=bea.pk))

    destroy_due(DUE)

    assert found(["bea@x.io", "bea-12345", "a@x.io", "Ann Lee"]) == []


def test_batches_are_of_bounded_size_and_all_are_done(workspace, monkeypatch):
    """DEL-16"""
    monkeypatch.setattr(destroying, "BATCH", 2)
    monkeypatch.setattr(destroying, "TOGETHER", 3)
    people = PersonFactory.create_batch(8, workspace=workspace)
    for person in people:
        deleted(person)

    purge = destroy_due(DUE)

    assert (purge.people, purge.taken["people.Person"], Receipt.objects.count()) == (8, 8, 8)
    assert not Person.objects.exists()


def test_a_run_that_breaks_off_goes_on_where_it_stopped(workspace, monkeypatch):
    """DEL-16"""
    monkeypatch.setattr(destroying, "BATCH", 2)
    for person in PersonFactory.create_batch(5, workspace=workspace):
        deleted(person)
    batches = iter([True, False])
    whole = destroying._destroy_batch

    def breaks_off(*args):
        if not next(batches):
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(destroying, "_destroy_batch", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        destroy_due(DUE)
    left = Person.objects.count()
    monkeypatch.setattr(destroying, "_destroy_batch", whole)

    people = destroy_due(DUE).people

    assert (left, people, Person.objects.count()) == (3, 3, 0)
    assert Receipt.objects.count() == 5


def test_a_receipt_counts_what_a_run_cleaned_that_broke_off_before_the_people_went(workspace, ana, monkeypatch):
    """BEY-09, DEL-16"""
    zelda = everywhere(workspace, ana)
    deleted(zelda, by=ana)
    whole = destroying._destroy_batch

    def breaks_off(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(destroying, "_destroy_batch", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        destroy_due(DUE)
    monkeypatch.setattr(destroying, "_destroy_batch", whole)

    destroy_due(DUE)

    taken = Receipt.objects.get().taken
    swept = ("workspace.AuditEntry", "workspace.Notification", "segments.Segment", "Presence", "tags.Note")
    assert [taken[place] for place in swept] == [3, 2, 1, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_once_one_waits_for_the_other():
    """BEY-09: else a receipt would not count what the other one cleaned"""
    workspace = WorkspaceFactory()
    deleted(PersonFactory(workspace=workspace))
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute(destroying.ALONE, [workspace.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10ms'")
        try:
            with pytest.raises(OperationalError, match="lock timeout"):
                destroy_due(DUE)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")

    assert Receipt.objects.count() == 0
    assert destroy_due(DUE).people == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_destroy_each_person_once(monkeypatch):
    """DEL-16"""
    monkeypatch.setattr(destroying, "BATCH", 5)
    workspace = WorkspaceFactory()
    for person in PersonFactory.create_batch(40, workspace=workspace):
        noting.add(person, "Call back", by=NOBODY, now=NOW)
        deleted(person)
    barrier = Barrier(3)

    def run(_):
        barrier.wait()
        try:
            return destroy_due(DUE).people
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        people = list(pool.map(run, range(3)))
    people.append(destroy_due(DUE).people)  # what one of them held as the others came by

    assert sum(people) == 40
    assert (
        sorted(Receipt.objects.values_list("taken", flat=True), key=str)
        == [{"deletion.Deletion": 1, "people.Person": 1, "tags.Note": 1}] * 40
    )


def test_another_workspaces_people_are_left_alone(workspace, ann):
    other = PersonFactory(workspace=WorkspaceFactory(), external_id="123", email="a@x.io")
    deleted(ann)

    destroy_due(DUE)

    assert (gone(ann), gone(other)) == (True, False)


def test_the_queue_does_the_same(workspace, ann, at):
    """DEL-07"""
    deleted(ann)
    at(DUE)

    purge_due()

    assert gone(ann)


def test_the_command_says_what_went(workspace, ann, at):
    """DEL-16"""
    noting.add(ann, "Call back", by=NOBODY, now=NOW)
    deleted(ann)
    at(DUE)
    said = StringIO()

    call_command("purge_due", stdout=said)
    call_command("purge_due", stdout=said)

    assert said.getvalue().splitlines() == [
        "1 person destroyed:",
        "  1 profile with all its values",
        "  1 note",
        "  1 request to be deleted",
        NOT_YET,  # within a test's transaction
        "0 people destroyed.",
        NOT_YET,
    ]


def test_the_command_may_only_say_what_would_go(workspace, ann, at):
    deleted(ann)
    at(DUE)
    said = StringIO()

    call_command("purge_due", dry_run=True, stdout=said)

    assert said.getvalue().splitlines() == [
        "1 person would be destroyed:",
        "  1 profile with all its values",
        "  1 request to be deleted",
    ]
    assert Deletion.objects.get().person == ann


def test_who_was_restored_is_not_destroyed(workspace, ann):
    """DEL-06"""
    deleted(ann)
    grace.restore(ann, by=NOBODY, now=DUE - timedelta(seconds=60))

    destroy_due(DUE)

    assert not gone(ann)


def test_a_value_that_arrives_in_grace_is_destroyed_as_well(workspace, ann):
    """DEL-13: the identifiers that a program gave them instead"""
    deleted(ann)
    amend(ann, {"email": "a_del@x.io"}, Source.REST, by=NOBODY, now=NOW)

    destroy_due(DUE)

    assert found(["a_del@x.io", "a@x.io"]) == []


def test_a_workspace_without_anybody_due_is_not_looked_through(workspace, ann, django_assert_num_queries):
    deleted(ann)

    with django_assert_num_queries(1):
        destroy_due(NOW)


def test_sums_of_events_go_without_their_occurrences(workspace, ann):
    told = Occurrence(ann.pk, "invited", EARLIER)
    recording.record(workspace, [told], source=Source.PING, by=NOBODY, now=NOW)
    Event.objects.all().delete()
    deleted(ann)

    destroy_due(DUE)

    assert not EventSummary.objects.exists()


def test_a_teammate_who_left_does_not_stand_in_the_way(workspace, ann):
    hand = SeatFactory(workspace=workspace).teammate
    deleted(ann)
    Deletion.objects.update(by=hand)
    hand.delete()

    destroy_due(DUE)

    assert Receipt.objects.get().by is None
