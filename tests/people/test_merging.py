"""One lead, one user, one person: what moves, what is copied, what stays (IDN-13, IDN-14)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from apps.attributes import defining
from apps.attributes.catalogue import catalogue_of
from apps.attributes.chronicle import chronicle
from apps.attributes.facts import facts_of
from apps.attributes.history import history_of, refusals_of
from apps.attributes.models import RecordChange, RefusedWrite, State
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.companies import arrivals as companies
from apps.companies.models import Membership
from apps.deletion import grace
from apps.events import recording
from apps.events.models import Event, EventSummary
from apps.events.recording import Occurrence, Outcome
from apps.people import erasing, following, states
from apps.people.arrivals import amend
from apps.people.merging import InvalidMerge, merge
from apps.people.models import Merge, Person, Role
from apps.tags import noting, tagging
from apps.tags.models import Note, Tagging
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY, Hand, hand_of_teammate
from apps.workspace.models import AuditEntry, Workspace
from apps.workspace.problems import Conflict, Missing
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace) -> Hand:
    return hand_of_teammate(SeatFactory(workspace=workspace).teammate)


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="1", email="ann@x.io")


@pytest.fixture
def ben(workspace: Workspace) -> Person:
    return LeadFactory(workspace=workspace, email="ben@x.io", visitor_id="c1")


def wrote(person: Person, source: Source = Source.PING, by: Hand = NOBODY, **offer: Any) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    [report] = write(Person, workspace, {person.pk: offer}, source, by=by, now=EARLIER).values()
    assert set(report.changed) == set(offer)


def value(person: Person, key: str) -> Any:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    return read(Person, [person.pk], [catalogue_of(workspace, "person")[key]])[person.pk][key]


def tagged(person: Person, name: str, by: Hand = NOBODY, now: datetime = EARLIER) -> None:
    tag = tagging.find_or_create(person.workspace, name, by=by, now=now)
    tagging.add(Person, person.workspace, [person.pk], tag, by=by, now=now)


def tags(person: Person) -> list[str]:
    return [tagging.tag.name for tagging in tagging.tags_of(person)]


def did(person: Person, name: str, at: datetime) -> Outcome:
    occurrences = [Occurrence(person.pk, name, at)]
    [outcome] = recording.record(person.workspace, occurrences, source=Source.PING, by=NOBODY, now=NOW)
    return outcome


def summaries(person: Person) -> dict[str, tuple[int, datetime, datetime]]:
    found = EventSummary.objects.filter(workspace=person.workspace, person=person)
    return {name: tuple(rest) for name, *rest in found.values_list("name__name", "count", "first_at", "last_at")}


def merged(lead: Person, user: Person, by: Hand = NOBODY, now: datetime = NOW) -> Person:
    return merge(lead, Person.objects.get(pk=user.pk), by=by, now=now)


# ---- the registry ----------------------------------------------------------------------------------------------------


def test_every_model_that_refers_to_people_says_whether_it_moves():
    """IDN-14"""
    referring = {model._meta.label for model in apps.get_models() if following.refers_by(model)}

    assert set(following.FOLLOWERS) == referring
    assert all(follower.mover or follower.why for follower in following.FOLLOWERS.values())


# ---- the whole -------------------------------------------------------------------------------------------------------


def test_a_lead_becomes_part_of_the_user(workspace, ann, ben, tess):
    """IDN-14"""
    attribute(workspace, "plan")
    wrote(ben, phone="1", plan="x")
    wrote(ann, plan="y")
    tagged(ben, "T")

    survivor = merged(ben, ann, by=tess)

    ben.refresh_from_db()
    assert (value(ann, "phone"), value(ann, "plan"), tags(ann)) == ("1", "y", ["T"])
    assert list(Person.objects.of(workspace).listed()) == [ann] == [survivor]
    assert (ben.state, ben.merged_into, ben.visitor_id) == (State.MERGED, ann, None)
    assert (survivor.external_id, survivor.email, survivor.role) == ("1", "ann@x.io", Role.USER)
    entry = AuditEntry.objects.get(activity=Activity.PERSON_MERGE)
    assert (entry.teammate_id, entry.metadata) == (
        tess.teammate_id,
        {"contact": ann.public_id, "lead": ben.public_id},
    )


def test_what_it_takes_to_tell_the_two_apart_is_kept(workspace, ann, ben, tess):
    """BEY-07 will need it"""
    wrote(ben, phone="1")
    Person.objects.filter(pk=ben.pk).update(session_count=3)
    tagged(ben, "T")
    noting.add(ben, "Call back", by=tess, now=EARLIER)
    did(ben, "read-pricing", EARLIER)

    merged(ben, ann, by=tess)

    kept = Merge.objects.get(lead=ben)
    assert (kept.at, kept.by_id, kept.hand, kept.visitor_id) == (NOW, tess.teammate_id, "Tess", "c1")
    assert (kept.sessions, kept.copied, kept.state_before) == (3, ["phone"], "active")
    at = EARLIER.isoformat()
    name = EventSummary.objects.get().name_id
    assert kept.moved == {
        "attributes.RecordChange": 1,
        "events.Event": [Event.objects.get().pk],
        "events.EventSummary": [
            {
                **{"name_id": name, "count": 1, "first_at": at, "last_at": at},
                **{"added": 1, "own_first_at": None, "own_last_at": None},
            }
        ],
        "tags.Note": [Note.objects.get().pk],
        "tags.Tagging": [Tagging.objects.get().tag_id],
    }


def test_a_second_merge_of_the_same_two_changes_nothing(workspace, ann, ben):
    tagged(ben, "T")
    Person.objects.filter(pk=ben.pk).update(session_count=3)
    merged(ben, ann)

    survivor = merged(ben, ann, now=LATER)

    assert (survivor.session_count, tags(ann)) == (3, ["T"])
    assert (Merge.objects.get().at, AuditEntry.objects.count()) == (NOW, 2)  # the tag's making and the merge


# ---- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "into"), [("user", "user"), ("lead", "lead"), ("user", "lead")])
def test_only_a_lead_is_merged_and_only_into_a_user(workspace, source, into):
    """IDN-13"""
    make = {"user": PersonFactory, "lead": LeadFactory}
    first, second = make[source](workspace=workspace), make[into](workspace=workspace)

    with pytest.raises(InvalidMerge) as refused:
        merge(first, second, by=NOBODY, now=NOW)

    assert (refused.value.status, refused.value.code) == (400, "invalid_merge")
    assert refused.value.message == "Merging can only be performed on a lead into a user"
    assert Person.objects.of(workspace).listed().count() == 2


def test_nobody_is_merged_across_workspaces(ann):
    with pytest.raises(InvalidMerge):
        merge(LeadFactory(workspace=WorkspaceFactory()), ann, by=NOBODY, now=NOW)


def test_a_lead_that_was_merged_is_merged_into_nobody_else(workspace, ann, ben):
    merged(ben, ann)

    with pytest.raises(Missing):
        merged(ben, PersonFactory(workspace=workspace))


@pytest.mark.parametrize("who", ["ann", "ben"])
@pytest.mark.parametrize("hide", [states.archive, states.block, grace.request])
def test_nobody_hidden_is_merged_by_hand(workspace, ann, ben, who, hide):
    hide({"ann": ann, "ben": ben}[who], by=NOBODY, now=NOW)

    with pytest.raises(Conflict):
        merged(ben, ann)

    assert not Merge.objects.exists()


# ---- attributes ------------------------------------------------------------------------------------------------------


def test_a_copied_value_keeps_its_holder_its_source_and_its_hand(workspace, ann, ben, tess):
    """IDN-14, UPD-04"""
    attribute(workspace, "plan")
    wrote(ben, Source.MANUAL, tess, name="Ann Bloggs")
    wrote(ben, Source.REST, Hand(name="Nightly sync"), plan="x")
    wrote(ben, phone="1")

    survivor = merged(ben, ann)

    workspace.refresh_from_db()
    facts = facts_of(survivor, [catalogue_of(workspace, "person")[key] for key in ("name", "plan", "phone")])
    assert {key: (fact.value, fact.holder, fact.provenance.by) for key, fact in facts.items()} == {
        "name": ("Ann Bloggs", Source.MANUAL, "Tess"),
        "plan": ("x", Source.REST, "Nightly sync"),
        "phone": ("1", Source.PING, "The person’s own browser"),
    }
    assert (survivor.first_name, survivor.last_name) == ("Ann", "Bloggs")


def test_where_both_have_a_value_the_users_stands_with_where_it_comes_from(workspace, ann, ben, tess):
    """UPD-04: the lead's line is newer, and tells of another value"""
    wrote(ann, name="Ann")
    wrote(ben, Source.MANUAL, tess, name="Ben")

    survivor = merged(ben, ann)

    name = catalogue_of(workspace, "person")["name"]
    fact = facts_of(survivor, [name])["name"]
    assert (fact.value, fact.holder, fact.provenance.source) == ("Ann", Source.PING, Source.PING)
    assert [(line.new, line.is_former) for line in history_of(survivor, "name")] == [("Ben", True), ("Ann", False)]
    assert [entry.by for entry in chronicle(survivor, name).entries] == [
        "The person’s own browser",
        "Tess (before a merge)",
    ]


def test_identifiers_stay_with_the_lead(workspace, ben):
    """IDN-14"""
    ann = PersonFactory(workspace=workspace, external_id="1", email=None)
    Person.objects.filter(pk=ben.pk).update(pseudonym="Pink Stereo", signed_up_at=EARLIER, has_hard_bounced=True)

    survivor = merged(ben, ann)

    own = (survivor.email, survivor.email_domain, survivor.pseudonym, survivor.visitor_id)
    assert own == (None, None, None, None)
    assert (survivor.signed_up_at, survivor.created_at, survivor.has_hard_bounced) == (None, NOW, None)


def test_a_blank_that_a_teammate_holds_is_not_filled(workspace, ann, ben, tess):
    """QUAL-17"""
    wrote(ann, Source.MANUAL, tess, phone="1")
    wrote(ann, Source.MANUAL, tess, phone=None)
    wrote(ben, phone="2")

    merged(ben, ann)

    assert value(ann, "phone") is None


def test_places_are_copied_whole_or_not_at_all(workspace, ann, ben):
    Person.objects.filter(pk=ann.pk).update(country="France")
    Person.objects.filter(pk=ben.pk).update(city="Atlanta", country="United States", browser="Firefox", os="Linux")

    survivor = merged(ben, ann)

    assert (survivor.city, survivor.country, survivor.browser, survivor.os) == (None, "France", "Firefox", "Linux")


def test_values_of_archived_attributes_come_along(workspace, ann, ben, tess):
    old = attribute(workspace, "old")
    wrote(ben, old="kept")
    workspace.refresh_from_db()
    defining.archive(old, by=tess, now=EARLIER)

    merged(ben, ann)

    assert value(ann, "old") == "kept"


def test_what_was_refused_is_counted_together(workspace, ann, ben):
    """BEY-02"""
    for person, times in ((ann, 1), (ben, 2)):
        for _ in range(times):
            write(Person, workspace, {person.pk: {"a": [1]}}, Source.SIGNED_PING, now=EARLIER)
    write(Person, workspace, {ben.pk: {"b": {}}}, Source.SIGNED_PING, now=EARLIER)

    merged(ben, ann)

    assert {line.key: line.count for line in refusals_of(ann)} == {"a": 3, "b": 1}
    assert not refusals_of(ben).exists()


# ---- what belongs to them --------------------------------------------------------------------------------------------


def test_a_tag_that_both_carry_keeps_since_when_the_user_does(workspace, ann, ben, tess):
    """TAG-04"""
    tagged(ann, "VIP", now=NOW)
    tagged(ben, "VIP", by=tess, now=EARLIER)
    tagged(ben, "Trial", by=tess, now=EARLIER)

    merged(ben, ann)

    assert [(t.tag.name, t.applied_at, t.hand) for t in tagging.tags_of(ann)] == [
        ("Trial", EARLIER, "Tess"),
        ("VIP", NOW, ""),
    ]


def test_notes_move_with_author_and_time(workspace, ann, ben, tess):
    noting.add(ben, "Call back", by=tess, now=EARLIER)

    merged(ben, ann)

    assert [(n.text, n.author_id, n.created_at) for n in noting.notes_of(ann)] == [
        ("Call back", tess.teammate_id, EARLIER)
    ]


def test_events_move_and_their_counts_are_added_up(workspace, ann, ben):
    """EVT-01; what both did in one second is one occurrence (EVT-04)"""
    did(ann, "exported-csv", NOW)
    did(ben, "exported-csv", EARLIER)
    did(ben, "exported-csv", NOW)
    did(ben, "read-pricing", EARLIER)

    merged(ben, ann)

    assert summaries(ann) == {"exported-csv": (2, EARLIER, NOW), "read-pricing": (1, EARLIER, EARLIER)}
    assert summaries(ben) == {}
    assert Event.objects.filter(workspace=workspace, person=ann).count() == 3


def test_nobody_elses_events_move(workspace, ann, ben):
    """EVT-01"""
    zoe, stranger = PersonFactory(workspace=workspace), PersonFactory()
    for person in (zoe, stranger, ben):
        did(person, "exported-csv", NOW)

    merged(ben, ann)

    once = {"exported-csv": (1, NOW, NOW)}
    assert [summaries(person) for person in (ann, zoe, stranger)] == [once, once, once]
    assert Event.objects.filter(person__in=[zoe, stranger]).count() == 2


def test_counts_outlive_the_occurrences_that_were_forgotten(workspace, ann, ben):
    """EVT-07"""
    did(ben, "exported-csv", EARLIER)
    Event.objects.all().delete()

    merged(ben, ann)

    assert summaries(ann) == {"exported-csv": (1, EARLIER, EARLIER)}


def test_companies_move_and_the_later_visit_counts(workspace, ann, ben):
    acme, sun = CompanyFactory(workspace=workspace), CompanyFactory(workspace=workspace)
    companies.join(ann, acme, now=EARLIER, seen=True)
    companies.join(ben, acme, now=NOW, seen=True)
    companies.join(ben, sun, now=NOW)

    merged(ben, ann)

    found = Membership.objects.filter(person=ann).order_by("company_id")
    assert [(m.company, m.last_seen_at) for m in found] == [(acme, NOW), (sun, None)]


def test_nobody_joins_more_companies_than_they_may_by_a_merge(workspace, ann, ben, monkeypatch):
    """CO-10"""
    monkeypatch.setattr("apps.companies.merging.MOST_COMPANIES", 3)
    for person in (ann, ann, ben, ben):
        companies.join(person, CompanyFactory(workspace=workspace), now=NOW)

    merged(ben, ann)

    assert Membership.objects.filter(person=ann).count() == 3


def test_visits_are_added_up_and_the_last_one_counts(workspace, ann, ben):
    """IDN-14, SESS-05"""
    Person.objects.filter(pk=ann.pk).update(session_count=4, last_seen_at=EARLIER, web_seen_at=EARLIER)
    seen = {"last_seen_at": NOW, "web_seen_at": NOW, "session_started_at": NOW, "ios_sessions": 2}
    Person.objects.filter(pk=ben.pk).update(session_count=3, **seen)

    survivor = merged(ben, ann)

    assert (survivor.session_count, survivor.ios_sessions, survivor.android_sessions) == (7, 2, None)
    assert (survivor.last_seen_at, survivor.web_seen_at, survivor.session_started_at) == (NOW, NOW, NOW)


# ---- a merged lead takes nothing any more ----------------------------------------------------------------------------


def test_nothing_is_added_to_a_merged_lead(workspace, ann, ben, tess):
    acme = CompanyFactory(workspace=workspace)
    did(ann, "read-pricing", NOW)
    merged(ben, ann)

    tagged(ben, "T")
    written = write(Person, workspace, {ben.pk: {"name": "Ben"}}, Source.PING, now=NOW)

    assert (tags(ben), written, did(ben, "read-pricing", LATER)) == ([], {}, Outcome.NOBODY)
    with pytest.raises(Missing):
        noting.add(ben, "Call back", by=tess, now=NOW)
    with pytest.raises(Missing):
        companies.join(ben, acme, now=NOW)
    with pytest.raises(Missing):
        amend(ben, {"name": "Ben"}, Source.REST, by=NOBODY, now=NOW)


# ---- visitors --------------------------------------------------------------------------------------------------------


def test_a_merged_visitor_is_gone_without_a_trace(workspace, ann):
    visitor = PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None, visitor_id="c1")
    tagged(ann, "T")
    tagged(visitor, "T")
    did(visitor, "read-pricing", NOW)

    merged(visitor, ann)

    assert list(Person.objects.all()) == [ann]
    assert summaries(ann) == {"read-pricing": (1, NOW, NOW)}
    assert [(t.record_id) for t in Tagging.objects.all()] == [ann.pk]
    assert not Merge.objects.exists()
    assert not AuditEntry.objects.filter(activity=Activity.PERSON_MERGE).exists()


def visitor_seen(workspace: Workspace, at: datetime, **more: Any) -> Person:
    return PersonFactory(
        workspace=workspace, **({"role": Role.VISITOR, "external_id": None, "last_seen_at": at} | more)
    )


def test_visitors_are_erased_when_nobody_saw_them_for_nine_months(workspace):
    """IDN-23"""
    day = {"month": 6, "year": 2025}
    visitor_seen(workspace, NOW.replace(day=9, **day))
    visitor_seen(workspace, NOW.replace(day=10, **day))
    visitor_seen(WorkspaceFactory(), NOW.replace(day=9, **day))
    stay = [
        visitor_seen(workspace, NOW.replace(day=10, **day) + timedelta(seconds=1)),
        visitor_seen(workspace, NOW.replace(day=11, **day)),
        visitor_seen(workspace, NOW.replace(day=9, **day), role=Role.LEAD),
        visitor_seen(workspace, NOW.replace(day=9, **day), role=Role.USER, external_id="1"),
    ]

    erased = erasing.erase(NOW)

    assert erased == 3
    assert list(Person.objects.order_by("pk")) == stay
    assert erasing.erase(NOW) == 0


def test_what_belongs_to_an_erased_visitor_goes_with_them(workspace, ann, tess):
    """IDN-23"""
    attribute(workspace, "plan")
    for person in (ann, visitor_seen(workspace, NOW - timedelta(days=300))):
        wrote(person, plan="x")
        write(Person, workspace, {person.pk: {"a": [1]}}, Source.SIGNED_PING, now=EARLIER)
        tagged(person, "T")
        did(person, "read-pricing", NOW)
        noting.add(person, "Seen at the fair", by=tess, now=NOW)

    erasing.erase(NOW)

    models = (RecordChange, RefusedWrite, Tagging, Note, Event, EventSummary)
    kept = [(row.person_id if hasattr(row, "person_id") else row.record_id) for m in models for row in m.objects.all()]
    assert kept == [ann.pk] * len(models)


def test_visitors_are_erased_in_batches(workspace, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)
    for number in range(5):
        visitor_seen(workspace, NOW - timedelta(days=300 + number))

    assert erasing.erase(NOW) == 5


# ---- at the same moment ----------------------------------------------------------------------------------------------


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do several things in threads that begin together, each on a connection of its own."""
    ready = Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(10)
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


@pytest.mark.django_db(transaction=True)
def test_two_merges_of_the_same_two_are_one(workspace):
    """IDN-14"""
    for number in range(5):
        user, lead = PersonFactory(workspace=workspace), LeadFactory(workspace=workspace, session_count=3)

        at_once(*[lambda u=user, b=lead: merged(b, u)] * 3)

        user.refresh_from_db()
        assert (user.session_count, Merge.objects.count()) == (3, number + 1)


@pytest.mark.django_db(transaction=True)
def test_two_users_never_share_a_lead(workspace):
    for _ in range(5):
        users, lead = PersonFactory.create_batch(2, workspace=workspace), LeadFactory(workspace=workspace)
        Person.objects.filter(pk=lead.pk).update(session_count=3)

        def attempt(user: Person, lead: Person = lead) -> str:
            try:
                return merged(lead, user).external_id
            except Missing:
                return "too late"

        outcomes = at_once(*[lambda u=user: attempt(u) for user in users])

        assert outcomes.count("too late") == 1
        sessions = Person.objects.filter(pk__in=[u.pk for u in users]).values_list("session_count", flat=True)
        assert sorted(sessions) == [0, 3]


@pytest.mark.django_db(transaction=True)
def test_what_comes_while_two_are_merged_is_the_survivors_or_refused(workspace):
    """EVT-01, TAG-01: nothing is left on the lead, no count is lost"""
    did(PersonFactory(workspace=workspace), "clicked", NOW)
    tag = tagging.create(workspace, "T", by=NOBODY, now=NOW)
    for _ in range(5):
        user, lead = PersonFactory(workspace=workspace), LeadFactory(workspace=workspace)

        def click(person: Person) -> int:
            outcomes = [did(person, "clicked", NOW + timedelta(seconds=n + 100 * person.pk)) for n in range(20)]
            return outcomes.count(Outcome.RECORDED)

        _, of_user, of_lead, hung = at_once(
            lambda u=user, b=lead: merged(b, u),
            lambda u=user: click(u),
            lambda b=lead: click(b),
            lambda b=lead: tagging.add(Person, workspace, [b.pk], tag, by=NOBODY, now=NOW),
        )

        assert of_user == 20
        assert summaries(user)["clicked"][0] == of_user + of_lead
        assert Event.objects.filter(workspace=workspace, person=user).count() == of_user + of_lead
        assert summaries(lead) == {}
        assert tags(user) == ["T"] * len(hung)
        assert tags(lead) == []
