"""Removing the demo: what stood before and what came since stays, everything else goes."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.models import Attribute, RecordChange, RefusedWrite
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.companies import arrivals as companies
from apps.companies.models import Company
from apps.demo.models import has_demo
from apps.demo.population import populate
from apps.demo.removal import Removed, remove
from apps.events.models import EventName, EventSummary
from apps.events.recording import Occurrence
from apps.events.recording import record as record_events
from apps.people import identity
from apps.people.arrivals import Payload, receive
from apps.people.models import Person
from apps.qualification import choosing
from apps.qualification.models import Question
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.tags import tagging
from apps.tags.models import Note, Tagging
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY, hand_of_teammate
from apps.workspace.models import AuditEntry, Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, attribute

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def rows() -> dict[str, list[object]]:
    """The keys of every row of every table of ours; the activity log aside, which is only ever added to."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        for model in apps.get_models()
        if model.__module__.startswith("apps.") and model is not AuditEntry
    }


def ping(workspace: Workspace, user_id: str, **values: object) -> Person:
    """A real person's browser says something."""
    claim = identity.claim(user_id, None, None, Source.PING)
    [arrival] = receive(workspace, [Payload(claim, {"user_id": user_id, **values})], Source.PING, now=LATER)
    return Person.objects.get(pk=arrival.pk)


def test_everything_that_stood_before_stands_and_nothing_else(workspace):
    """The other workspace's demo is among what stood before."""
    seat = SeatFactory(workspace__app_id="mine")
    mine, by = seat.workspace, hand_of_teammate(seat.teammate)
    ann = PersonFactory(workspace=mine, external_id="ann")
    companies.join(ann, CompanyFactory(workspace=mine), now=NOW)
    attribute(mine, "nickname")
    write(Person, mine, {ann.pk: {"nickname": "Annie", "phone": ["no"]}}, Source.PING, now=NOW)
    before = rows()
    populate(mine, by=by, now=NOW)

    remove(mine, by=by, now=LATER)

    assert rows() == before


def test_a_real_person_who_came_meanwhile_stays_with_values_and_history(workspace, by):
    ann = ping(workspace, "ann", name="Ann", nickname="Annie")

    remove(workspace, by=by, now=LATER)

    workspace.refresh_from_db()
    nickname = catalogue_of(workspace, "person")["nickname"]
    assert {
        "people": [person.name for person in Person.objects.of(workspace)],
        "value": read(Person, [ann.pk], [nickname])[ann.pk],
        "history": sorted(key for write in RecordChange.objects.filter(workspace=workspace) for key in write.changes),
    } == {"people": ["Ann"], "value": {"nickname": "Annie"}, "history": ["external_id", "name", "nickname"]}


def test_an_attribute_that_a_real_person_holds_a_value_of_stays_and_is_named(workspace, by):
    ann = ping(workspace, "ann", bookings_taken=7)

    removed = remove(workspace, by=by, now=LATER)

    workspace.refresh_from_db()
    kept = catalogue_of(workspace, "person").custom
    assert (removed.kept_attributes, read(Person, [ann.pk], kept)[ann.pk]) == (
        ["bookings_taken"],
        {"bookings_taken": 7},
    )


def test_an_attribute_that_a_real_person_once_held_a_value_of_stays(workspace, by):
    """Its line of history would else speak of an attribute that is not there."""
    ping(workspace, "ann", bookings_taken=7)
    ping(workspace, "ann", bookings_taken="")

    removed = remove(workspace, by=by, now=LATER)

    assert removed.kept_attributes == ["bookings_taken"]


def test_an_attribute_that_a_teammate_put_among_the_qualification_data_stays(workspace, by):
    """ATT-42: what something uses is not taken from under it."""
    choosing.add(workspace, catalogue_of(workspace, "person")["guest_rating"], by=by, now=LATER)

    removed = remove(workspace, by=by, now=LATER)

    asked = Question.objects.filter(workspace=workspace).values_list("key", flat=True)[7:]
    assert (removed.kept_attributes, list(asked)) == (["guest_rating"], ["guest_rating"])


def test_a_company_that_a_real_person_joined_stays_with_its_values(workspace, by):
    kiln = Company.objects.get(workspace=workspace, name="Kiln and Clay")
    companies.join(ping(workspace, "ann"), kiln, now=LATER)

    removed = remove(workspace, by=by, now=LATER)

    assert (removed.kept_companies, "rooms_run" in removed.kept_attributes, list(Company.objects.all())) == (
        ["Kiln and Clay"],
        True,
        [kiln],
    )


def test_a_second_removal_finds_nothing_and_says_nothing(workspace, by):
    remove(workspace, by=by, now=LATER)

    again = remove(workspace, by=by, now=LATER)

    assert (again, AuditEntry.objects.filter(activity=Activity.DEMO_REMOVAL).count()) == (Removed(), 1)


def test_a_freed_name_can_be_an_attribute_again_with_another_kind(workspace, by):
    remove(workspace, by=by, now=LATER)
    workspace.refresh_from_db()

    ping(workspace, "ann", bookings_taken="many")

    assert Attribute.objects.get(workspace=workspace, name="bookings_taken").kind == "text"


def test_the_removal_is_in_the_activity_log_with_its_counts(workspace, by, seat):
    """AUD-01."""
    remove(workspace, by=by, now=LATER)

    entry = AuditEntry.objects.get(workspace=workspace, activity=Activity.DEMO_REMOVAL)
    assert (entry.teammate, entry.at, entry.metadata) == (
        seat.teammate,
        LATER,
        {
            "people": 300,
            "companies": 30,
            "attributes": 17,
            "questions": 4,
            "kept_companies": [],
            "kept_attributes": [],
            "kept_tags": [],
            "kept_events": [],
        },
    )


def test_no_refusal_is_left_behind(workspace, by):
    remove(workspace, by=by, now=LATER)

    assert RefusedWrite.objects.count() == 0


def test_every_table_that_hangs_on_people_is_deleted_with_them():
    """`remove` relies on it: whatever points at a person or a company goes with it, but for ratings (DEL-08)."""
    kept = [
        f"{field.model._meta.label}.{field.name}"
        for model in (Person, Company)
        for field in (relation.field for relation in model._meta.related_objects if not relation.many_to_many)
        if field.remote_field.on_delete is not models.CASCADE
    ]

    assert kept == ["conversations.Rating.person"]


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_removes_the_demo_and_says_what_went(workspace, by, capsys):
    call_command("remove_demo")

    assert (capsys.readouterr().out, has_demo(workspace)) == (
        "Removed 300 people, 30 companies and 17 attributes.\n",
        False,
    )


def test_the_command_says_when_there_is_nothing(seat, capsys):
    SeatFactory(workspace__app_id="mine")

    call_command("remove_demo", workspace="mine")

    assert capsys.readouterr().out == "There is no demo data in mine.\n"


def test_the_command_asks_which_where_there_are_several_workspaces(seat):
    SeatFactory(workspace__app_id="other")

    with pytest.raises(CommandError, match="--workspace: demo, other"):
        call_command("remove_demo")


# ---- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def tess(client, seat):
    client.force_login(seat.teammate)
    return client


def test_the_page_says_what_will_go(tess, workspace, by):
    page = tess.get(reverse("demo:remove", args=["demo"]))

    assert "300 people, 30 companies and 17 attributes" in page.content.decode()


def test_the_button_removes_the_demo_and_leads_to_the_people(tess, workspace, by):
    answer = tess.post(reverse("demo:remove", args=["demo"]))

    assert (answer.status_code, answer["Location"], has_demo(workspace)) == (
        302,
        reverse("people:list", args=["demo"]),
        False,
    )


def test_the_page_of_a_workspace_without_a_demo_has_no_button(tess, workspace, by):
    remove(workspace, by=by, now=LATER)

    page = tess.get(reverse("demo:remove", args=["demo"])).content.decode()

    assert ("No demo data" in page, "Remove the demo data" in page) == (True, False)


def test_a_manager_may_not_remove_it(client, workspace, by):
    """PERM-05."""
    manager = SeatFactory(workspace=workspace, role="manager")
    client.force_login(manager.teammate)

    answer = client.post(reverse("demo:remove", args=["demo"]))

    assert (answer.status_code, has_demo(workspace)) == (403, True)


def test_the_people_list_says_that_nobody_is_real_as_long_as_it_is_so(tess, workspace, by):
    address = reverse("people:list", args=["demo"])

    with_demo = tess.get(address).content.decode()
    remove(workspace, by=by, now=LATER)
    without = tess.get(address).content.decode()

    assert ("This is demo data" in with_demo, "This is demo data" in without) == (True, False)


def test_only_who_may_remove_it_is_offered_to(client, workspace, by):
    olaf = SeatFactory(workspace=workspace, role="read_only")
    client.force_login(olaf.teammate)

    page = client.get(reverse("people:list", args=["demo"])).content.decode()

    assert ("This is demo data" in page, "Remove it" in page) == (True, False)


def test_the_settings_lead_to_the_demo_as_long_as_there_is_one(tess, workspace, by):
    settings, demo = reverse("workspace:settings", args=["demo"]), reverse("demo:remove", args=["demo"])
    before = demo in tess.get(settings).text

    remove(workspace, by=by, now=NOW)

    assert (before, demo in tess.get(settings).text) == (True, False)


def test_the_settings_lead_whoever_may_not_remove_it_nowhere(client, workspace):
    """PERM-01"""
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)

    page = client.get(reverse("workspace:settings", args=["demo"])).text

    assert reverse("demo:remove", args=["demo"]) not in page


def test_a_tag_that_a_real_person_carries_stays_and_the_others_go(workspace, by):
    """TAG-05"""
    ann = ping(workspace, "ann", name="Ann")
    kept = tagging.find_or_create(workspace, "wants a call", by=by, now=LATER)
    tagging.add(Person, workspace, [ann.pk], kept, by=by, now=LATER)
    tagging.create(workspace, "Mine", by=by, now=LATER)

    removed = remove(workspace, by=by, now=LATER)

    left = Tagging.objects.filter(workspace=workspace).values_list("record_id", flat=True)
    assert (removed.kept_tags, list(left)) == (["Wants a call"], [ann.pk])
    assert [str(tag) for tag in tagging.matching(workspace)] == ["Mine", "Wants a call"]
    assert Note.objects.filter(workspace=workspace).count() == 0


def test_a_tag_that_a_segment_asks_for_stays(workspace, by):
    """TAG-03"""
    asked = all_of(Condition("tag", "is", tagging.named(workspace, "Do not email").pk))
    saving.create(workspace, "person", "Quiet ones", asked, by=by, now=LATER)

    removed = remove(workspace, by=by, now=LATER)

    assert removed.kept_tags == ["Do not email"]


def test_an_event_that_a_real_person_had_stays_and_the_others_go(workspace, by):
    """EVT-01"""
    ann = ping(workspace, "ann", name="Ann")
    done = Occurrence(ann.pk, "opened-calendar", LATER)
    record_events(workspace, [done], source=Source.PING, by=NOBODY, now=LATER)

    removed = remove(workspace, by=by, now=LATER)

    left = EventSummary.objects.filter(workspace=workspace).values_list("person_id", "name__name", "count")
    assert (removed.kept_events, list(left)) == (["opened-calendar"], [(ann.pk, "opened-calendar", 1)])
    assert [name.name for name in EventName.objects.filter(workspace=workspace)] == ["opened-calendar"]


def test_an_event_that_a_segment_asks_for_stays(workspace, by):
    """EVT-12"""
    saving.create(
        *(workspace, "person", "Sellers", all_of(Condition("event.sold-gift-voucher", "has_occurred"))),
        by=by,
        now=LATER,
    )

    removed = remove(workspace, by=by, now=LATER)

    assert removed.kept_events == ["sold-gift-voucher"]
