"""Merging by hand: users too, previewed field by field, and given back as they were (BEY-07)."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.attributes import defining
from apps.attributes.catalogue import catalogue_of
from apps.attributes.facts import facts_of
from apps.attributes.history import history_of, refusals_of
from apps.attributes.models import RecordChange, State
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.companies import arrivals as companies
from apps.companies.models import Company, Membership
from apps.deletion import grace
from apps.events import recording
from apps.events.models import Event, EventSummary
from apps.events.recording import Occurrence
from apps.people import identity, parting, states
from apps.people.arrivals import Arrival, Payload, admit, amend, receive
from apps.people.identity import Fate, Taken
from apps.people.merging import InvalidMerge, merge, merge_by_hand
from apps.people.models import Merge, Person, Role
from apps.people.surviving import predecessors
from apps.people.tasks import let_merges_go
from apps.tags import noting, tagging
from apps.workspace import clock
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY, Hand, hand_of_teammate
from apps.workspace.models import AuditEntry, Seat, Workspace
from apps.workspace.once_more import once_more
from apps.workspace.problems import Conflict, Missing
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
OVER = NOW + timedelta(days=7)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def seat(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def tess(seat: Seat) -> Hand:
    return hand_of_teammate(seat.teammate)


@pytest.fixture
def door(client: Client, seat: Seat) -> Client:
    client.force_login(seat.teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="1", email="ann@x.io", name="Ann", first_name="Ann")


@pytest.fixture
def bea(workspace: Workspace) -> Person:
    """A second user: Ann by another user ID."""
    return PersonFactory(workspace=workspace, external_id="2", email="ann@x.io", name="Bea", first_name="Bea")


@pytest.fixture
def ben(workspace: Workspace) -> Person:
    return LeadFactory(workspace=workspace, email="ben@x.io", name="Ben", visitor_id="c1")


def fresh(person: Person) -> Person:
    return Person.objects.select_related("workspace").get(pk=person.pk)


def merged(gone: Person, kept: Person, *instead: str, by: Hand = NOBODY, now: datetime = NOW) -> Person:
    return merge_by_hand(fresh(gone), fresh(kept), by=by, now=now, instead=instead)


def parted(gone: Person, by: Hand = NOBODY, now: datetime = LATER) -> Person:
    return parting.undo(Merge.objects.get(lead=gone), by=by, now=now)


def wrote(
    person: Person, source: Source = Source.PING, by: Hand = NOBODY, now: datetime = EARLIER, **offer: Any
) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    [report] = write(Person, workspace, {person.pk: offer}, source, by=by, now=now).values()
    assert set(report.changed) == set(offer)


def value(person: Person, key: str) -> Any:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    return read(Person, [person.pk], [catalogue_of(workspace, "person")[key]])[person.pk][key]


def tagged(person: Person, name: str, now: datetime = EARLIER) -> None:
    tag = tagging.find_or_create(person.workspace, name, by=NOBODY, now=now)
    tagging.add(Person, person.workspace, [person.pk], tag, by=NOBODY, now=now)


def tags(person: Person) -> list[str]:
    return [tagging.tag.name for tagging in tagging.tags_of(person)]


def notes(person: Person) -> list[str]:
    return [note.text for note in noting.notes_of(person)]


def did(person: Person, name: str, at: datetime) -> None:
    recording.record(person.workspace, [Occurrence(person.pk, name, at)], source=Source.PING, by=NOBODY, now=NOW)


def summaries(person: Person) -> dict[str, tuple[int, datetime, datetime]]:
    found = EventSummary.objects.filter(workspace=person.workspace, person=person)
    return {name: tuple(rest) for name, *rest in found.values_list("name__name", "count", "first_at", "last_at")}


def occurrences(person: Person) -> list[tuple[str, datetime]]:
    return list(Event.objects.filter(person=person).order_by("at").values_list("name__name", "at"))


def members(person: Person) -> set[tuple[int, datetime, datetime | None]]:
    return set(Membership.objects.filter(person=person).values_list("company_id", "created_at", "last_seen_at"))


def lines(person: Person) -> list[tuple[int, dict[str, Any], int | None]]:
    found = RecordChange.objects.filter(about="person", record_id=person.pk).order_by("pk")
    return list(found.values_list("pk", "changes", "former_id"))


def refused(person: Person, key: str) -> None:
    write(Person, person.workspace, {person.pk: {key: {}}}, Source.SIGNED_PING, now=EARLIER)


def refusals(person: Person) -> dict[str, tuple[int, datetime, datetime]]:
    return {line.key: (line.count, line.first_at, line.last_at) for line in refusals_of(person)}


def row(person: Person) -> dict[str, Any]:
    """Everything in somebody's own row, but for when it was written last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p) - 'updated_at' FROM people_person AS p WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def all_of(person: Person) -> dict[str, Any]:
    """Whatever there is of somebody."""
    return {
        "row": row(person),
        "tags": tags(person),
        "notes": notes(person),
        "summaries": summaries(person),
        "occurrences": occurrences(person),
        "members": members(person),
        "refusals": refusals(person),
    }


def pinged(workspace: Workspace, now: datetime = NOW, **values: Any) -> Arrival:
    workspace = Workspace.objects.get(pk=workspace.pk)
    claim = identity.claim(values.get("user_id"), values.get("email"), None, Source.PING)
    [arrival] = once_more(lambda: receive(workspace, [Payload(claim, values)], Source.PING, now=now))
    return arrival


def furnished(person: Person, number: int, acme: Company, sun: Company, tess: Hand) -> None:
    """Something of everything; some of it the same for everybody."""
    workspace = person.workspace
    wrote(person, Source.REST, Hand(name=f"sync {number}"), plan=f"plan {number}")
    wrote(person, phone=str(number))
    Person.objects.filter(pk=person.pk).update(
        session_count=number, last_seen_at=NOW - timedelta(hours=number), web_seen_at=NOW - timedelta(hours=number)
    )
    for name in ("Both", f"Only {number}"):
        tagged(person, name)
    noting.add(person, f"Note {number}", by=tess, now=EARLIER)
    did(person, "viewed-page", EARLIER)
    did(person, "viewed-page", EARLIER + timedelta(minutes=number))
    did(person, f"event-{number}", EARLIER)
    companies.join(person, acme, now=EARLIER + timedelta(minutes=number), seen=True)
    if number == 2:
        companies.join(person, sun, now=EARLIER)
        Person.objects.filter(pk=person.pk).update(
            ios_sessions=4, city="Cork", country="Ireland", referrer="https://y.io"
        )
    for key in ("both", f"only {number}"):
        for _ in range(number):
            refused(person, key)
    workspace.refresh_from_db()


@pytest.fixture
def two(workspace: Workspace, ann: Person, bea: Person, tess: Hand) -> tuple[Person, Person]:
    attribute(workspace, "plan")
    workspace.refresh_from_db()
    acme, sun = CompanyFactory(workspace=workspace), CompanyFactory(workspace=workspace)
    for number, person in enumerate((ann, bea), 1):
        furnished(person, number, acme, sun, tess)
    return ann, bea


# ---- merging users ---------------------------------------------------------------------------------------------------


def test_a_user_is_merged_into_a_user(two, tess):
    """BEY-07: what the survivor lacks is copied, what both have stays the survivor's, all else moves"""
    ann, bea = two
    survivor = merged(bea, ann, by=tess)

    gone = fresh(bea)
    assert (gone.state, gone.merged_into_id, gone.external_id) == (State.MERGED, ann.pk, "2")
    assert (survivor.external_id, survivor.name, survivor.phone, survivor.city) == ("1", "Ann", "1", "Cork")
    assert (survivor.session_count, survivor.ios_sessions, value(ann, "plan")) == (3, 4, "plan 1")
    assert sorted(tags(ann)) == ["Both", "Only 1", "Only 2"]
    assert sorted(notes(ann)) == ["Note 1", "Note 2"]
    assert summaries(ann)["viewed-page"][0] == 3
    assert (Membership.objects.filter(person=ann).count(), list(Person.objects.listed())) == (2, [ann])
    entry = AuditEntry.objects.get(activity=Activity.PERSON_MERGE)
    assert (entry.teammate_id, entry.metadata) == (
        tess.teammate_id,
        {"contact": ann.public_id, "user": bea.public_id},
    )


def test_a_teammate_chooses_whose_value_survives(two):
    ann, bea = two
    survivor = merged(bea, ann, "plan", "name")

    workspace = Workspace.objects.get(pk=ann.workspace_id)
    plan = facts_of(survivor, [catalogue_of(workspace, "person")["plan"]])["plan"]
    assert (plan.value, plan.holder, plan.provenance.by) == ("plan 2", Source.REST, "sync 2")
    assert (survivor.name, survivor.first_name, survivor.phone) == ("Bea", "Bea", "1")


def test_a_place_is_chosen_as_a_whole(workspace, ann, bea):
    Person.objects.filter(pk=ann.pk).update(city="Lyon", country="France", timezone="Europe/Paris")
    Person.objects.filter(pk=bea.pk).update(city="Cork", country="Ireland")

    survivor = merged(bea, ann, "city")

    assert (survivor.city, survivor.country, survivor.timezone) == ("Cork", "Ireland", None)


def test_an_email_is_chosen_with_what_holds_of_it(workspace, ann):
    cid = PersonFactory(workspace=workspace, email="cid@y.io", has_hard_bounced=True)

    survivor = merged(cid, ann, "email")

    assert (survivor.email, survivor.email_domain, survivor.has_hard_bounced) == ("cid@y.io", "y.io", True)


def test_of_a_lead_nothing_is_chosen(workspace, ann, ben):
    """IDN-14: the user's own values stay, whatever a form says"""
    survivor = merged(ben, ann, "name", "email")

    assert (survivor.name, survivor.email, fresh(ben).state) == ("Ann", "ann@x.io", State.MERGED)


def test_only_a_user_stays(workspace, ann, ben):
    """IDN-15"""
    with pytest.raises(InvalidMerge) as refused:
        merged(ann, ben)

    assert refused.value.message == "Ben is a lead. Choose a user: only a user can stay."


def test_nobody_is_merged_into_themselves(ann):
    with pytest.raises(InvalidMerge):
        merged(ann, ann)


def test_the_rest_api_still_refuses_two_users(ann, bea):
    """IDN-13"""
    with pytest.raises(InvalidMerge) as refused:
        merge(bea, ann, by=NOBODY, now=NOW)

    assert refused.value.message == "Merging can only be performed on a lead into a user"


def test_nobody_is_merged_into_somebody_who_was_merged(workspace, ann, bea):
    merged(bea, ann)

    with pytest.raises(Conflict) as refused:
        merged(PersonFactory(workspace=workspace), bea)

    assert "was merged into somebody else meanwhile" in refused.value.message


# ---- undoing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("instead", [(), ("plan", "name", "phone", "city")])
def test_undoing_gives_both_back_as_they_were(two, tess, instead):
    """BEY-07"""
    ann, bea = two
    before = all_of(ann), all_of(bea)
    history = lines(ann), lines(bea)
    merged(bea, ann, *instead, by=tess)
    assert all_of(ann) != before[0]

    gone = parted(bea, by=tess)

    assert (all_of(ann), all_of(bea)) == before
    assert (gone.state, gone.merged_into_id) == (State.ACTIVE, None)
    assert (lines(ann)[: len(history[0])], lines(bea)) == history
    assert not Merge.objects.exists()
    entry = AuditEntry.objects.get(activity=Activity.PERSON_PARTING)
    assert (entry.teammate_id, entry.metadata) == (tess.teammate_id, {"contact": ann.public_id, "user": bea.public_id})


def test_a_lead_is_given_back_with_its_cookie(ann, ben):
    before = row(ben)
    merge(ben, fresh(ann), by=NOBODY, now=NOW)

    parted(ben)

    assert row(ben) == before


def test_a_value_that_was_put_back_comes_from_where_it_came_from_before(two, tess):
    """UPD-04"""
    ann, bea = two
    workspace = Workspace.objects.get(pk=ann.workspace_id)
    plan = catalogue_of(workspace, "person")["plan"]
    before = facts_of(fresh(ann), [plan])["plan"].provenance
    merged(bea, ann, "plan")

    parted(bea, by=tess)

    fact = facts_of(fresh(ann), [plan])["plan"]
    assert (fact.value, fact.holder, fact.provenance) == ("plan 1", Source.REST, before)
    told = [(line.old, line.new, line.hand) for line in history_of(ann, "plan")]
    assert told[0] == ("plan 2", "plan 1", "Tess")


def test_what_arrived_meanwhile_stays_with_the_survivor(two, tess):
    """BEY-07"""
    ann, bea = two
    theirs = all_of(bea)
    [sun] = Company.objects.filter(memberships__person=bea).exclude(memberships__person=ann)
    merged(bea, ann)
    later = NOW + timedelta(hours=1)
    wrote(ann, Source.MANUAL, tess, now=later, plan="Gold")
    tagged(ann, "New", now=later)
    noting.add(ann, "New note", by=tess, now=later)
    did(ann, "event-2", later)
    did(ann, "viewed-page", later)
    companies.join(ann, sun, now=later, seen=True)
    Person.objects.filter(pk=ann.pk).update(session_count=4, last_seen_at=later)
    refused(ann, "only 2")

    parted(bea)

    survivor = fresh(ann)
    assert (survivor.session_count, survivor.last_seen_at, value(ann, "plan")) == (2, later, "Gold")
    assert (sorted(tags(ann)), sorted(notes(ann))) == (["Both", "New", "Only 1"], ["New note", "Note 1"])
    assert summaries(ann)["event-2"] == (1, later, later)
    assert summaries(ann)["viewed-page"] == (3, EARLIER, later)
    assert (sun.pk, later, later) in members(ann)
    assert all_of(bea) | {"refusals": {}} == theirs | {"refusals": {}}


def test_what_was_changed_since_is_left_alone(two, tess):
    ann, bea = two
    merged(bea, ann, "plan")
    wrote(ann, Source.MANUAL, tess, now=NOW, plan="Gold")
    [tag] = [t.tag for t in tagging.tags_of(ann) if t.tag.name == "Only 2"]
    tagging.remove(Person, ann.workspace, [ann.pk], tag)

    parted(bea)

    assert (value(ann, "plan"), value(bea, "plan")) == ("Gold", "plan 2")
    assert tags(bea) == ["Both"]


def test_a_place_that_a_visit_told_since_stays_whole(workspace, ann, bea):
    Person.objects.filter(pk=bea.pk).update(city="Cork", country="Ireland")
    merged(bea, ann)
    Person.objects.filter(pk=ann.pk).update(city="Dublin")

    parted(bea)

    assert (fresh(ann).city, fresh(ann).country) == ("Dublin", "Ireland")


def test_a_cookie_that_has_become_somebody_since_is_not_taken_from_them(workspace, ann, ben):
    """IDN-11"""
    merge(ben, fresh(ann), by=NOBODY, now=NOW)
    visitor = PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None, visitor_id="c1")

    parted(ben)

    assert (fresh(ben).visitor_id, fresh(visitor).visitor_id) == (None, "c1")


def test_values_fit_the_type_that_an_attribute_has_by_then(workspace, ann, bea):
    """ATT-19: what was kept does not fit any more, so there is none"""
    plan = attribute(workspace, "plan")
    wrote(ann, Source.REST, plan="n/a")
    wrote(bea, Source.REST, plan="12")
    merged(bea, ann, "plan")
    seats = attribute(Workspace.objects.get(pk=workspace.pk), "seats", "number")
    Merge.objects.update(formers={"seats": {"value": "n/a", "holder": "rest", "origin": 0}})
    wrote(ann, Source.REST, now=NOW, seats=3)
    with connection.cursor() as cursor:
        column = connection.ops.quote_name(seats.column)
        cursor.execute(f'UPDATE people_person SET {column} = 3, holders = holders || \'{{"seats": "rest"}}\'')

    parted(bea)

    assert (value(ann, "seats"), plan.kind) == (None, "text")


def test_values_of_attributes_archived_since_are_put_back(workspace, ann, bea, tess):
    plan = attribute(workspace, "plan")
    wrote(bea, plan="x")
    merged(bea, ann)
    defining.archive(plan, by=tess, now=NOW)

    parted(bea)

    assert (value(ann, "plan"), value(bea, "plan")) == (None, "x")


def test_the_seven_days_end(ann, bea):
    merged(bea, ann)

    with pytest.raises(Conflict) as refused:
        parted(bea, now=OVER)

    assert refused.value.message == "The seven days in which it could be undone are over."
    assert fresh(bea).state == State.MERGED


def test_until_their_last_moment_it_can_be_undone(ann, bea):
    merged(bea, ann)

    assert parted(bea, now=OVER - timedelta(seconds=1)).state == State.ACTIVE


def test_when_they_have_ended_nothing_is_kept(two, monkeypatch):
    """Data that serves nothing any more is personal data all the same"""
    ann, bea = two
    merged(bea, ann, "plan")
    monkeypatch.setattr("apps.workspace.clock.now", lambda: OVER)

    let_merges_go()

    kept = Merge.objects.get()
    assert (kept.formers, kept.visits, kept.moved, kept.undo_until) == ({}, {}, {}, None)


def test_a_survivor_who_was_merged_since_is_told_apart_first(workspace, ann, bea):
    cid = PersonFactory(workspace=workspace, name="Cid")
    merged(bea, ann)
    merged(ann, cid)

    with pytest.raises(Conflict) as refused:
        parted(bea)

    assert refused.value.message == "Ann was merged into somebody else since. Undo that merge first."
    assert parted(ann).state == State.ACTIVE
    assert parted(bea).state == State.ACTIVE


def test_a_line_of_merges_is_told_apart_link_by_link(two, workspace):
    ann, bea = two
    cid = PersonFactory(workspace=workspace, name="Cid")
    before = [all_of(person) for person in (ann, bea, cid)]
    history = [lines(person) for person in (bea,)]
    merged(bea, ann, "plan")
    merged(ann, cid)
    assert predecessors(workspace, [cid.pk]) == sorted([ann.pk, bea.pk])

    parted(ann)
    parted(bea)

    assert [all_of(person) for person in (ann, bea, cid)] == before
    assert [lines(person) for person in (bea,)] == history


def test_of_two_merges_into_one_the_later_is_undone_first(workspace, ann, bea, ben):
    tagged(bea, "VIP")
    tagged(ben, "VIP")
    merged(bea, ann)
    merged(ben, ann)

    with pytest.raises(Conflict) as refused:
        parted(bea)

    assert refused.value.message == "Ben was merged into Ann after that. Undo that merge first."
    parted(ben)
    parted(bea)
    assert (tags(ann), tags(bea), tags(ben)) == ([], ["VIP"], ["VIP"])


@pytest.mark.parametrize("hide", [states.archive, states.block, grace.request])
def test_nothing_is_taken_from_a_survivor_who_is_hidden(ann, bea, hide):
    """DEL-05: who asked to be forgotten is not kept by way of an undo"""
    merged(bea, ann)
    hide(fresh(ann), by=NOBODY, now=NOW)

    with pytest.raises(Conflict):
        parted(bea)

    assert fresh(bea).state == State.MERGED


def test_it_is_undone_once(ann, bea):
    merged(bea, ann)
    kept = Merge.objects.get()
    parted(bea)

    with pytest.raises(Missing):
        parting.undo(kept, by=NOBODY, now=LATER)


def test_who_was_told_apart_can_be_merged_again(two):
    ann, bea = two
    merged(bea, ann)
    parted(bea)

    survivor = merged(bea, ann, now=LATER)

    assert (survivor.session_count, summaries(ann)["viewed-page"][0]) == (3, 3)


# ---- old names -------------------------------------------------------------------------------------------------------


def test_a_ping_of_a_merged_user_reaches_the_survivor(workspace, ann, bea):
    """BEY-07: and neither revives nor renames anybody"""
    merged(bea, ann)

    arrival = pinged(workspace, user_id="2", email="ann@x.io", phone="77")

    survivor = fresh(ann)
    assert (arrival.fate, arrival.pk, arrival.created) == (Fate.FOUND, ann.pk, False)
    assert (survivor.external_id, survivor.phone, fresh(bea).state) == ("1", "77", State.MERGED)
    assert Person.objects.count() == 2


def test_the_email_of_a_merged_user_is_not_written_over_the_survivors(workspace, ann):
    cid = PersonFactory(workspace=workspace, external_id="3", email="cid@y.io")
    merged(cid, ann)

    old, new = pinged(workspace, user_id="3", email="cid@y.io"), fresh(ann).email
    by_email = pinged(workspace, email="cid@y.io", phone="5")
    pinged(workspace, user_id="3", email="new@y.io")

    assert (old.pk, new, by_email.pk, fresh(ann).phone) == (ann.pk, "ann@x.io", ann.pk, "5")
    assert fresh(ann).email == "new@y.io"


def test_a_line_of_merges_leads_to_its_end(workspace, ann, bea):
    cid = PersonFactory(workspace=workspace, external_id="3")
    merged(bea, ann)
    merged(ann, cid)

    assert {pinged(workspace, user_id=one).pk for one in "123"} == {cid.pk}


def test_a_ping_of_a_merged_user_revives_an_archived_survivor_and_no_blocked_one(workspace, ann, bea):
    """IDN-20, IDN-22"""
    merged(bea, ann)
    states.archive(fresh(ann), by=NOBODY, now=NOW)
    revived = pinged(workspace, user_id="2")
    was = fresh(ann).state
    states.block(fresh(ann), by=NOBODY, now=NOW)

    blocked = pinged(workspace, user_id="2")

    assert (revived.pk, was, blocked.fate) == (ann.pk, State.ACTIVE, Fate.BLOCKED)


def test_once_they_are_two_again_each_name_is_its_own(workspace, ann, bea):
    merged(bea, ann)
    parted(bea)

    assert pinged(workspace, user_id="2").pk == bea.pk


def test_a_merged_users_id_stays_taken(workspace, ann, bea):
    """IDN-04: it leads to the survivor, whom the error names"""
    merged(bea, ann)
    workspace.refresh_from_db()

    with pytest.raises(Taken) as made:
        admit(workspace, Role.USER, {"external_id": "2"}, Source.REST, by=NOBODY, now=NOW)
    with pytest.raises(Taken) as renamed:
        amend(fresh(ann), {"external_id": "2"}, Source.REST, by=NOBODY, now=NOW)

    assert [one.value.holder for one in (made, renamed)] == [ann, ann]


@pytest.mark.parametrize("name", ["id", "user_id", "email"])
def test_direct_links_to_a_merged_user_reach_the_survivor(door, workspace, ann, name):
    """LINK-01…08"""
    cid = PersonFactory(workspace=workspace, external_id="3", email="cid@y.io")
    merged(cid, ann)
    asked = {"id": cid.public_id, "user_id": "3", "email": "cid@y.io"}[name]

    answer = door.get(f"/apps/{workspace.app_id}/users/show", {name: asked})

    assert (answer.status_code, answer["Location"]) == (302, fresh(ann).page())


def test_a_merged_persons_profile_leads_to_the_survivor(door, ann, ben):
    merged(ben, ann)

    answer = door.get(fresh(ben).page())

    assert (answer.status_code, answer["Location"]) == (302, fresh(ann).page())


def test_a_profile_whose_survivor_is_hidden_is_not_there(door, ann, ben):
    """IDN-19"""
    merged(ben, ann)
    states.archive(fresh(ann), by=NOBODY, now=NOW)

    assert door.get(fresh(ben).page()).status_code == 404


def test_finding_people_costs_one_query_more_where_somebody_was_merged(workspace, ann, bea):
    claims = [identity.claim(one, None, None, Source.PING) for one in "12"]
    with CaptureQueriesContext(connection) as plain:
        identity.find(workspace, claims)
    merged(bea, ann)

    with CaptureQueriesContext(connection) as led:
        identity.find(workspace, claims)

    assert (len(plain), len(led)) == (1, 2)


# ---- the door --------------------------------------------------------------------------------------------------------


def address(gone: Person, kept: Person | None = None) -> str:
    start = f"{fresh(gone).page()}merge/"
    return f"{start}{kept.public_id}/" if kept else start


def undo_address(gone: Person) -> str:
    workspace = fresh(gone).workspace
    return f"/apps/{workspace.app_id}/people/merges/{Merge.objects.get(lead=gone).pk}/"


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_who_stays_is_searched_among_the_other_users(door, workspace, ann, bea, ben):
    page = door.get(address(bea), {"q": "ann@x"}).text

    assert address(bea, ann) in page
    assert address(bea, bea) not in page
    assert address(bea, ben) not in page


def test_the_search_of_htmx_is_the_list_alone(door, ann, bea):
    page = door.get(address(bea), {"q": "zzz"}, headers={"HX-Request": "true", "HX-Target": "stays-found"}).text

    assert "<html" not in page
    assert "No other user has “zzz”" in page


def test_the_preview_says_what_becomes_of_every_value(door, two):
    """BEY-07"""
    ann, bea = two
    page = text_of(door.get(address(bea, ann)).text)

    assert "Merge Bea into Ann" in page
    assert "2 tags, of which both have 1" in page
    assert "1 note" in page
    assert "2 companies, of which both have 1" in page
    assert "Bea’s own Name, Phone, plan will be on no profile any more" in page
    assert "Web sessions 1 2 3 added up" in page
    assert "User ID 1 2 1 2 leads to Ann from now on" in page


def test_looking_shows_the_result_of_a_choice_and_does_nothing(door, two):
    ann, bea = two
    chosen = {"keep:plan": "other"}
    by_post = door.post(address(bea, ann), chosen | {"look": "1"})
    by_get = door.get(address(bea, ann), chosen)

    for answer in (by_post, by_get):
        assert "plan plan 1 plan 2 plan 2" in text_of(answer.text)
    assert fresh(bea).state == State.ACTIVE


def test_merging_by_hand_leads_to_the_survivor_who_offers_to_undo_it(door, two, seat):
    ann, bea = two
    answer = door.post(address(bea, ann), {"keep:plan": "other"}, follow=True)

    assert answer.redirect_chain == [(fresh(ann).page(), 302)]
    assert "Bea was merged into Ann. It can be undone for 7 days." in answer.text
    assert undo_address(bea) in answer.text
    assert value(ann, "plan") == "plan 2"
    kept = Merge.objects.get()
    assert (kept.by, kept.lead) == (seat.teammate, bea)


def test_undoing_leads_to_who_was_given_back(door, ann, bea):
    door.post(address(bea, ann))
    answer = door.post(f"{undo_address(bea)}undo/", follow=True)

    assert answer.redirect_chain == [(fresh(bea).page(), 302)]
    assert "Bea and Ann are two again." in answer.text


def test_a_merge_that_cannot_be_undone_says_why(door, workspace, ann, bea):
    merged(bea, ann, now=clock.now())
    merged(ann, PersonFactory(workspace=workspace, name="Cid"), now=clock.now())
    page, answer = door.get(undo_address(bea)), door.post(f"{undo_address(bea)}undo/")

    for one in (page, answer):
        assert "Ann was merged into somebody else since. Undo that merge first." in one.text
    assert (page.status_code, answer.status_code) == (200, 409)


def test_a_double_click_is_one_merge(door, ann, bea):
    answers = [door.post(address(bea, ann)).status_code for _ in range(2)]

    assert (answers, Merge.objects.count()) == ([302, 302], 1)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_cannot_be_merged_says_so(door, workspace, ann, bea, ben, method):
    archived, forgotten, other = (PersonFactory(workspace=workspace, name=name) for name in ("Al", "Flo", "Oz"))
    states.archive(archived, by=NOBODY, now=NOW)
    grace.request(forgotten, by=NOBODY, now=NOW)
    merged(other, bea)
    asked = {
        (ann, ann): (400, "Nobody is merged into themselves"),
        (ann, ben): (400, "Ben is a lead. Choose a user"),
        (ann, archived): (409, "Al is archived"),
        (ann, forgotten): (409, "One of the two is waiting to be deleted"),
        (ann, other): (409, "Oz was merged into somebody else meanwhile"),
        (other, ann): (404, "This user was merged into another user already"),
    }

    found = {pair: getattr(door, method)(address(*pair)) for pair in asked}

    assert [found[pair].status_code for pair in asked] == [status for status, _ in asked.values()]
    assert [pair for pair, (_, words) in asked.items() if words not in found[pair].text] == []
    assert "Flo" not in found[ann, forgotten].text
    assert fresh(ann).state == State.ACTIVE


def test_somebody_of_another_workspace_is_not_there(door, ann):
    stranger = PersonFactory(workspace=WorkspaceFactory())

    assert [getattr(door, one)(address(ann, stranger)).status_code for one in ("get", "post")] == [404, 404]


def test_who_may_only_read_is_offered_nothing(client, workspace, ann, bea):
    """PERM-02"""
    merged(bea, ann, now=clock.now())
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    page = client.get(fresh(ann).page()).text

    assert "Merge into…" not in page
    assert "Undo merge" not in page
    assert client.post(f"{undo_address(bea)}undo/").status_code == 403
    assert client.get(undo_address(bea)).status_code == 200


def test_the_preview_costs_the_same_queries_whatever_there_is(door, workspace, ann, bea):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert door.get(address(bea, ann)).status_code == 200
        return len(captured)

    cost()
    few = cost()
    for number in range(30):
        attribute(Workspace.objects.get(pk=workspace.pk), f"a{number}")
        wrote(bea, **{f"a{number}": "x"})
        tagged(bea, f"tag {number}")
        did(bea, f"event-{number}", EARLIER)
        companies.join(bea, CompanyFactory(workspace=workspace), now=EARLIER)

    assert (cost(), few <= 16) == (few, True)


def test_a_merge_costs_the_same_statements_whatever_there_is(workspace, ann, bea, ben):
    def cost(gone: Person) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as merging:
            merged(gone, ann)
        with CaptureQueriesContext(connection) as undoing:
            parted(gone)
        return len(merging), len(undoing)

    tagged(ben, "T")
    wrote(ben, phone="1")
    few = cost(ben)
    for number in range(30):
        tagged(ben, f"tag {number}")
        did(ben, f"event-{number}", EARLIER)
        noting.add(ben, f"Note {number}", by=NOBODY, now=EARLIER)
        companies.join(ben, CompanyFactory(workspace=workspace), now=EARLIER)
    many = cost(ben)

    assert max(a - b for a, b in zip(many, few, strict=True)) <= 6  # a statement or two for each sort of thing


# ---- at the same moment ----------------------------------------------------------------------------------------------


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do several things in threads that begin together, each on a connection of its own."""
    ready = Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(10)
            return one()
        except (Conflict, Missing) as problem:
            return type(problem)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_against_each_other_one_is_done(workspace):
    for _ in range(5):
        one, other = PersonFactory.create_batch(2, workspace=workspace)

        outcomes = at_once(lambda a=one, b=other: merged(a, b), lambda a=one, b=other: merged(b, a))

        states_now = sorted(fresh(person).state for person in (one, other))
        assert states_now == [State.ACTIVE, State.MERGED]
        assert sum(isinstance(outcome, Person) for outcome in outcomes) == 1


@pytest.mark.django_db(transaction=True)
def test_two_undoings_are_one(workspace):
    for _ in range(5):
        kept, gone = PersonFactory.create_batch(2, workspace=workspace)
        Person.objects.filter(pk=gone.pk).update(session_count=3)
        merged(gone, kept)
        found = Merge.objects.get(lead=gone)

        outcomes = at_once(*[lambda m=found: parting.undo(m, by=NOBODY, now=LATER)] * 2)

        assert (fresh(kept).session_count, outcomes.count(Missing)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_pings_while_two_are_merged_and_parted_reach_somebody(workspace):
    """BEY-07: nobody is made anew, no ping fails"""
    kept, gone = PersonFactory.create_batch(2, workspace=workspace)
    names = [kept.external_id, gone.external_id]

    def pings() -> list[Fate]:
        return [pinged(workspace, user_id=name, phone=str(n)).fate for n in range(15) for name in names]

    def back_and_forth() -> None:
        for _ in range(8):
            once_more(lambda: merged(gone, kept))
            once_more(lambda: parted(gone))

    first, second, _ = at_once(pings, pings, back_and_forth)

    assert {*first, *second} == {Fate.FOUND}
    assert Person.objects.of(workspace).count() == 2
    assert {fresh(person).external_id for person in (kept, gone)} == set(names)
