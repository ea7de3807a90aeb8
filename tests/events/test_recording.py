"""Recording: what is new is kept and counted, whatever the order and the batches it comes in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.events import keeping
from apps.events.models import Event, EventName, EventSummary
from apps.events.recording import Occurrence, Outcome, occurrence
from apps.people.models import Person
from apps.workspace.hands import NOBODY, Hand
from tests.factories import NOW, LeadFactory, PersonFactory

from .conftest import did, happen, record, summaries

RECORDED, DUPLICATE, NOBODY_THERE = Outcome.RECORDED, Outcome.DUPLICATE, Outcome.NOBODY
A_SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def at(hour: int) -> datetime:
    return datetime(2026, 3, 10, hour, tzinfo=UTC)


def test_first_last_and_count_are_kept(ann):
    """EVT-01"""
    did(ann, "exported-csv", at(10), at(11), at(12))

    assert summaries(ann) == {"exported-csv": (3, at(10), at(12))}


def test_a_late_event_lowers_the_first_and_does_not_raise_the_last(ann):
    """EVT-02"""
    did(ann, "exported-csv", at(10), at(11), at(12))

    did(ann, "exported-csv", at(9))

    assert summaries(ann) == {"exported-csv": (4, at(9), at(12))}


def test_the_same_second_again_is_accepted_and_ignored(ann):
    """EVT-04"""
    outcomes = [did(ann, "read-pricing", at(10)), did(ann, "read-pricing", at(10) + timedelta(milliseconds=900))]

    assert (outcomes, [outcome.accepted for [outcome] in outcomes]) == ([[RECORDED], [DUPLICATE]], [True, True])
    assert (summaries(ann), Event.objects.count()) == ({"read-pricing": (1, at(10), at(10))}, 1)


def test_the_same_twice_in_one_batch_counts_once_and_the_first_is_kept(ann):
    """EVT-04"""
    sent = [Occurrence(ann.pk, "read-pricing", NOW, {"page": page}) for page in ("first", "second")]

    outcomes = happen(ann.workspace, sent)

    assert (outcomes, Event.objects.get().metadata) == ([RECORDED, DUPLICATE], {"page": "first"})


def test_the_next_second_another_name_and_another_person_are_no_duplicates(ann, bob):
    """EVT-04"""
    sent = [
        Occurrence(ann.pk, "a", NOW),
        Occurrence(ann.pk, "a", NOW + A_SECOND),
        Occurrence(ann.pk, "A", NOW),
        Occurrence(bob.pk, "a", NOW),
    ]

    assert happen(ann.workspace, sent) == [RECORDED] * 4


def test_a_lead_has_events(workspace):
    """EVT-11"""
    ben = LeadFactory(workspace=workspace)

    did(ben, "read-pricing")

    assert summaries(ben) == {"read-pricing": (1, NOW, NOW)}


def test_dashes_and_spaces_are_two_names(ann):
    """EVT-13"""
    did(ann, "invited-friend", at(9))
    did(ann, "invited friend", at(9), at(10))

    assert {name: count for name, (count, *_) in summaries(ann).items()} == {"invited-friend": 1, "invited friend": 2}
    assert {name.label for name in EventName.objects.all()} == {"Invited friend"}


def test_an_occurrence_tells_how_it_came(ann):
    record(
        ann.workspace,
        [Occurrence(ann.pk, "upgraded-plan", at(9), {"plan": "pro"})],
        source=Source.SIGNED_PING,
        by=Hand(name="Billing sync"),
        now=NOW,
    )

    event = Event.objects.get()
    assert (event.at, event.created_at, event.source, event.hand, event.metadata) == (
        at(9),
        NOW,
        Source.SIGNED_PING,
        "Billing sync",
        {"plan": "pro"},
    )


def test_somebody_of_another_workspace_or_of_none_gets_no_event_and_makes_no_name(ann):
    stranger = PersonFactory()

    outcomes = happen(ann.workspace, [Occurrence(pk, "read-pricing", NOW) for pk in (stranger.pk, 10**15)])

    assert (outcomes, EventName.objects.count(), Event.objects.count()) == ([NOBODY_THERE] * 2, 0, 0)
    assert (outcomes[0].accepted, outcomes[0].message) == (
        False,
        "was sent for somebody who is not in this workspace",
    )


def test_who_is_there_is_recorded_beside_who_is_not(ann):
    did(ann, "read-pricing", at(8))

    outcomes = happen(ann.workspace, [Occurrence(pk, "read-pricing", NOW) for pk in (10**15, ann.pk)])

    assert outcomes == [NOBODY_THERE, RECORDED]


def test_workspaces_keep_names_of_their_own(ann):
    other = PersonFactory()
    did(ann, "read-pricing", at(9))

    did(other, "read-pricing", at(10))

    assert (summaries(ann), summaries(other)) == (
        {"read-pricing": (1, at(9), at(9))},
        {"read-pricing": (1, at(10), at(10))},
    )


# ---- names -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def room_for_two(settings) -> None:
    settings.EVENT_NAME_LIMIT = 2


def test_a_name_beyond_the_limit_is_refused_and_nothing_is_stored(ann, room_for_two):
    """EVT-05"""
    did(ann, "one", NOW)
    did(ann, "two", NOW)

    outcomes = did(ann, "three", NOW)

    assert (outcomes, set(summaries(ann)), EventName.objects.count()) == ([Outcome.LIMIT], {"one", "two"}, 2)
    assert (outcomes[0].accepted, "2 events in use" in outcomes[0].message) == (False, True)


def test_archiving_a_name_makes_room(ann, room_for_two):
    """EVT-05"""
    for name in ("one", "two"):
        did(ann, name, NOW)
    keeping.archive(EventName.objects.get(name="one"), by=NOBODY, now=NOW)

    assert did(ann, "three", NOW) == [RECORDED]


def test_a_batch_fills_the_room_there_is_in_the_order_in_which_it_was_sent(ann, room_for_two):
    """EVT-05: known names go on being recorded."""
    did(ann, "one", at(9))

    outcomes = happen(ann.workspace, [Occurrence(ann.pk, name, NOW) for name in ("b", "a", "one", "b")])

    assert outcomes == [RECORDED, Outcome.LIMIT, RECORDED, DUPLICATE]


def test_the_limit_is_120(settings):
    """EVT-05"""
    assert settings.EVENT_NAME_LIMIT == 120


def test_an_archived_name_is_refused(ann):
    """EVT-12"""
    did(ann, "old-click", at(9))
    keeping.archive(EventName.objects.get(), by=NOBODY, now=NOW)

    outcomes = did(ann, "old-click", at(10))

    assert (outcomes, summaries(ann)) == ([Outcome.ARCHIVED], {"old-click": (1, at(9), at(9))})
    assert (outcomes[0].accepted, outcomes[0].message.startswith("is archived")) == (False, True)


def test_when_an_event_came_last_is_noted_once_a_minute(ann):
    """A row that every click writes would have all clicks wait in a line."""
    noted = []
    for seconds in (0, 59, 61, 62):
        happen(
            ann.workspace,
            [Occurrence(ann.pk, "read-pricing", NOW + timedelta(seconds=seconds))],
            NOW + timedelta(seconds=seconds),
        )
        noted.append((EventName.objects.get().received_at - NOW).seconds)

    assert noted == [0, 0, 61, 61]


def test_what_was_refused_or_a_duplicate_is_not_received(ann):
    did(ann, "read-pricing", at(9))

    happen(ann.workspace, [Occurrence(ann.pk, "read-pricing", at(9))], NOW + HOUR)

    assert EventName.objects.get().received_at == NOW


# ---- what a door was sent --------------------------------------------------------------------------------------------


def test_what_a_door_was_sent_is_cleaned(ann):
    """EVT-03"""
    sent = occurrence(ann.workspace, ann.pk, "invited-friend", 1773154800, {"seats": 4}, source=Source.REST)

    assert sent == Occurrence(ann.pk, "invited-friend", datetime(2026, 3, 10, 15, tzinfo=UTC), {"seats": 4})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (None, "is missing"),
        ("", "is missing"),
        (" \t", "is missing"),
        (7, "is missing"),
        (["a"], "is missing"),
        ("x" * 256, "is 256 characters long"),
        ("a\x00b", "NUL"),
        ("a\ud800", "half a character"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(ann, name, why):
    with pytest.raises(Refusal, match=why):
        occurrence(ann.workspace, ann.pk, name, 1773154800, source=Source.REST)


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (None, "is missing"),
        ("", "is missing"),
        (True, "not a date"),
        (1773154800000, "milliseconds"),
        ("soon", "is not a date"),
        (float("nan"), "is not a date"),
        ([1773154800], "arrays"),
    ],
)
def test_a_moment_that_is_none_is_refused(ann, moment, why):
    with pytest.raises(Refusal, match=why):
        occurrence(ann.workspace, ann.pk, "a", moment, source=Source.REST)


def test_metadata_never_refuses_an_event(ann):
    """EVT-06"""
    sent = occurrence(ann.workspace, ann.pk, "a", 1773154800, {"nested": {"a": 1}, "ok": "yes"}, source=Source.REST)

    assert sent.metadata == {"ok": "yes"}


# ---- any order, any batches ------------------------------------------------------------------------------------------

NAMES = ["viewed-page", "exported-csv", "exported csv"]
happened = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(NAMES), st.integers(-3, 3)), min_size=1, max_size=30)


@pytest.fixture
def three(workspace) -> list[Person]:
    return PersonFactory.create_batch(3, workspace=workspace)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sent=happened, data=st.data())
def test_any_order_of_any_batches_gives_what_a_plain_count_gives(three, sent, data):
    """EVT-01, EVT-02, EVT-04"""
    for model in (Event, EventSummary, EventName):
        model.objects.all().delete()
    cuts = [*sorted(data.draw(st.sets(st.integers(1, len(sent)), max_size=5))), len(sent)]
    occurrences = [Occurrence(three[who].pk, name, NOW + seconds * A_SECOND) for who, name, seconds in sent]
    outcomes, start = [], 0
    for cut in cuts:
        outcomes += happen(three[0].workspace, occurrences[start:cut])
        start = cut

    seen: set[tuple[int, str, datetime]] = set()
    expected = []
    for one in occurrences:
        told = (one.person_pk, one.name, one.at)
        expected.append(DUPLICATE if told in seen else RECORDED)
        seen.add(told)
    counted = {
        (pk, name): (len(moments), min(moments), max(moments))
        for pk, name in {(pk, name) for pk, name, _ in seen}
        for moments in [[moment for who, what, moment in seen if (who, what) == (pk, name)]]
    }
    stored = {(person.pk, name): told for person in three for name, told in summaries(person).items()}
    assert (outcomes, stored) == (expected, counted)
    assert set(Event.objects.values_list("person_id", "name__name", "at")) == seen


# ---- cost ------------------------------------------------------------------------------------------------------------


def statements(workspace, occurrences) -> int:
    """How many statements recording them takes; prepared ones are no text for Django's own log."""
    told = []

    def tell(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        told.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(tell):
        happen(workspace, occurrences)
    return len(told)


def test_a_batch_of_a_thousand_costs_what_a_batch_of_one_does(workspace, ann):
    people = PersonFactory.create_batch(20, workspace=workspace)
    names = [f"event {number}" for number in range(50)]
    happen(workspace, [Occurrence(ann.pk, name, at(1)) for name in names])

    one = statements(workspace, [Occurrence(ann.pk, names[0], at(2))])
    many = statements(workspace, [Occurrence(person.pk, name, at(3)) for person in people for name in names])

    assert (one, many, Event.objects.count()) == (2, 2, 1051)


def test_new_names_cost_the_same_whatever_their_number(workspace, ann):
    one = statements(workspace, [Occurrence(ann.pk, "first", NOW)])
    many = statements(workspace, [Occurrence(ann.pk, f"event {number}", NOW) for number in range(60)])

    assert (one, many) == (7, 7)
