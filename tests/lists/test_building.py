"""Edits of a filter: whatever is done, and in whatever order, a filter comes out that an address can carry."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.lists import asking as lists
from apps.lists import building
from apps.lists.asking import Asking
from apps.lists.kinds import kind_of
from apps.segments.comparisons import COMPARISONS, Moment
from apps.segments.compiling import Unanswerable
from apps.segments.language import Condition, Filter, Group, Unreadable, address, all_of, from_address
from apps.workspace.models import Workspace
from tests.factories import NOW, WorkspaceFactory, attribute

USER = Condition("role", "is", "user")
PRO = Condition("custom_attributes.plan", "is", "pro")
IRELAND = Condition("country", "is", "Ireland")
UK = Condition("country", "is", "UK")


def group(*conditions: Condition, any: bool = False) -> Group:
    return Group(conditions, any)


# ---- a filter, and another one ---------------------------------------------------------------------------------------


def test_a_condition_is_added_to_a_group():
    asked = Filter((group(USER), group(IRELAND)))

    assert building.add(asked, UK, 1) == Filter((group(USER), group(IRELAND, UK)))


def test_a_condition_is_added_as_a_group_of_its_own():
    asked = Filter((group(IRELAND, UK, any=True),))

    assert building.add(asked, PRO) == Filter((group(IRELAND, UK, any=True), group(PRO)))


def test_a_condition_gives_its_place_to_another():
    asked = Filter((group(USER), group(IRELAND, PRO)))

    assert building.change(asked, 1, 0, UK) == Filter((group(USER), group(UK, PRO)))


def test_a_group_goes_with_its_last_condition():
    asked = Filter((group(IRELAND), group(PRO)), any=True)

    assert building.remove(asked, 0, 0) == Filter((group(PRO),))


def test_what_stands_alone_is_joined_by_nothing():
    """So the next condition is not joined by an "or" that nobody sees."""
    asked = Filter((group(IRELAND, UK, any=True),))

    assert building.remove(asked, 0, 1) == Filter((group(IRELAND),))


def test_a_group_has_one_connective_and_so_have_the_groups():
    """FILT-11"""
    asked = Filter((group(IRELAND, UK), group(PRO)))

    assert building.join(asked, 0, any=True) == Filter((group(IRELAND, UK, any=True), group(PRO)))
    assert building.join(asked, None, any=True) == Filter((group(IRELAND, UK), group(PRO)), any=True)


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        (Filter(), "new"),
        (all_of(USER), "new"),
        (all_of(USER, PRO), "0.new"),
        (Filter((group(USER), group(PRO))), "1.new"),
        (all_of(IRELAND), "0.new"),
    ],
)
def test_the_type_keeps_a_group_of_its_own(asked, at):
    """An "or" between other filters must not make a list of users one of leads as well."""
    assert building.next_place(asked) == at


@pytest.mark.parametrize(
    ("asked", "framed"),
    [
        (all_of(USER), [False]),
        (all_of(IRELAND, UK), [False]),
        (Filter((group(USER), group(IRELAND, PRO))), [False, False]),
        (Filter((group(USER), group(IRELAND, UK, any=True))), [False, True]),
        (Filter((group(USER), group(IRELAND), group(PRO))), [False, True, True]),
        (Filter((group(USER), group(IRELAND, PRO)), any=True), [False, True]),
    ],
)
def test_a_frame_stands_around_a_group_that_could_be_misread(asked, framed):
    assert [building.is_framed(asked, one) for one in asked.groups] == framed


# ---- an edit, as an address asks for it ------------------------------------------------------------------------------


@pytest.fixture
def workspace(db: None) -> Workspace:
    made = WorkspaceFactory()
    attribute(made, "plan")
    return Workspace.objects.get(pk=made.pk)


def users(workspace: Workspace, asked: Filter | None = None) -> Asking:
    return replace(lists.read(workspace, kind_of("person"), {}), edited=asked)


def edit(workspace: Workspace, asked: Filter, **params: str) -> Filter:
    return building.edited(users(workspace, asked), params)


def test_an_address_adds_a_condition_with_its_value_made_fit(workspace):
    added = edit(workspace, all_of(USER), act="add", at="new", field="session_count", comparison="is", value=" 3 ")

    assert added == Filter((group(USER), group(Condition("session_count", "is", 3))))


def test_an_address_changes_removes_and_joins(workspace):
    asked = Filter((group(USER), group(IRELAND, UK)))
    to_pro = {"field": PRO.field, "comparison": "is", "value": "pro"}

    assert edit(workspace, asked, act="change", at="1.1", **to_pro) == Filter((group(USER), group(IRELAND, PRO)))
    assert edit(workspace, asked, act="remove", at="1.0") == Filter((group(USER), group(UK)))
    assert edit(workspace, asked, act="join", at="1", value="or").groups[1].any is True
    assert edit(workspace, asked, act="join", value="or").any is True


def test_a_comparison_that_takes_nothing_keeps_no_value(workspace):
    added = edit(workspace, Filter(), act="add", field="email", comparison="is_unknown", value="left over")

    assert added == all_of(Condition("email", "is_unknown"))


@pytest.mark.parametrize(
    ("field", "comparison", "value", "words"),
    [
        ("last_seen_at", "more_than", "abc", "Last seen needs a whole number of days; -3 means three days ahead."),
        ("last_seen_at", "more_than", "1.5", "Last seen needs a whole number of days; -3 means three days ahead."),
        ("last_seen_at", "on", "10/03/2026", "Last seen needs a day, such as 2026-03-10."),
        ("session_count", "less_than", "", "Web sessions needs a number to compare with, such as 40 or 2.5."),
        ("role", "is", "visitor", "Type is visitor (no longer there): choose another one"),
        ("owner_id", "is", "999999", "Owner is a teammate who is gone: choose another one"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(workspace, field, comparison, value, words):
    """FILT-07"""
    with pytest.raises(Unanswerable, match=re.escape(words)):
        edit(workspace, all_of(USER), act="add", field=field, comparison=comparison, value=value)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"act": "explode", "at": "0.0"},
        {"act": "remove", "at": "0.7"},
        {"act": "remove", "at": "4.0"},
        {"act": "remove", "at": "0"},
        {"act": "remove", "at": "new"},
        {"act": "change", "at": "0.0.0", "field": "email", "comparison": "is", "value": "a"},
        {"act": "add", "at": "9.new", "field": "email", "comparison": "is", "value": "a"},
        {"act": "join", "at": "0", "value": "xor"},
    ],
)
def test_what_is_no_edit_is_refused(workspace, params):
    """FILT-11: there is no address of a group inside a group."""
    with pytest.raises(Unreadable):
        edit(workspace, all_of(USER), **params)


def test_no_group_and_no_filter_grows_beyond_what_an_address_may_hold(workspace):
    full = Filter((group(*[PRO] * 15),) * 15)
    more = {"act": "add", "field": "email", "comparison": "is", "value": "ann@example.test"}

    with pytest.raises(Unanswerable, match="A group holds at most 15 filters"):
        edit(workspace, full, at="0.new", **more)
    with pytest.raises(Unanswerable, match="A filter has at most 15 groups"):
        edit(workspace, full, at="new", **more)
    with pytest.raises(Unreadable, match="too long for an address"):
        edit(workspace, all_of(*[replace(PRO, value="x" * 2_000)] * 10), **more)


def test_what_cannot_be_asked_any_more_does_not_stand_in_the_way_of_other_edits(workspace):
    gone = Condition("custom_attributes.gone", "is", "x")

    assert edit(workspace, all_of(gone, PRO), act="remove", at="0.1") == all_of(gone)


# Fields that every workspace has, of every way of comparing that needs no other record.
FIELDS = {"email": "text", "session_count": "number", "last_seen_at": "date", "unsubscribed_from_emails": "boolean"}
VALUES = {"text": 'a"b\\c[é]', "number": "2.5", "days": "-3", "day": "2026-03-10", "": ""}


def conditions() -> st.SearchStrategy[dict[str, str]]:
    rows = [(field, one) for field, kind in FIELDS.items() for one in COMPARISONS[kind]]
    texts = st.text(min_size=1, max_size=8)
    return st.builds(
        lambda row, text: {
            "field": row[0],
            "comparison": row[1].name,
            "value": text if row[1].takes == "text" else VALUES[row[1].takes],
        },
        st.sampled_from(rows),
        texts,
    )


places = st.sampled_from(["", "new", "0", "1", "0.new", "1.new", "0.0", "0.1", "1.0", "1.1", "2.0"])
edits = st.builds(
    lambda act, at, condition, word: {**condition, "act": act, "at": at, **({"value": word} if act == "join" else {})},
    st.sampled_from(["add", "add", "change", "remove", "join"]),
    places,
    conditions(),
    st.sampled_from(["and", "or"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked_for=st.lists(edits, max_size=12))
def test_any_edits_give_a_filter_that_reads_back_from_its_address(workspace, asked_for):
    """FILT-18; what is refused leaves the filter as it was."""
    asked = all_of(USER)

    for params in asked_for:
        try:
            asked = edit(workspace, asked, **params)
        except Unreadable:
            continue
        assert from_address(address(asked)) == asked
        assert all(one.conditions for one in asked.groups)


# ---- the bar ---------------------------------------------------------------------------------------------------------


def test_the_bar_says_the_filter_and_leads_to_its_edits(workspace):
    """FILT-11, BEY-11"""
    asked = Filter((group(USER), group(IRELAND, Condition("last_seen_at", "more_than", 30))))

    bar = building.bar(None, users(workspace, asked), Moment(NOW, workspace.zone))["bar"]

    said = [[(chip.subject, chip.predicate, chip.window) for chip in box.chips] for box in bar.boxes]
    assert said == [
        [("Type", "is User", "")],
        [("Country", "is Ireland", ""), ("Last seen", "more than 30 days ago", "before 8 Feb 2026, 15:00")],
    ]
    joiners = [bar.boxes[1].joiner, bar.boxes[1].chips[1].joiner]
    assert [(one.words, one.other) for one in joiners] == [("and", "or"), ("and", "or")]
    assert bar.clear == f"/apps/{workspace.app_id}/people/?segment=users"


def test_one_control_turns_all_words_between_the_filters_of_a_group(workspace):
    """FILT-11"""
    bar = building.bar(None, users(workspace, all_of(USER, PRO, IRELAND)), Moment(NOW, workspace.zone))["bar"]

    assert [bool(chip.joiner and chip.joiner.url) for chip in bar.boxes[0].chips] == [False, True, False]
