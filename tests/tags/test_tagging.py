"""Tags at the core: one name a tag, who hung it where and when, and what may be deleted (TAG-01…05)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.attributes.models import Attributed
from apps.companies.models import Company
from apps.people.models import Person
from apps.segments import saving
from apps.segments.comparisons import Moment
from apps.segments.compiling import compiled
from apps.segments.language import Condition, all_of
from apps.tags import tagging
from apps.tags.inventory import Inventory
from apps.tags.models import Tag, TagClearance, Tagging
from apps.workspace import jobs
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY, Hand, hand_of_teammate
from apps.workspace.models import AuditEntry, Workspace
from apps.workspace.problems import Conflict, Missing, Problem
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace) -> Hand:
    return hand_of_teammate(SeatFactory(workspace=workspace, teammate__name="Tess").teammate)


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


def tag(workspace: Workspace, name: str) -> Tag:
    return tagging.find_or_create(workspace, name, by=NOBODY, now=NOW)


def hang(record: Attributed, *names: str, by: Hand = NOBODY) -> None:
    for name in names:
        tagging.add(type(record), record.workspace, [record.pk], tag(record.workspace, name), by=by, now=NOW)


def carried(record: Attributed) -> list[str]:
    return [str(one.tag) for one in tagging.tags_of(record)]


def segment(workspace: Workspace, about: str, name: str, asked: Tag) -> None:
    saving.create(workspace, about, name, all_of(Condition("tag", "is", asked.pk)), by=NOBODY, now=NOW)


def names(workspace: Workspace) -> list[str]:
    return [str(one) for one in tagging.matching(workspace)]


# ---- names -----------------------------------------------------------------------------------------------------------


def test_an_unknown_name_becomes_a_tag_and_a_known_one_is_found_in_whatever_case(workspace, tess):
    """TAG-02"""
    vip = tagging.find_or_create(workspace, "VIP", by=tess, now=NOW)

    found = [tagging.find_or_create(workspace, name, by=tess, now=NOW) for name in ("vip", "  Vip ", "Beta")]

    assert (found[0] == found[1] == vip, names(workspace)) == (True, ["Beta", "VIP"])


def test_the_same_name_is_another_tag_in_another_workspace(workspace):
    vip = tag(workspace, "VIP")

    assert tag(WorkspaceFactory(), "vip") != vip


def test_accents_typed_in_two_ways_and_wide_blanks_are_one_name(workspace):
    tag(workspace, "Caf\u00e9 club")

    tag(workspace, "cafe\u0301 \t club")

    assert names(workspace) == ["Caf\u00e9 club"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Enter a name for the tag."),
        (" \n ", "Enter a name for the tag."),
        ("x" * 256, "A tag's name has at most 255 characters; this one has 256."),
        ("a\x00b", "A tag's name has a NUL character in it; take it out."),
        ("a\ud800b", "A tag's name has half a character in it (a lone surrogate); take it out."),
        (7, "A tag's name must be text."),
    ],
)
def test_what_is_no_name_is_refused_with_a_sentence(workspace, name, sentence):
    with pytest.raises(Problem) as refused:
        tagging.find_or_create(workspace, name, by=NOBODY, now=NOW)

    assert (refused.value.message, refused.value.field, names(workspace)) == (sentence, "name", [])


def test_a_tag_that_is_there_is_not_created_again(workspace):
    tag(workspace, "VIP")

    with pytest.raises(Conflict) as refused:
        tagging.create(workspace, "vip", by=NOBODY, now=NOW)

    assert refused.value.message == "There is a tag VIP already."


def test_renaming_keeps_who_carries_it(workspace, ann, tess):
    hang(ann, "VIP")

    tagging.rename(tag(workspace, "VIP"), " vip ", by=tess, now=NOW)

    assert (carried(ann), names(workspace)) == (["vip"], ["vip"])


def test_no_tag_takes_the_name_of_another(workspace):
    """TAG-02"""
    tag(workspace, "VIP")

    with pytest.raises(Conflict) as refused:
        tagging.rename(tag(workspace, "Beta"), "vip", by=NOBODY, now=NOW)

    assert (refused.value.message, names(workspace)) == ("There is a tag VIP already.", ["Beta", "VIP"])


# ---- on records ------------------------------------------------------------------------------------------------------


def test_who_hung_it_and_when_is_kept_even_when_it_is_hung_again(workspace, ann, tess):
    """TAG-04"""
    vip = tag(workspace, "VIP")
    first = tagging.add(Person, workspace, [ann.pk], vip, by=tess, now=NOW)

    again = tagging.add(Person, workspace, [ann.pk], vip, by=Hand(name="Olaf"), now=NOW + timedelta(days=1))

    (chip,) = tagging.tags_of(ann)
    assert (first, again) == ([ann.pk], [])
    assert (chip.hand, chip.applied_by_id, chip.applied_at) == ("Tess", tess.teammate_id, NOW)


def test_many_are_tagged_at_once_and_those_newly_tagged_are_told(workspace, ann):
    """TAG-01"""
    ben, cleo = PersonFactory(workspace=workspace), PersonFactory(workspace=workspace)
    hang(ben, "VIP")

    with CaptureQueriesContext(connection) as statements:
        new = tagging.add(Person, workspace, [cleo.pk, ben.pk, ann.pk], Tag.objects.get(name="VIP"), by=NOBODY, now=NOW)

    assert (sorted(new), len(statements)) == ([ann.pk, cleo.pk], 2)  # fetching the tag is one of them


def test_the_same_key_of_a_company_and_a_person_are_two_records(workspace):
    ann = PersonFactory(workspace=workspace, pk=7_000_001)
    acme = CompanyFactory(workspace=workspace, pk=7_000_001)

    hang(acme, "VIP")

    assert (carried(ann), carried(acme)) == ([], ["VIP"])


def test_nothing_is_hung_on_what_is_not_there_or_elsewhere(workspace, ann):
    stranger, vip, theirs = PersonFactory(), tag(workspace, "VIP"), tag(WorkspaceFactory(), "VIP")

    hung = [
        tagging.add(Person, workspace, [stranger.pk, 999_999_999], vip, by=NOBODY, now=NOW),
        tagging.add(Person, workspace, [ann.pk], theirs, by=NOBODY, now=NOW),
        tagging.add(Person, workspace, [], vip, by=NOBODY, now=NOW),
    ]

    assert (hung, Tagging.objects.count()) == ([[], [], []], 0)


def test_removing_tells_who_carried_it(workspace, ann):
    ben = PersonFactory(workspace=workspace)
    hang(ann, "VIP", "Beta")

    lost = tagging.remove(Person, workspace, [ann.pk, ben.pk], tag(workspace, "vip"))

    assert (lost, carried(ann)) == ([ann.pk], ["Beta"])


def test_the_tags_of_many_are_read_in_one_query(workspace, ann, django_assert_num_queries):
    ben = PersonFactory(workspace=workspace)
    hang(ann, "beta", "VIP", "Alpha")
    hang(ben, "VIP")

    with django_assert_num_queries(1):
        found = tagging.tags_of_each(Person, workspace, [ann.pk, ben.pk, 5])
        shown = {pk: [str(one.tag) for one in tags] for pk, tags in found.items()}

    assert shown == {ann.pk: ["Alpha", "beta", "VIP"], ben.pk: ["VIP"], 5: []}


def test_what_is_suggested_is_not_there_yet(workspace, ann):
    hang(ann, "VIP")
    for name in ("Vipassana", "not so vip", "Beta"):
        tag(workspace, name)

    assert tagging.suggestions(workspace, "VIP", 20, without=ann) == ["not so vip", "Vipassana"]


# ---- deleting --------------------------------------------------------------------------------------------------------


def test_deleting_takes_it_from_everybody_and_removes_nobody(workspace, ann, tess):
    """TAG-05"""
    acme = CompanyFactory(workspace=workspace)
    for record in (ann, acme, PersonFactory(workspace=workspace)):
        hang(record, "old", "VIP")

    lost = tagging.delete(tag(workspace, "old"), by=tess, now=NOW)

    assert (lost, names(workspace), carried(ann), carried(acme)) == (3, ["VIP"], ["VIP"], ["VIP"])
    assert (Person.objects.count(), Company.objects.count()) == (2, 1)


def test_a_tag_of_very_many_is_gone_at_once_and_taken_from_them_in_batches(workspace, tess, monkeypatch):
    """TAG-05: no request deletes a million rows"""
    monkeypatch.setattr(tagging, "BATCH", 2)
    people = PersonFactory.create_batch(5, workspace=workspace)
    for person in people:
        hang(person, "old", "VIP")

    lost = tagging.delete(tag(workspace, "old"), by=tess, now=NOW)
    job = TagClearance.objects.get()
    at_once = (lost, names(workspace), [carried(person) for person in people], Tagging.objects.count(), job.total)
    jobs.run(TagClearance, job.pk)
    job.refresh_from_db()

    assert at_once == (5, ["VIP"], [["VIP"]] * 5, 5 + 3, 3)
    assert (job.state, job.done, Tagging.objects.count()) == ("done", 3, 5)
    assert str(tag(workspace, "old")) == "old"  # the name is free again


def test_a_tag_that_a_segment_asks_for_stays(workspace, ann):
    """TAG-03"""
    hang(ann, "VIP")
    for about, name in (("person", "Seg 1"), ("company", "Seg 2")):
        segment(workspace, about, name, tag(workspace, "VIP"))

    with pytest.raises(Problem) as refused:
        tagging.delete(tag(workspace, "VIP"), by=NOBODY, now=NOW)

    assert (refused.value.status, refused.value.code) == (400, "tag_has_dependent_objects")
    assert refused.value.message == "The tag VIP is in use and cannot be deleted. Segments: Seg 1, Seg 2."
    assert carried(ann) == ["VIP"]


def test_a_tag_that_is_gone_is_not_deleted_or_renamed(workspace):
    gone = tag(workspace, "VIP")
    Tag.objects.all().delete()

    for act in (
        lambda: tagging.delete(gone, by=NOBODY, now=NOW),
        lambda: tagging.rename(gone, "New", by=NOBODY, now=NOW),
    ):
        with pytest.raises(Missing):
            act()


def test_the_activity_log_tells_of_tags(workspace, tess):
    """AUD-01"""
    vip = tagging.create(workspace, "VIP", by=tess, now=NOW)
    tagging.rename(vip, "Best", by=tess, now=NOW)
    key = vip.pk

    tagging.delete(vip, by=tess, now=NOW)

    lines = AuditEntry.objects.filter(workspace=workspace, teammate=tess.teammate_id).order_by("pk")
    assert [(line.activity, line.metadata) for line in lines] == [
        (Activity.TAG_CREATION, {"tag": key, "name": "VIP"}),
        (Activity.TAG_CHANGE, {"tag": key, "before": "VIP", "after": "Best"}),
        (Activity.TAG_DELETION, {"tag": key, "name": "Best", "records": 0}),
    ]


# ---- counting and filtering ------------------------------------------------------------------------------------------


def test_the_inventory_counts_those_whom_teammates_see(workspace, ann):
    for record in (ann, PersonFactory(workspace=workspace, state="archived"), CompanyFactory(workspace=workspace)):
        hang(record, "VIP")
    tag(workspace, "Beta")

    rows = Inventory.of(workspace).rows

    assert [(str(row.tag), row.people, row.companies) for row in rows] == [("Beta", 0, 0), ("VIP", 1, 1)]


def test_the_inventory_asks_as_much_for_many_tags_as_for_one(workspace, ann):
    hang(ann, "One")
    Inventory.of(workspace)  # the segments are kept in memory now
    with CaptureQueriesContext(connection) as for_one:
        Inventory.of(workspace)
    for number in range(20):
        hang(ann, f"tag {number}")

    with CaptureQueriesContext(connection) as for_many:
        urls = [row.people_url for row in Inventory.of(workspace).rows]

    assert (len(urls), len(for_many), len(for_one)) == (21, len(for_one), 4)


def test_a_long_inventory_comes_in_parts(workspace, monkeypatch):
    monkeypatch.setattr("apps.tags.inventory.MOST_SHOWN", 2)
    for name in ("c", "B", "a", "d", "E"):
        tag(workspace, name)

    parts, after = [], ""
    while not parts or after:
        part = Inventory.of(workspace, after=after)
        after = part.more
        parts.append([str(row.tag) for row in part.rows])

    assert parts == [["a", "B"], ["c", "d"], ["E"]]


@pytest.mark.parametrize(("comparison", "matching"), [("is", ["Ann"]), ("is_not", ["Ben", "Cleo"])])
def test_filters_ask_for_a_tag_and_for_its_absence(workspace, ann, comparison, matching):
    """FILT-09"""
    hang(ann, "VIP")
    hang(PersonFactory(workspace=workspace, name="Ben"), "Beta")
    PersonFactory(workspace=workspace, name="Cleo")
    asked = all_of(Condition("tag", comparison, tag(workspace, "VIP").pk))

    met = compiled(workspace, "person", asked, Moment(NOW, workspace.zone))

    assert sorted(Person.objects.of(workspace).filter(met).values_list("name", flat=True)) == matching
