"""Who stays, many pairs merged at once and told apart again, and what becomes of pairs by it (BEY-08)."""

from datetime import timedelta

import pytest

from apps.attributes.models import State
from apps.deletion import grace
from apps.deletion.destroying import destroy_due
from apps.duplicates import judging, running
from apps.duplicates.choosing import TWO_LEADS, plan, who_stays
from apps.duplicates.models import BulkMerge, Pair, Part
from apps.people import merging, parting
from apps.people.models import Merge, Person
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Notification
from apps.workspace.problems import Conflict
from tests.duplicates.conftest import both, ended, looked, two, waiting
from tests.factories import NOW, LeadFactory, PersonFactory


def planned(workspace):
    return plan(workspace, list(Pair.objects.waiting(workspace).select_related("lower", "higher").order_by("pk")))


def merged_at_once(workspace, by=NOBODY) -> BulkMerge:
    looked(workspace)
    return ended(running.begin(workspace, planned(workspace), by=by, now=NOW))


def into(person: Person) -> int | None:
    return Person.objects.get(pk=person.pk).merged_into_id


def test_a_user_stays_rather_than_a_lead_then_who_was_seen_last_then_who_came_first(workspace):
    """BEY-08, IDN-13"""
    lead = LeadFactory(workspace=workspace, last_seen_at=NOW)
    old = PersonFactory(workspace=workspace, created_at=NOW - timedelta(days=9))
    new = PersonFactory(workspace=workspace, created_at=NOW)
    seen = PersonFactory(workspace=workspace, last_seen_at=NOW - timedelta(days=1))

    assert who_stays([lead, new, old, seen]) == [seen, old, new, lead]


def test_many_are_merged_each_into_who_was_said_to_stay(workspace):
    """BEY-08"""
    ann = PersonFactory(workspace=workspace, email="ann@x.test", last_seen_at=NOW)
    others = [
        PersonFactory(workspace=workspace, email="ann@x.test"),
        LeadFactory(workspace=workspace, email="ann@x.test"),
    ]
    cleo, dora = two(workspace, email="cleo@x.test")

    job = merged_at_once(workspace)

    assert (job.state, job.changed, job.refused) == ("done", 3, 0)
    assert [into(person) for person in (*others, dora)] == [ann.pk, ann.pk, cleo.pk]
    assert waiting(workspace) == set()


def test_undoing_gives_everybody_back(workspace):
    """BEY-08, BEY-07"""
    people = PersonFactory.create_batch(3, workspace=workspace, email="ann@x.test")
    job = merged_at_once(workspace)

    undoing = ended(running.undo(job, by=NOBODY, now=NOW))

    assert (undoing.changed, undoing.refused) == (2, 0)
    assert [into(person) for person in people] == [None, None, None]
    assert not Merge.objects.exists()
    assert len(waiting(workspace)) == 3


def test_one_that_was_undone_by_hand_is_left_alone(workspace):
    PersonFactory.create_batch(2, workspace=workspace, email="ann@x.test")
    two(workspace, email="cleo@x.test")
    job = merged_at_once(workspace)
    parting.undo(Merge.objects.order_by("-pk")[0], by=NOBODY, now=NOW)

    undoing = ended(running.undo(job, by=NOBODY, now=NOW))

    assert (undoing.changed, undoing.refused) == (1, 1)
    assert sorted(job.parts.values_list("outcome", "reason")) == [
        ("merged", "This merge was undone already."),
        ("parted", ""),
    ]


def test_what_cannot_be_merged_any_more_is_told_and_the_others_are(workspace):
    """BEY-08"""
    _, gone = two(workspace, email="ann@x.test", name="Ann")
    two(workspace, email="cleo@x.test")
    looked(workspace)
    job = running.begin(workspace, planned(workspace), by=NOBODY, now=NOW)
    Person.objects.filter(pk=gone.pk).update(state=State.ARCHIVED)

    ended(job)

    assert (job.state, job.changed, job.refused) == ("done", 1, 1)
    assert Part.objects.get(gone=gone).reason == "Ann is archived, so they cannot be merged."


def test_who_was_dismissed_after_the_start_is_not_merged(workspace):
    """BEY-08"""
    ann, ben = two(workspace, email="ann@x.test", name="Ann")
    looked(workspace)
    job = running.begin(workspace, planned(workspace), by=NOBODY, now=NOW)
    judging.dismiss(Pair.objects.get(), by=NOBODY, now=NOW)

    ended(job)

    assert job.refused == 1
    assert (into(ann), into(ben)) == (None, None)


def test_two_leads_are_not_merged(workspace):
    """IDN-13"""
    LeadFactory.create_batch(2, workspace=workspace, email="ann@x.test")
    looked(workspace)

    assert [one.reason for one in planned(workspace)] == [TWO_LEADS]
    with pytest.raises(Conflict, match="Nobody of these can be merged"):
        running.begin(workspace, planned(workspace), by=NOBODY, now=NOW)


def test_two_who_were_said_to_be_two_do_not_become_one_by_a_third(workspace):
    """BEY-08"""
    ann, ben, cleo = PersonFactory.create_batch(3, workspace=workspace, email="ann@x.test")
    looked(workspace)
    judging.dismiss(Pair.objects.get(lower=ben, higher=cleo), by=NOBODY, now=NOW)

    job = ended(running.begin(workspace, planned(workspace), by=NOBODY, now=NOW))

    assert (job.changed, into(ben), into(cleo)) == (1, ann.pk, None)
    assert waiting(workspace) == set()


def test_a_stopped_job_leaves_the_rest_and_can_be_undone(workspace):
    for number in range(3):
        two(workspace, email=f"{number}@x.test")
    looked(workspace)
    job = running.begin(workspace, planned(workspace), by=NOBODY, now=NOW)
    job.cancel()

    ended(job)

    assert (job.state, job.changed) == ("cancelled", 0)
    assert not Merge.objects.exists()


def test_the_activity_log_and_the_bell_tell_of_it(workspace, client):
    """AUD-01"""
    from apps.workspace.hands import hand_of_teammate
    from tests.factories import SeatFactory

    tess = SeatFactory(workspace=workspace).teammate
    two(workspace, email="ann@x.test")

    job = merged_at_once(workspace, by=hand_of_teammate(tess))
    ended(running.undo(job, by=hand_of_teammate(tess), now=NOW))

    told = AuditEntry.objects.filter(workspace=workspace, activity__startswith="bulk_merge").order_by("pk")
    assert [(entry.activity, entry.metadata["count"]) for entry in told] == [("bulk_merge", 1), ("bulk_merge_undo", 1)]
    assert list(Notification.objects.order_by("pk").values_list("message", flat=True)) == [
        "Duplicates: 1 of 1 merges done.",
        "Duplicates: 1 of 1 merges undone.",
    ]


# ---- what becomes of pairs -------------------------------------------------------------------------------------------


def test_a_merge_makes_their_pairs_vanish_and_undoing_it_brings_them_back(workspace):
    """BEY-08"""
    ann, ben = two(workspace, email="ann@x.test")
    looked(workspace)
    merging.merge_by_hand(ben, ann, by=NOBODY, now=NOW)
    after = waiting(workspace)
    parting.undo(Merge.objects.get(), by=NOBODY, now=NOW)

    assert (after, waiting(workspace)) == (set(), {both(ann, ben)})


def test_who_is_another_than_the_merged_one_is_another_than_who_stays(workspace):
    """BEY-08: until the merge is undone"""
    ann, ben, cleo = PersonFactory.create_batch(3, workspace=workspace, email="ann@x.test")
    looked(workspace)
    judging.dismiss(Pair.objects.get(lower=ben, higher=cleo), by=NOBODY, now=NOW)

    merging.merge_by_hand(ben, ann, by=NOBODY, now=NOW)
    looked(workspace)
    merged = waiting(workspace)
    parting.undo(Merge.objects.get(), by=NOBODY, now=NOW)
    looked(workspace)

    assert merged == set()
    assert waiting(workspace) == {both(ann, ben), both(ann, cleo)}


def test_destroying_somebody_takes_their_pairs_and_parts(workspace):
    """BEY-09, DEL-03"""
    ann, _ = two(workspace, email="ann@x.test")
    looked(workspace)
    judging.dismiss(Pair.objects.get(), by=NOBODY, now=NOW)
    Part.objects.create(
        workspace=workspace, job=BulkMerge.objects.create(workspace=workspace, created_at=NOW), gone=ann, kept=ann
    )
    grace.request(ann, by=NOBODY, now=NOW)
    hidden = list(Pair.objects.dismissed(workspace))

    destroy_due(NOW + timedelta(days=8))

    assert hidden == []
    assert not Pair.objects.exists()
    assert not Part.objects.exists()
