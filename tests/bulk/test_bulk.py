"""One change to many records: chosen or all that match, stopped, resumed, undone (BEY-14, UI-04)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.attributes.catalogue import catalogue_of
from apps.attributes.facts import Provenance, facts_of
from apps.attributes.history import history_of
from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.bulk import running
from apps.bulk.models import BulkChange, Former
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.segments.models import Segment
from apps.tags import tagging
from apps.tags.models import Tag, Tagging
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from tests.attributes.conftest import holder, offer, value
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


def begin(tess: Client, workspace: Workspace, action: str, about: str = "person", **form: object) -> BulkChange:
    """Start a change through its page, and let the worker do it to its end."""
    answer = tess.post(f"/apps/{workspace.app_id}/bulk/{about}/{action}/", form)
    assert answer.status_code == 302, answer.text
    return ended(BulkChange.objects.latest("pk"))


def undo(tess: Client, workspace: Workspace, change: BulkChange) -> BulkChange:
    answer = tess.post(f"/apps/{workspace.app_id}/bulk/changes/{change.pk}/undo/")
    assert answer.status_code == 302, answer.text
    return ended(BulkChange.objects.latest("pk"))


def ended(change: BulkChange) -> BulkChange:
    jobs.run(BulkChange, change.pk)
    change.refresh_from_db()
    return change


def tagged(workspace: Workspace) -> set[tuple[str, int]]:
    return set(Tagging.objects.filter(workspace=workspace).values_list("tag__name", "record_id"))


def test_all_matching_are_tagged_though_only_some_stand_on_the_page(tess, workspace, settings):
    """UI-04: 12 matching of 100 with 10 shown"""
    settings.PAGE_SIZE = 10
    others = PersonFactory.create_batch(20, workspace=workspace, country="France")
    irish = PersonFactory.create_batch(12, workspace=workspace, country="Ireland")

    change = begin(tess, workspace, "tag", all="1", filter='["and",["and",["country","is","Ireland"]]]', name="VIP")

    assert tagged(workspace) == {("VIP", person.pk) for person in irish}
    assert (change.state, change.done, change.changed) == ("done", 12, 12)
    assert others


def test_the_rows_that_are_ticked_are_tagged(tess, workspace):
    ann, _ = PersonFactory.create_batch(2, workspace=workspace)

    begin(tess, workspace, "tag", chosen=[ann.public_id], name="VIP")

    assert tagged(workspace) == {("VIP", ann.pk)}


def test_the_preview_says_how_many_and_changes_nothing(tess, workspace):
    PersonFactory.create_batch(7, workspace=workspace)

    page = tess.get(f"/apps/{workspace.app_id}/bulk/person/tag/", {"all": "1"})

    assert "7 people" in page.text
    assert not BulkChange.objects.exists()


def test_nobody_ticked_is_said(tess, workspace):
    page = tess.get(f"/apps/{workspace.app_id}/bulk/person/tag/")

    assert page.status_code == 400
    assert "Nobody is selected" in page.text


def test_another_workspaces_people_are_out_of_reach(tess, workspace):
    stranger = PersonFactory()

    begin(tess, workspace, "tag", chosen=[stranger.public_id], name="VIP")

    assert not Tagging.objects.exists()


def test_undoing_leaves_alone_who_carried_the_tag_before(tess, workspace):
    """BEY-14"""
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    first = begin(tess, workspace, "tag", chosen=[ann.public_id], name="VIP")
    second = begin(tess, workspace, "tag", all="1", name="vip")

    undo(tess, workspace, second)

    assert (first.changed, second.changed) == (1, 1)
    assert tagged(workspace) == {("VIP", ann.pk)}
    assert ben


def test_untagging_and_undoing_leaves_no_difference(tess, workspace):
    """BEY-14, TAG-04: with when and by whom"""
    ann = PersonFactory(workspace=workspace)
    begin(tess, workspace, "tag", chosen=[ann.public_id], name="VIP")
    before = Tagging.objects.values("tag", "record_id", "applied_at", "applied_by", "hand").get()

    change = begin(tess, workspace, "untag", chosen=[ann.public_id], name=str(before["tag"]))
    gone = not Tagging.objects.exists()
    undo(tess, workspace, change)

    assert gone
    assert Tagging.objects.values("tag", "record_id", "applied_at", "applied_by", "hand").get() == before


def test_the_archived_vanish_and_come_back_by_undo(tess, workspace):
    """IDN-19, IDN-21, IDN-25"""
    ann, ben = PersonFactory.create_batch(2, workspace=workspace, email="a@x.io")

    change = begin(tess, workspace, "archive", chosen=[ann.public_id])
    listed = set(Person.objects.of(workspace).listed())
    undo(tess, workspace, change)

    assert listed == {ben}
    assert set(Person.objects.of(workspace).listed()) == {ann, ben}


def test_a_value_is_set_by_hand_and_put_back_with_its_holder(tess, workspace):
    """BEY-14, QUAL-08: nothing differs"""
    budget = attribute(workspace, "budget", "number")
    question(workspace, budget)
    ann, ben, cid = PersonFactory.create_batch(3, workspace=workspace)
    offer(ann, Source.PING, budget=1)
    offer(ben, Source.REST, budget=2)

    change = begin(tess, workspace, "set", all="1", attribute="budget", value="500")
    during = [(value(one, "budget"), holder(one, "budget")) for one in (ann, ben, cid)]
    undo(tess, workspace, change)

    assert during == [(500, "manual")] * 3
    assert [value(one, "budget") for one in (ann, ben, cid)] == [1, 2, None]
    assert [holder(one, "budget") for one in (ann, ben, cid)] == ["ping", "rest", None]


def test_a_value_that_was_put_back_reads_as_if_nothing_had_happened_and_its_history_tells_of_both_steps(
    tess, workspace
):
    """BEY-14, BEY-01: also where it was empty, and where two changes are undone one after the other"""
    question(workspace, attribute(workspace, "budget", "number"))
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    offer(ann, Source.PING, budget=1)
    before = [origin(ann, "budget"), origin(ben, "budget")]

    first = begin(tess, workspace, "set", all="1", attribute="budget", value="500")
    second = begin(tess, workspace, "set", all="1", attribute="budget", value="600")
    undo(tess, workspace, second)
    between = [origin(ann, "budget").source, origin(ben, "budget").source]
    undo(tess, workspace, first)

    assert (before[0].source, before[1], between) == (Source.PING, None, [Source.MANUAL] * 2)
    assert [origin(ann, "budget"), origin(ben, "budget")] == before
    steps = [(line.old, line.new) for line in history_of(ben, "budget")]
    assert steps == [(500, None), (600, 500), (500, 600), (None, 500)]


def test_a_segment_that_is_changed_or_deleted_meanwhile_means_the_same_people_to_the_end(tess, workspace, monkeypatch):
    """BEY-14: a job is about those who were asked for when it began"""
    monkeypatch.setattr(running, "BATCH", 1)
    irish = PersonFactory.create_batch(3, workspace=workspace, country="Ireland")
    PersonFactory.create_batch(2, workspace=workspace, country="France")
    inner = segment(workspace, "Irish", "country", "is", "Ireland")
    outer = segment(workspace, "Around", "segment", "in", str(inner.pk))
    asked = f'["and",["and",["segment","in","{outer.pk}"]]]'
    tess.post(f"/apps/{workspace.app_id}/bulk/person/tag/", {"all": "1", "filter": asked, "name": "VIP"})
    change = BulkChange.objects.get()
    jobs._take(BulkChange, change.pk, clock.now())
    jobs._step(BulkChange, change.pk)

    saving.edit(inner, all_of(Condition("country", "is", "France")), by=NOBODY, now=NOW)
    jobs._step(BulkChange, change.pk)
    saving.delete(outer, by=NOBODY, now=NOW)
    BulkChange.objects.update(leased_until=None)
    change = ended(change)

    assert (change.state, tagged(workspace)) == ("done", {("VIP", person.pk) for person in irish})


def test_a_change_ends_when_what_its_deleted_segment_asked_for_is_gone(tess, workspace, monkeypatch):
    """BEY-14: "Tag is not Keep" would mean everybody once the tag is deleted"""
    monkeypatch.setattr(running, "BATCH", 1)
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    keep = tagging.create(workspace, "Keep", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [ben.pk], keep, by=NOBODY, now=NOW)
    inner = segment(workspace, "Not kept", "tag", "is_not", str(keep.pk))
    outer = segment(workspace, "Around", "segment", "in", str(inner.pk))
    asked = f'["and",["and",["segment","in","{outer.pk}"]]]'
    tess.post(f"/apps/{workspace.app_id}/bulk/person/archive/", {"all": "1", "filter": asked})
    change = BulkChange.objects.get()
    jobs._take(BulkChange, change.pk, clock.now())
    jobs._step(BulkChange, change.pk)

    for gone in (outer, inner):
        saving.delete(gone, by=NOBODY, now=NOW)
    tagging.delete(keep, by=NOBODY, now=NOW)
    BulkChange.objects.update(leased_until=None)
    change = ended(change)

    reason = "Tag is not one that was deleted: choose another one, or take this out of the filter."
    assert (change.state, change.error) == ("failed", reason)
    assert set(Person.objects.filter(state="archived")) == {ann}


@pytest.mark.parametrize("length", [300, 301])
def test_a_search_that_is_too_long_to_find_anybody_begins_nothing(tess, workspace, length):
    """BEY-14, FILT-20: nothing that is looked through is longer than 300 characters"""
    PersonFactory(workspace=workspace)
    form = {"all": "1", "q": "y" * length, "name": "VIP"}
    address = f"/apps/{workspace.app_id}/bulk/person/tag/"

    answers = tess.get(address, form), tess.post(address, form)

    is_fit = length == 300
    assert [answer.status_code for answer in answers] == ([200, 302] if is_fit else [400, 400])
    sentence = "Nobody is meant: a search has at most 300 characters, and this one has 301."
    assert [sentence in answer.text for answer in answers] == [not is_fit] * 2
    assert BulkChange.objects.exists() == is_fit


def segment(workspace: Workspace, name: str, *asked: str) -> Segment:
    return saving.create(workspace, "person", name, all_of(Condition(*asked)), by=NOBODY, now=NOW)


@pytest.mark.parametrize(("size", "said"), [(1, "1 of 1 person changed"), (2, "2 of 2 people changed")])
def test_what_a_change_came_to_is_said_of_one_or_of_many(tess, workspace, size, said):
    PersonFactory.create_batch(size, workspace=workspace)

    change = begin(tess, workspace, "tag", all="1", name="VIP")

    assert said in tess.get(change.page()).text


def origin(person: Person, key: str) -> Provenance | None:
    """Where a value comes from, as its profile says it."""
    person = Person.objects.select_related("workspace").get(pk=person.pk)
    return facts_of(person, [catalogue_of(person.workspace, "person")[key]])[key].provenance


def test_undoing_leaves_alone_what_was_changed_since(tess, workspace):
    budget = attribute(workspace, "budget", "number")
    question(workspace, budget)
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    change = begin(tess, workspace, "set", all="1", attribute="budget", value="500")
    offer(ann, Source.REST, budget=7)

    undoing = undo(tess, workspace, change)

    assert (value(ann, "budget"), value(ben, "budget")) == (7, None)
    assert (undoing.changed, undoing.refused) == (1, 1)


def test_a_value_that_does_not_fit_is_refused_before_anything_begins(tess, workspace):
    question(workspace, attribute(workspace, "budget", "number"))
    PersonFactory(workspace=workspace)

    page = tess.post(f"/apps/{workspace.app_id}/bulk/person/set/", {"all": "1", "attribute": "budget", "value": "much"})

    assert page.status_code == 422
    assert "budget is not a number" in page.text
    assert not BulkChange.objects.exists()


def test_identifiers_cannot_be_set_for_many(tess, workspace):
    page = tess.get(f"/apps/{workspace.app_id}/bulk/person/set/", {"all": "1"})

    assert 'value="name"' in page.text
    assert 'value="email"' not in page.text


def test_a_stopped_change_is_undone_as_far_as_it_came(tess, workspace, monkeypatch):
    """BEY-14: stopped half way, undone: nothing differs"""
    monkeypatch.setattr(running, "BATCH", 2)
    PersonFactory.create_batch(6, workspace=workspace)
    tess.post(f"/apps/{workspace.app_id}/bulk/person/tag/", {"all": "1", "name": "VIP"})
    change = BulkChange.objects.get()
    jobs._take(BulkChange, change.pk, clock.now())
    jobs._step(BulkChange, change.pk)

    tess.post(f"/apps/{workspace.app_id}/bulk/changes/{change.pk}/stop/")
    BulkChange.objects.update(leased_until=None)
    ended(change)
    half = Tagging.objects.count()
    said = tess.get(change.page()).content.decode()
    undo(tess, workspace, change)

    assert (change.state, half) == ("cancelled", 2)
    assert "2 of 6 people changed" in said
    assert not Tagging.objects.exists()


def test_a_killed_worker_s_change_goes_on_where_it_stopped(tess, workspace, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    PersonFactory.create_batch(5, workspace=workspace)
    tess.post(f"/apps/{workspace.app_id}/bulk/person/tag/", {"all": "1", "name": "VIP"})
    change = BulkChange.objects.get()
    jobs._take(BulkChange, change.pk, clock.now())
    jobs._step(BulkChange, change.pk)
    BulkChange.objects.update(leased_until=clock.now() - timedelta(seconds=1))

    ended(change)

    assert (change.state, change.done, change.changed) == ("done", 5, 5)
    assert Former.objects.count() == 5


def test_who_arrives_after_the_start_is_not_meant(tess, workspace):
    PersonFactory(workspace=workspace)
    tess.post(f"/apps/{workspace.app_id}/bulk/person/tag/", {"all": "1", "name": "VIP"})
    PersonFactory(workspace=workspace)

    change = ended(BulkChange.objects.get())

    assert change.changed == 1


def test_companies_are_tagged_as_well(tess, workspace):
    acme = CompanyFactory(workspace=workspace)
    acme.people.add(
        PersonFactory(workspace=workspace), through_defaults={"workspace": workspace, "created_at": clock.now()}
    )

    begin(tess, workspace, "tag", "company", all="1", name="Key")

    assert tagged(workspace) == {("Key", acme.pk)}


def test_the_log_says_what_was_done(tess, workspace):
    """AUD-01"""
    PersonFactory.create_batch(3, workspace=workspace)

    begin(tess, workspace, "archive", all="1")

    entry = AuditEntry.objects.get(activity="bulk_archival")
    assert (entry.metadata["changed"], entry.teammate) == (
        3,
        SeatFactory._meta.model.objects.get(workspace=workspace).teammate,
    )


@pytest.mark.parametrize("state", [State.ARCHIVED, State.BLOCKED, State.PENDING_DELETION])
def test_who_is_on_no_list_is_never_meant(tess, workspace, state):
    """FILT-17"""
    hidden = PersonFactory(workspace=workspace, state=state)

    change = begin(tess, workspace, "tag", chosen=[hidden.public_id], name="VIP")

    assert change.done == 0


@pytest.mark.parametrize("action", ["tag", "archive"])
def test_queries_do_not_grow_with_the_people(tess, workspace, action):
    form = {"all": "1", "name": "VIP"}

    def queries(amount: int) -> int:
        PersonFactory.create_batch(amount, workspace=workspace)
        with CaptureQueriesContext(connection) as asked:
            begin(tess, workspace, action, **form)
        return len(asked)

    queries(1)  # makes the tag
    assert queries(1) == queries(50)


def test_a_change_that_cannot_go_on_ends_with_the_reason(tess, workspace):
    """BEY-14: its tag was deleted between the click and the worker"""
    PersonFactory(workspace=workspace)
    tess.post(f"/apps/{workspace.app_id}/bulk/person/tag/", {"all": "1", "name": "VIP"})
    Tag.objects.all().delete()

    change = ended(BulkChange.objects.get())

    assert (change.state, change.error) == ("failed", "The tag VIP was deleted meanwhile.")
