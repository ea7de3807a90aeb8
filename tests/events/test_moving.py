"""When two people turn out to be one, what both did is what that one did."""

from datetime import timedelta

from apps.events.models import Event, EventSummary
from apps.events.moving import move
from tests.factories import NOW, PersonFactory

from .conftest import did, summaries

HOUR = timedelta(hours=1)


def test_what_both_did_is_counted_together(ann, bob):
    did(ann, "viewed-page", NOW - 3 * HOUR, NOW - HOUR)
    did(ann, "read-pricing", NOW)
    did(bob, "viewed-page", NOW - 2 * HOUR, NOW)
    did(bob, "invited-friend", NOW)

    move(ann.workspace, leaving=ann.pk, staying=bob.pk)

    assert summaries(bob) == {
        "viewed-page": (4, NOW - 3 * HOUR, NOW),
        "read-pricing": (1, NOW, NOW),
        "invited-friend": (1, NOW, NOW),
    }
    assert (summaries(ann), Event.objects.filter(person=ann).count()) == ({}, 0)


def test_what_both_did_in_the_same_second_counts_once(ann, bob):
    """EVT-04"""
    did(ann, "viewed-page", NOW - HOUR, NOW)
    did(bob, "viewed-page", NOW)

    move(ann.workspace, leaving=ann.pk, staying=bob.pk)

    assert (summaries(bob), Event.objects.filter(person=bob).count()) == ({"viewed-page": (2, NOW - HOUR, NOW)}, 2)


def test_nobody_elses_events_move(ann, bob):
    zoe, stranger = PersonFactory(workspace=ann.workspace), PersonFactory()
    for person in (zoe, stranger):
        did(person, "viewed-page", NOW)
    did(ann, "viewed-page", NOW)

    move(ann.workspace, leaving=ann.pk, staying=bob.pk)

    owners = EventSummary.objects.values_list("person_id", "count")
    assert sorted(owners) == sorted([(zoe.pk, 1), (stranger.pk, 1), (bob.pk, 1)])


def test_whoever_did_nothing_leaves_nothing(ann, bob):
    did(bob, "viewed-page", NOW)

    move(ann.workspace, leaving=ann.pk, staying=bob.pk)

    assert summaries(bob) == {"viewed-page": (1, NOW, NOW)}
