"""Saving, renaming, changing and deleting segments (SEG-01, SEG-06…09)."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from apps.attributes.defining import archive
from apps.companies.models import Company
from apps.people.models import Person
from apps.segments import saving, standing
from apps.segments.language import EVERYBODY, Filter, address, written
from apps.segments.models import Segment
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from apps.workspace.problems import Dependants, Forbidden, Missing, Problem
from tests.factories import NOW, SeatFactory, WorkspaceFactory, attribute
from tests.segments.conftest import both, either

pytestmark = pytest.mark.django_db
TRIALS = both(("city", "is", "Cork"))


def fresh(workspace: Workspace) -> Workspace:
    return Workspace.objects.get(pk=workspace.pk)


def save(workspace: Workspace, name: str, asked: Filter = TRIALS, about: str = "person") -> Segment:
    return saving.create(fresh(workspace), about, name, asked, by=NOBODY, now=NOW)


def edit(segment: Segment, asked: Filter) -> Segment:
    return saving.edit(segment, asked, by=NOBODY, now=NOW)


def names(workspace: Workspace, about: str = "person") -> list[str]:
    return [one.name for one in standing.all_of(fresh(workspace), about) if one.editable]


def refusal(act: Callable[..., Any], *arguments: Any) -> tuple[str, str | None]:
    with pytest.raises(Problem) as caught:
        act(*arguments)
    return caught.value.message, caught.value.field


def test_a_filter_is_saved_under_a_name_and_read_back_as_it_was(workspace):
    """SEG-01, FILT-11"""
    asked = either(("city", "is", "Cork"), ("last_seen_at", "more_than", "30"), ("email", "is_unknown"))

    segment = save(workspace, "  IE   trials ", asked)

    stands = standing.find(fresh(workspace), "person", str(segment.pk))
    assert (stands.name, address(stands.filter), stands.editable) == (
        "IE trials",
        '["and",["or",["city","is","Cork"],["last_seen_at","more_than",30],["email","is_unknown"]]]',
        True,
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b", "\ud800", None, 7])
def test_a_name_is_text_that_can_be_read(workspace, name):
    message, field = refusal(save, workspace, name)

    assert (field, bool(message), names(workspace)) == ("name", True, [])


@pytest.mark.parametrize("taken", ["Active", "active", "ALL USERS", "vips", " VIPs "])
def test_names_are_unique_ignoring_case_predefined_ones_included(workspace, taken):
    """SEG-07"""
    save(workspace, "VIPs")

    message, field = refusal(save, workspace, taken)

    assert (message.startswith("There is a segment “"), field, names(workspace)) == (True, "name", ["VIPs"])


def test_people_and_companies_may_have_segments_of_one_name(workspace):
    """SEG-07"""
    save(workspace, "VIPs")
    save(workspace, "VIPs", both(("plan", "is", "pro")), about="company")

    assert (names(workspace), names(workspace, "company")) == (["VIPs"], ["VIPs"])


def test_other_workspaces_have_names_of_their_own(workspace):
    save(WorkspaceFactory(), "VIPs")

    assert save(workspace, "VIPs").name == "VIPs"


def test_a_segment_may_keep_its_own_name_in_another_case(workspace):
    segment = save(workspace, "vips")

    saving.rename(segment, "VIPs", by=NOBODY, now=NOW)

    assert names(workspace) == ["VIPs"]


def test_a_rename_to_a_taken_name_is_refused(workspace):
    """SEG-07"""
    save(workspace, "IE")
    segment = save(workspace, "IE trials")

    message, field = refusal(lambda: saving.rename(segment, "ie", by=NOBODY, now=NOW))

    assert (message, field) == ("There is a segment “IE” already. Use another name.", "name")


def test_a_filter_that_asks_nothing_is_not_saved(workspace):
    message, field = refusal(save, workspace, "Everybody", EVERYBODY)

    assert (message, field) == ("This filter asks nothing, so everybody would be in. Add a filter first.", "filter")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (("custom_attributes.gone", "is", "x"), "“gone” cannot be filtered by any more"),
        (("city", "more_than", 3), "City cannot be asked this"),
        (("last_seen_at", "more_than", "1.5"), "Last seen needs a whole number of days"),
        (("segment", "in", "4711"), "Segment in one that was deleted: choose another one"),
        (("segment", "not_in", "4711"), "Segment not in one that was deleted: choose another one"),
        (("tag", "is", 4711), "Tag is one that was deleted: choose another one, or take this out of the filter."),
        (("tag", "is_not", 4711), "Tag is not one that was deleted: choose another one"),
        (("owner_id", "is", 4711), "Owner is a teammate who is gone: choose another one"),
        (("role", "is", "king"), "Type is king (no longer there): choose another one"),
        (("event.gone", "has_occurred", None), "“gone” cannot be filtered by any more"),
    ],
)
def test_only_what_can_be_asked_is_saved(workspace, condition, said):
    message, field = refusal(save, workspace, "Odd", both(condition))

    assert (message[: len(said)], field, names(workspace)) == (said, "filter", [])


def test_a_changed_filter_is_kept_and_an_unchanged_one_leaves_no_line(workspace):
    """SEG-06"""
    segment = save(workspace, "IE trials")

    edit(segment, TRIALS)
    edit(segment, both(("city", "is", "Galway")))

    lines = list(AuditEntry.objects.filter(activity="segment_change").values_list("metadata", flat=True))
    assert lines == [{"segment": segment.pk, "about": "person", "name": "IE trials", "change": "filter"}]
    assert standing.find(fresh(workspace), "person", str(segment.pk)).filter == both(("city", "is", "Galway"))


def test_the_activity_log_tells_who_made_renamed_and_deleted_a_segment(workspace):
    """AUD-01"""
    tess = SeatFactory(workspace=workspace).teammate
    by = saving.Hand(name="Tess", teammate_id=tess.pk)

    segment = saving.create(fresh(workspace), "person", "IE trials", TRIALS, by=by, now=NOW)
    saving.rename(segment, "IE", by=by, now=NOW)
    saving.delete(segment, by=by, now=NOW)

    lines = AuditEntry.objects.filter(activity__startswith="segment").order_by("pk")
    assert list(lines.values_list("activity", "teammate", "metadata__name", "metadata__after")) == [
        ("segment_creation", tess.pk, "IE trials", None),
        ("segment_change", tess.pk, None, "IE"),
        ("segment_deletion", tess.pk, "IE", None),
    ]


def test_deleting_a_segment_leaves_its_people_alone(workspace, plant):
    """SEG-09"""
    for number in range(3):
        plant(f"Ann {number}", city="Cork")
    segment = save(workspace, "IE trials")

    saving.delete(segment, by=NOBODY, now=NOW)

    assert (names(workspace), Person.objects.of(workspace).listed().count()) == ([], 3)


def test_a_segment_that_another_asks_for_is_not_deleted(workspace):
    """SEG-08"""
    first = save(workspace, "A")
    save(workspace, "B", both(("segment", "in", str(first.pk))))

    with pytest.raises(Dependants) as caught:
        saving.delete(first, by=NOBODY, now=NOW)

    assert (caught.value.message.startswith("Used by segment: B."), caught.value.status) == (True, 422)
    assert names(workspace) == ["A", "B"]


def test_a_predefined_segment_is_nobodys_to_change(workspace):
    """SEG-06"""
    users = standing.find(workspace, "person", "users")

    with pytest.raises(Forbidden) as caught:
        saving.own(users)

    assert (users.editable, caught.value.status) == (False, 403)


def test_a_segment_cannot_come_to_ask_for_itself(workspace):
    """SEG-08"""
    first = save(workspace, "A")
    second = save(workspace, "B", both(("segment", "in", str(first.pk))))
    third = save(workspace, "C", both(("segment", "not_in", str(second.pk))))

    itself = refusal(edit, first, both(("segment", "in", str(first.pk))))
    around = refusal(edit, first, either(("city", "is", "Cork"), ("segment", "in", str(third.pk))))

    assert itself == ("A segment cannot ask for itself: A → A.", "filter")
    assert around == ("A segment cannot ask for itself: A → C → B → A.", "filter")


def test_segments_ask_for_each_other_five_deep_and_no_deeper(workspace):
    below = save(workspace, "1")
    for number in range(2, 6):
        below = save(workspace, str(number), both(("segment", "in", str(below.pk))))

    message, field = refusal(save, workspace, "6", both(("segment", "in", str(below.pk))))

    assert (message, field) == ("Segments can ask for one another 5 deep, and no deeper.", "filter")


def test_those_who_ask_for_a_segment_count_when_it_becomes_deeper(workspace):
    lowest = save(workspace, "lowest")
    top = save(workspace, "1")
    for number in range(2, 6):
        top = save(workspace, str(number), both(("segment", "in", str(top.pk))))

    message, _ = refusal(edit, Segment.objects.get(name="1"), both(("segment", "in", str(lowest.pk))))

    assert message == "Segments can ask for one another 5 deep, and no deeper."


def test_a_segment_comes_to_so_many_conditions_and_no_more(workspace):
    wide = save(workspace, "wide", either(*[("city", "is", str(number)) for number in range(15)]))

    message, _ = refusal(save, workspace, "all", either(*[("segment", "in", str(wide.pk))] * 15))

    assert message == "With the segments that it asks for, a segment comes to at most 225 conditions."


def test_who_waited_for_a_deleted_segment_is_told(workspace):
    segment = save(workspace, "A")
    saving.delete(segment, by=NOBODY, now=NOW)

    with pytest.raises(Missing):
        saving.rename(segment, "B", by=NOBODY, now=NOW)


def test_another_process_reads_the_change_at_its_next_request(workspace):
    """UPD-11: the workspace is read afresh at every door."""
    segment = save(workspace, "A")
    elsewhere = fresh(workspace)
    assert standing.find(elsewhere, "person", str(segment.pk)).name == "A"

    saving.rename(segment, "B", by=NOBODY, now=NOW)

    assert standing.find(fresh(workspace), "person", str(segment.pk)).name == "B"


def test_what_is_kept_of_a_filter_is_what_it_was_read_as(workspace):
    """A list of days as text is a number of days; a value that is not asked for goes."""
    asked = both(("last_seen_at", "more_than", " 30 "), ("email", "is_unknown", "left over"))

    segment = save(workspace, "A", asked)

    assert segment.filter == written(both(("last_seen_at", "more_than", 30), ("email", "is_unknown")))


@pytest.mark.django_db(transaction=True)
def test_an_attribute_is_not_archived_beside_the_segment_that_comes_to_ask_for_it():
    """ATT-42: both hold the workspace's definitions, so one of them sees the other."""
    workspace = WorkspaceFactory()
    plan = attribute(workspace, "plan")
    outcomes: list[str] = []

    def attempt(act: Callable[[], object], name: str) -> None:
        try:
            act()
            outcomes.append(name)
        except Problem:
            pass
        finally:
            connection.close()

    acts = {
        "saved": lambda: save(workspace, "Trials", both(("custom_attributes.plan", "is", "trial"))),
        "archived": lambda: archive(plan, by=NOBODY, now=NOW),
    }
    threads = [Thread(target=attempt, args=(act, name)) for name, act in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes in (["saved"], ["archived"])


def test_companies_have_segments_of_their_own_fields(workspace):
    """SEG-04"""
    segment = save(workspace, "Pro", both(("plan", "is", "pro")), about="company")

    assert (segment.about, Company.objects.count(), names(workspace, "company")) == ("company", 0, ["Pro"])
