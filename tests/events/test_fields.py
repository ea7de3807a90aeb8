"""What filters ask about events, and what lists show of them."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from apps.events import keeping
from apps.events.models import EventName
from apps.people.models import Person
from apps.segments.catalogue import Field, fields, find
from apps.segments.comparisons import Moment
from apps.segments.compiling import Unanswerable, compiled
from apps.segments.language import Condition, Filter, Group, all_of
from apps.segments.wording import said
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory

from .conftest import did

DAY = timedelta(days=1)


def matching(workspace: Workspace, *conditions: Condition, any: bool = False) -> set[str]:
    """The names of those who match."""
    workspace = Workspace.objects.get(pk=workspace.pk)
    asked = Filter((Group(conditions, any),))
    met = compiled(workspace, "person", asked, Moment(NOW, workspace.zone))
    return set(Person.objects.of(workspace).listed().filter(met).values_list("name", flat=True))


def often(person: Person, name: str, times: int, last: timedelta) -> None:
    did(person, name, *(NOW - last - number * timedelta(hours=1) for number in range(times)))


@pytest.fixture
def zoe(workspace: Workspace) -> Person:
    """She never did anything."""
    return PersonFactory(workspace=workspace, name="Zoe")


def test_count_and_last_must_hold_for_the_same_event(workspace, ann, bob, zoe):
    """FILT-14"""
    often(ann, "exported-csv", 6, 2 * DAY)
    often(bob, "exported-csv", 6, 20 * DAY)
    often(bob, "viewed-page", 9, 1 * DAY)

    assert matching(
        workspace,
        Condition("event_count.exported-csv", "greater_than", 5),
        Condition("event_last.exported-csv", "less_than", 7),
    ) == {"Ann"}


def test_two_events_in_one_group_are_two_questions(workspace, ann, bob, zoe):
    """FILT-13 is about one row: each event has its own."""
    did(ann, "a")
    did(ann, "b")
    did(bob, "a")

    assert matching(workspace, Condition("event.a", "has_occurred"), Condition("event.b", "has_occurred")) == {"Ann"}


@pytest.mark.parametrize(
    ("field", "comparison", "value", "who"),
    [
        ("event.a", "has_occurred", None, {"Ann", "Bob"}),
        ("event.a", "has_not_occurred", None, {"Zoe"}),
        ("event_count.a", "is", 2, {"Ann"}),
        ("event_count.a", "is_not", 2, {"Bob", "Zoe"}),
        ("event_count.a", "greater_than", 2, {"Bob"}),
        ("event_count.a", "less_than", 3, {"Ann"}),
        ("event_count.a", "is_unknown", None, {"Zoe"}),
        ("event_count.a", "has_any_value", None, {"Ann", "Bob"}),
        ("event_first.a", "more_than", 30, {"Bob"}),
        ("event_first.a", "on", "2026-03-08", {"Ann"}),
        ("event_last.a", "less_than", 3, {"Ann"}),
        ("event_last.a", "before", "2026-03-08", {"Bob"}),
        ("event_last.a", "is_unknown", None, {"Zoe"}),
    ],
)
def test_every_question_finds_whom_it_is_about(workspace, ann, bob, zoe, field, comparison, value, who):
    """FILT-14, FILT-09, FILT-10"""
    often(ann, "a", 2, 2 * DAY)
    often(bob, "a", 3, 40 * DAY)

    assert matching(workspace, Condition(field, comparison, value)) == who


def test_the_sample_questions_find_their_planted_users(workspace, ann, bob, zoe):
    """EVT-10"""
    often(ann, "viewed-page", 6, 2 * DAY)
    often(bob, "viewed-page", 6, 9 * DAY)
    often(bob, "exported-csv", 11, DAY)
    did(zoe, "downgraded-plan")

    visiting = (
        Condition("event_count.viewed-page", "greater_than", 5),
        Condition("event_last.viewed-page", "less_than", 7),
    )
    assert [
        matching(workspace, *visiting),
        matching(workspace, Condition("event_count.exported-csv", "greater_than", 10)),
        matching(workspace, Condition("event.downgraded-plan", "has_occurred")),
    ] == [{"Ann"}, {"Bob"}, {"Zoe"}]


def test_another_workspaces_event_of_the_same_name_is_not_asked(workspace, ann):
    stranger = PersonFactory(name="Stranger")
    did(stranger, "a")
    did(ann, "a")

    assert matching(workspace, Condition("event.a", "has_occurred")) == {"Ann"}
    assert matching(stranger.workspace, Condition("event.a", "has_occurred")) == {"Stranger"}


def test_a_name_with_dots_and_spaces_is_found_whole(workspace, ann, bob):
    did(ann, "app.opened twice")

    assert matching(workspace, Condition("event.app.opened twice", "has_occurred")) == {"Ann"}


# ---- pickers and words -----------------------------------------------------------------------------------------------


def of_events(found: Iterable[Field]) -> list[tuple[str, str, str]]:
    return [(field.address, field.label, field.kind) for field in found if field.group == "Events"]


def test_each_event_has_four_fields(workspace, ann):
    """FILT-14"""
    did(ann, "exported-csv")

    assert sorted(of_events(fields(workspace, "person"))) == [
        ("event.exported-csv", "Exported csv", "occurrence"),
        ("event_count.exported-csv", "Exported csv count", "number"),
        ("event_first.exported-csv", "Exported csv first occurred", "date"),
        ("event_last.exported-csv", "Exported csv last occurred", "date"),
    ]


def test_companies_are_not_asked_about_events(workspace, ann):
    """EVT-08"""
    did(ann, "exported-csv")

    assert of_events(fields(workspace, "company")) == []


def test_events_that_read_alike_are_told_apart(workspace, ann):
    """EVT-13"""
    did(ann, "invited-friend")
    did(ann, "invited friend")

    assert [label for address, label, _ in of_events(fields(workspace, "person")) if address.startswith("event.")] == [
        "Invited friend (invited friend)",
        "Invited friend (invited-friend)",
    ]


def test_an_archived_event_leaves_the_picker_and_its_filter_says_so(workspace, ann):
    """EVT-12"""
    did(ann, "old-click")
    keeping.archive(EventName.objects.get(), by=NOBODY, now=NOW)
    asked = all_of(Condition("event.old-click", "has_occurred"))

    assert of_events(fields(workspace, "person")) == []
    assert find(workspace, "person", "event.old-click") is None
    with pytest.raises(Unanswerable, match=r"old-click.*archived"):
        compiled(workspace, "person", asked, Moment(NOW, workspace.zone))


def test_a_question_is_said_in_words(workspace, ann):
    did(ann, "exported-csv")
    asked = all_of(
        Condition("event.exported-csv", "has_not_occurred"), Condition("event_last.exported-csv", "less_than", 7)
    )

    assert said(workspace, "person", asked) == (
        "Exported csv has not occurred and Exported csv last occurred less than 7 days ago"
    )


def test_reading_many_conditions_asks_for_the_events_once(workspace, ann, django_assert_num_queries):
    for number in range(5):
        did(ann, f"event {number}")
    workspace = Workspace.objects.get(pk=workspace.pk)
    asked = all_of(*(Condition(f"event_count.event {number}", "greater_than", 5) for number in range(5)))

    with django_assert_num_queries(1):
        compiled(workspace, "person", asked, Moment(NOW, workspace.zone))


def test_columns_show_count_first_and_last_or_nothing(workspace, ann, zoe):
    """EVT-09"""
    often(ann, "purchased", 2, DAY)
    columns = {kind: find(workspace, "person", f"event_{kind}.purchased").column for kind in ("count", "first", "last")}

    shown = Person.objects.of(workspace).annotate(**{f"shown_{kind}": column for kind, column in columns.items()})

    first = NOW - DAY - timedelta(hours=1)
    assert set(shown.values_list("name", "shown_count", "shown_first", "shown_last")) == {
        ("Ann", 2, first, NOW - DAY),
        ("Zoe", None, None, None),
    }
