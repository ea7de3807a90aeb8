"""Taking an import back: who it made goes, what it changed is as it was, what was changed since stays (BEY-05)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.attributes import defining, retyping
from apps.attributes.history import latest_changes
from apps.attributes.models import Attribute, State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.deletion import grace
from apps.imports import keeping, passing, reaching, undoing
from apps.imports.models import ImportRow, ImportRun, Purpose
from apps.imports.undoing import BACK
from apps.people import identity, merging, states
from apps.people.arrivals import Payload, receive
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.tags.models import Tag, Tagging
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Notification
from tests.attributes.conftest import holder, offer, value
from tests.factories import LeadFactory, PersonFactory, attribute

from .conftest import people, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let two seconds pass: times are whole seconds."""
    clocks, passed = timezone.now, []
    monkeypatch.setattr(timezone, "now", lambda: clocks() + timedelta(seconds=2 * len(passed)))
    return lambda: passed.append(True)


def came_back_to(undoing: ImportRun) -> tuple[int, int, int]:
    return undoing.removed, undoing.restored, undoing.left_alone


def test_the_made_go_the_updated_are_restored_and_the_edited_are_listed(door, workspace):
    """BEY-05"""
    attribute(workspace, "plan")
    known = [PersonFactory(workspace=workspace, external_id=str(number)) for number in range(5)]
    for person in known:
        offer(person, Source.REST, plan="free")
    run = door.imported("user_id,plan\n" + "".join(f"{number},gold\n" for number in range(8)))
    offer(known[2], Source.MANUAL, plan="special")

    undoing = door.undone(run)

    page = door.client.get(run.upload.page()).text
    assert came_back_to(undoing) == (3, 4, 1)
    assert {person.external_id: value(person, "plan") for person in known} == {
        **dict.fromkeys("0134", "free"),
        "2": "special",
    }
    assert "plan was changed since, so it stays" in page
    assert Person.objects.count() == 5


def test_a_restored_value_comes_from_where_it_came_from(door, workspace):
    """BEY-05: provenance"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    attribute(workspace, "plan")
    offer(ann, Source.MANUAL, plan="free")
    before = latest_changes(ann)["plan"]
    run = door.imported("user_id,plan\n1,gold\n")

    door.undone(run)

    ann.refresh_from_db()
    assert latest_changes(ann)["plan"] == before
    assert (value(ann, "plan"), holder(ann, "plan")) == ("free", "manual")


def test_several_rows_of_one_person_are_taken_back_to_before_the_first(door, workspace, monkeypatch):
    """IMP-24"""
    monkeypatch.setattr(passing, "ROWS", 2)
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace, external_id="1")
    offer(ann, Source.REST, plan="free")
    run = door.imported("user_id,plan\n1,a\n1,b\n2,x\n1,c\n2,y\n")

    undoing = door.undone(run)

    assert value(ann, "plan") == "free"
    assert people(workspace, "external_id") == [("1",)]
    assert undoing.left_alone == 0


@pytest.mark.parametrize("touch", ["ping", "note", "tag", "manual", "archive", "another import"])
def test_whoever_was_touched_since_stays(door, workspace, touch, monkeypatch):
    """BEY-05: a second later, for times are whole seconds"""
    run = door.imported("user_id,name\n1,Ann\n2,Bo\n")
    later = timezone.now() + timedelta(seconds=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    ann = Person.objects.get(external_id="1")
    workspace.refresh_from_db()
    if touch == "ping":
        claim = identity.claim("1", None, None, Source.PING)
        receive(workspace, [Payload(claim, {"user_id": "1"})], Source.PING, now=clock.now())
        Person.objects.filter(pk=ann.pk).update(last_seen_at=clock.now())
    elif touch == "note":
        noting.add(ann, "Called", by=NOBODY, now=clock.now())
    elif touch == "tag":
        vip = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=clock.now())
        tagging.add(Person, workspace, [ann.pk], vip, by=NOBODY, now=clock.now())
    elif touch == "manual":
        offer(ann, Source.MANUAL, phone="123")
    elif touch == "archive":
        states.archive(ann, by=NOBODY, now=clock.now())
    else:
        door.imported("user_id,phone\n1,123\n")

    undoing = door.undone(run)

    assert came_back_to(undoing) == (1, 0, 1)
    assert people(workspace, "external_id") == [("1",)]


def test_tags_go_with_it_but_for_those_who_had_them_before(door, workspace):
    ann, ben = (PersonFactory(workspace=workspace, external_id=user_id) for user_id in "12")
    vip = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=clock.now())
    tagging.add(Person, workspace, [ann.pk], vip, by=NOBODY, now=clock.now())
    run = door.imported("user_id\n1\n2\n3\n", tag="vip")

    door.undone(run)

    assert list(Tagging.objects.values_list("record_id", flat=True)) == [ann.pk]
    assert people(workspace, "pk") == [(ann.pk,), (ben.pk,)]


def test_who_came_back_by_the_file_is_archived_again(door, workspace):
    """IMP-14"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    states.archive(ann, by=NOBODY, now=clock.now())
    run = door.imported("user_id\n1\n")

    door.undone(run)

    ann.refresh_from_db()
    assert ann.state == State.ARCHIVED


@pytest.mark.parametrize("touch", ["seen", "edited"])
def test_who_came_back_by_the_file_and_was_touched_since_stays_and_is_listed(door, workspace, touch, later):
    """BEY-05, IMP-14"""
    attribute(workspace, "plan")
    ann, ben = (PersonFactory(workspace=workspace, external_id=user_id) for user_id in "12")
    states.archive_all(workspace, [ann.pk, ben.pk], now=clock.now())
    run = door.imported("user_id,plan\n1,gold\n1,pro\n2,gold\n")
    later()
    if touch == "seen":
        Person.objects.filter(pk=ann.pk).update(last_seen_at=clock.now())
    else:
        write(Person, workspace, {ann.pk: {"plan": "special"}}, Source.MANUAL, now=clock.now())
        later()

    undoing = door.undone(run)

    told = ImportRow.objects.filter(run=undoing).values_list("number", "problems")
    reasons = [reason for _, problems in told for _, reason in problems]
    assert people(workspace, "external_id", "state") == [("1", "active"), ("2", "archived")]
    assert (undoing.left_alone, len(told)) == ((1, 1) if touch == "seen" else (2, 2))
    assert BACK in reasons


def rename_the_tag(workspace):
    tagging.rename(Tag.objects.get(name="March"), "April", by=NOBODY, now=clock.now())


def delete_the_tag(workspace):
    tagging.delete(Tag.objects.get(name="March"), by=NOBODY, now=clock.now())


def archive_the_attribute(workspace):
    defining.archive(Attribute.objects.get(name="score"), by=NOBODY, now=clock.now())


def retype_the_attribute(workspace):
    change = retyping.begin(Attribute.objects.get(name="score"), "text", by=NOBODY, now=clock.now())
    while retyping.step(change, clock.now()) is not False:
        change.save()


def delete_somebody(workspace):
    grace.request(Person.objects.get(external_id="1"), by=NOBODY, now=clock.now())


def block_somebody(workspace):
    states.block(Person.objects.get(external_id="1"), by=NOBODY, now=clock.now())


@pytest.mark.parametrize(
    "happen",
    [rename_the_tag, delete_the_tag, archive_the_attribute, retype_the_attribute, delete_somebody, block_somebody],
)
def test_whatever_happened_to_what_it_stood_upon_the_values_come_back(door, workspace, happen, later, monkeypatch):
    """BEY-05"""
    monkeypatch.setattr(retyping, "has_settled", lambda job: True)
    attribute(workspace, "score", "number")
    ann = PersonFactory(workspace=workspace, external_id="1")
    offer(ann, Source.REST, score=1)
    run = door.imported("user_id,score\n1,5\n2,7\n", tag="March")
    later()
    workspace.refresh_from_db()
    happen(workspace)
    later()
    state = Person.objects.get(pk=ann.pk).state

    undoing = door.undone(run)

    ann.refresh_from_db()
    assert came_back_to(undoing) == (1, 1, 0)
    assert (str(value(ann, "score")), holder(ann, "score"), ann.state) == ("1", "rest", state)
    assert not Tagging.objects.filter(tag__pk__gt=0).exists()


def test_who_was_merged_into_another_since_stays_as_they_are(door, workspace, later):
    """BEY-05: the values are the survivor's by now"""
    attribute(workspace, "plan")
    ann, ben = (PersonFactory(workspace=workspace, external_id=user_id) for user_id in "12")
    offer(ann, Source.REST, plan="free")
    run = door.imported("user_id,plan\n1,gold\n")
    later()
    merging.merge_by_hand(ann, ben, by=NOBODY, now=clock.now())
    later()

    undoing = door.undone(run)

    assert came_back_to(undoing) == (0, 0, 1)
    assert value(ben, "plan") == "gold"
    assert "Row 1" in door.client.get(run.upload.page()).text


def test_of_two_imports_the_first_gives_back_what_the_second_left(door, workspace, later):
    """BEY-05"""
    attribute(workspace, "plan")
    ann, ben = (PersonFactory(workspace=workspace, external_id=user_id) for user_id in "12")
    for person in (ann, ben):
        offer(person, Source.REST, plan="free")
    later()
    first = door.imported("user_id,plan\n1,gold\n2,gold\n3,gold\n4,gold\n")
    later()
    door.imported("user_id,plan\n1,silver\n3,silver\n")
    later()

    undoing = door.undone(first)

    assert came_back_to(undoing) == (1, 1, 2)
    assert (value(ann, "plan"), value(ben, "plan")) == ("silver", "free")
    assert people(workspace, "external_id") == [("1",), ("2",), ("3",)]


def test_another_write_of_the_same_second_counts_as_one_since(door, workspace):
    """Times are whole seconds."""
    attribute(workspace, "plan")
    run = door.imported("user_id,plan\n1,gold\n2,gold\n")
    ann = Person.objects.get(external_id="1")
    at = ImportRow.objects.filter(run=run).values_list("at", flat=True)[0]
    write(Person, workspace, {ann.pk: {"plan": "silver"}}, Source.CSV, now=at)

    undoing = door.undone(run)

    assert came_back_to(undoing) == (1, 0, 1)
    assert value(ann, "plan") == "silver"


def test_those_who_were_destroyed_since_hold_nothing_up(door, workspace, django_assert_max_num_queries):
    """DEL-03: their rows say nothing of anybody any more"""
    run = door.imported("user_id\n" + "".join(f"{number}\n" for number in range(60)))
    ImportRow.objects.filter(run=run).update(**reaching.FORGOTTEN)
    door.client.post(f"{door.base}/{run.upload_id}/undo/")

    with django_assert_max_num_queries(60):
        work()

    undoing = run.upload.latest(Purpose.UNDO)
    assert (undoing.state, came_back_to(undoing)) == ("done", (0, 0, 0))


def test_an_undoing_that_is_under_way_keeps_what_it_needs(door, workspace):
    """BEY-05: begun on the seventh day"""
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace, external_id="1")
    offer(ann, Source.REST, plan="free")
    run = door.imported("user_id,plan\n1,gold\n")
    door.client.post(f"{door.base}/{run.upload_id}/undo/")

    keeping.let_go(clock.now() + timedelta(days=8))

    work()
    assert value(ann, "plan") == "free"


def test_a_value_that_the_file_cleared_stands_again(door, workspace):
    """IMP-21"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    attribute(workspace, "score", "decimal")
    attribute(workspace, "since", "date")
    offer(ann, Source.REST, score=1.5, since=1_700_000_000)
    before = value(ann, "since")
    run = door.imported("user_id,score,since\n1,,\n", clears="on")

    door.undone(run)

    assert (value(ann, "score"), value(ann, "since")) == (1.5, before)


def test_an_undone_import_can_be_imported_again(door, workspace):
    file = "user_id,name\n1,Ann\n2,Bo\n"
    door.undone(door.imported(file))

    run = door.imported(file)

    assert run.created == 2


def test_it_is_undone_once_and_logged(door, workspace):
    run = door.imported("user_id\n1\n")
    door.undone(run)

    answer = door.client.post(f"{door.base}/{run.upload_id}/undo/")

    assert answer.status_code == 409
    assert ImportRun.objects.filter(purpose=Purpose.UNDO).count() == 1
    assert AuditEntry.objects.filter(activity="csv_import_undo").values_list("metadata__removed", flat=True).get() == 1


def test_after_seven_days_it_stays(door, workspace):
    run = door.imported("user_id\n1\n")
    ImportRun.objects.filter(pk=run.pk).update(finished_at=clock.now() - timedelta(days=7))

    answer = door.client.post(f"{door.base}/{run.upload_id}/undo/")

    assert answer.status_code == 409
    assert Person.objects.count() == 1


def test_a_stopped_import_is_undone_as_far_as_it_came(door, workspace, monkeypatch):
    monkeypatch.setattr(passing, "ROWS", 2)
    upload = door.previewed("user_id\n" + "".join(f"{number}\n" for number in range(6)))
    door.client.post(f"{door.base}/{upload.pk}/begin/")
    run = upload.latest(Purpose.RUN)
    jobs._take(ImportRun, run.pk, clock.now())
    jobs._step(ImportRun, run.pk)
    ImportRun.objects.filter(pk=run.pk).update(leased_until=None)
    door.client.post(f"{door.base}/{upload.pk}/stop/")
    work()
    run.refresh_from_db()
    before = Person.objects.count()

    undoing = door.undone(run)

    assert (run.state, before, undoing.removed, Person.objects.count()) == ("cancelled", 2, 2, 0)


def test_a_stopped_undoing_goes_on_where_it_stopped(door, workspace, monkeypatch):
    """BEY-05"""
    monkeypatch.setattr(undoing, "BATCH", 2)
    run = door.imported("user_id\n" + "".join(f"{number}\n" for number in range(6)))
    door.client.post(f"{door.base}/{run.upload_id}/undo/")
    back = run.upload.latest(Purpose.UNDO)
    jobs._take(ImportRun, back.pk, clock.now())
    jobs._step(ImportRun, back.pk)
    ImportRun.objects.filter(pk=back.pk).update(leased_until=None)
    door.client.post(f"{door.base}/{run.upload_id}/stop/")
    work()
    back.refresh_from_db()
    stopped = back.state, Person.objects.count()
    assert "Undo the rest" in door.client.get(run.upload.page()).text

    done = door.undone(run)

    told = list(Notification.objects.order_by("pk").values_list("message", flat=True))
    assert [words.split(": ")[0] for words in told[1:]] == [
        "The import of people.csv was undone in part; the undoing was stopped",
        "The import of people.csv was undone",
    ]
    assert stopped == ("cancelled", 4)
    assert (done.pk, done.state, done.removed, Person.objects.count()) == (back.pk, "done", 6, 0)


def test_leads_that_a_file_updated_are_restored(door, workspace):
    ben = LeadFactory(workspace=workspace, email="ben@x.io", name="Ben")
    run = door.imported("email,name\nben@x.io,Changed\nnew@x.io,New\n", role="lead")

    undoing = door.undone(run)

    assert came_back_to(undoing) == (1, 1, 0)
    assert people(workspace, "pk", "name") == [(ben.pk, "Ben")]
    assert not ImportRow.objects.filter(run=undoing).exists()
