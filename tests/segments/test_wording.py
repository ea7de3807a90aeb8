"""Filters said back in words, and what their dates mean just now."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.attributes.defining import archive
from apps.segments import catalogue, wording
from apps.segments.comparisons import Moment
from apps.segments.compiling import checked
from apps.segments.language import EVERYBODY, Condition, Filter, Group
from apps.tags.tagging import find_or_create
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, Workspace
from tests.factories import NOW, SeatFactory, attribute
from tests.segments.conftest import UTC, both, conditions, either

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")


def said(workspace: Workspace, asked: Filter, about: str = "person") -> str:
    return wording.said(Workspace.objects.get(pk=workspace.pk), about, asked)


def window(workspace: Workspace, *condition: object, shown_in: ZoneInfo = UTC) -> str:
    workspace = Workspace.objects.get(pk=workspace.pk)
    one = checked(workspace, "person", Condition(*condition))
    return wording.window(one, Moment(NOW, workspace.zone), shown_in)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (("name", "is", "Ann"), "Name is Ann"),
        (("name", "is_not", "Ann Lee"), "Name is not Ann Lee"),
        (("name", "starts_with", "A"), "Name starts with A"),
        (("name", "ends_with", "n"), "Name ends with n"),
        (("email", "contains", "@x.io"), "Email contains @x.io"),
        (("email", "does_not_contain", "x"), "Email does not contain x"),
        (("name", "contains_word", "Doe"), "Name contains exact word Doe"),
        (("name", "is_unknown"), "Name is unknown"),
        (("name", "has_any_value"), "Name has any value"),
        (("city", "is", "Trinidad and Tobago"), "City is “Trinidad and Tobago”"),
        (("city", "is", "Portland (Or)"), "City is “Portland (Or)”"),
        (("city", "is", " Cork"), "City is “ Cork”"),
        (("city", "is", "Andorra"), "City is Andorra"),
        (("city", "is", "unknown"), "City is “unknown”"),
        (("city", "is", "Not Cork"), "City is “Not Cork”"),
        (("city", "contains", "exact word Cork"), "City contains “exact word Cork”"),
        (("city", "is", "Nottingham"), "City is Nottingham"),
        (("session_count", "greater_than", "20"), "Web sessions greater than 20"),
        (("session_count", "less_than", 1_000_000), "Web sessions less than 1,000,000"),
        (("session_count", "is", "2.50"), "Web sessions is 2.5"),
        (("session_count", "is_not", "-0.0"), "Web sessions is not 0"),
        (("last_seen_at", "more_than", 30), "Last seen more than 30 days ago"),
        (("last_seen_at", "less_than", "1"), "Last seen less than 1 day ago"),
        (("last_seen_at", "exactly", -1), "Last seen exactly -1 day ago"),
        (("last_seen_at", "more_than", -3), "Last seen more than -3 days ago"),
        (("last_seen_at", "exactly", 1200), "Last seen exactly 1,200 days ago"),
        (("last_seen_at", "on", "2026-03-01"), "Last seen on 1 Mar 2026"),
        (("last_seen_at", "after", "2026-03-10"), "Last seen after 10 Mar 2026"),
        (("last_seen_at", "before", "2026-03-10"), "Last seen before 10 Mar 2026"),
        (("has_hard_bounced", "is_true"), "Has hard bounced is true"),
        (("has_hard_bounced", "is_false"), "Has hard bounced is false"),
        (("role", "is", "user"), "Type is User"),
        (("role", "is_not", "lead"), "Type is not Lead"),
        (("company", "is_any"), "Company is any"),
        (("company", "is_none"), "Company is none"),
        (("company.name", "is", "Acme"), "Company name is Acme"),
        (("company.plan", "is", "pro"), "Company plan is pro"),
        (("company.size", "greater_than", 100), "Company size greater than 100"),
        (("company.last_request_at", "less_than", 7), "Company last seen less than 7 days ago"),
        (("company.custom_attributes.Tier", "is", "gold"), "Company Tier is gold"),
        (("custom_attributes.stage", "is", "A"), "stage is A"),
        (("custom_attributes.stage", "is_not", "stray"), "stage is not stray"),
    ],
)
def test_a_condition_reads_like_a_sentence(condition, words, workspace):
    attribute(workspace, "stage", "list", options=["A", "B"])
    attribute(workspace, "Tier", about="company")

    assert said(workspace, both(condition)) == words


def test_a_name_that_reads_like_the_sentence_is_quoted(workspace):
    """FILT-15: "Tag is not VIP" says one thing only"""
    names = ["VIP", "not VIP", "A or Name is Ann", "Key (account)"]
    tags = [find_or_create(workspace, name, by=NOBODY, now=NOW) for name in names]

    assert [said(workspace, both(("tag", "is", tag.pk))) for tag in tags] == [
        "Tag is VIP",
        "Tag is “not VIP”",
        "Tag is “A or Name is Ann”",
        "Tag is Key (account)",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("favourite colour", "favourite colour is x"),
        ("is_vip", "is_vip is x"),
        ("plan is not pro or name", "“plan is not pro or name” is x"),
        ("days after signup", "“days after signup” is x"),
        ("Key (account)", "“Key (account)” is x"),
    ],
)
def test_an_attribute_whose_name_reads_like_the_sentence_is_quoted(workspace, name, words):
    """ATT-45: the reader sees where the name ends"""
    attribute(workspace, name)

    assert said(workspace, both((f"custom_attributes.{name}", "is", "x"))) == words


def test_an_owner_is_named_and_one_who_left_is_said_to_be_gone(workspace):
    """FILT-16"""
    tess: Seat = SeatFactory(workspace=workspace)

    assert said(workspace, both(("owner_id", "is", tess.teammate_id))) == "Owner is Tess"
    assert said(workspace, both(("owner_id", "is", 10**9))) == "Owner is a teammate who is gone"
    tess.delete()
    assert said(workspace, both(("owner_id", "is", tess.teammate_id))) == "Owner is Tess, who has left"


def test_every_comparison_of_every_field_can_be_said(workspace):
    """One phrase each, beginning with what it is about."""
    for kind in ("text", "number", "decimal", "boolean", "date", "list"):
        attribute(workspace, f"my {kind}", kind, **({"options": ["A", "B"]} if kind == "list" else {}))
    fresh = Workspace.objects.get(pk=workspace.pk)
    values = {"": None, "text": "x", "choice": "x", "key": 1, "number": 2, "days": 3, "day": "2026-03-10"}

    for about in ("person", "company"):
        for field in catalogue.fields(fresh, about):
            if field.definition or field.relation:
                for comparison in field.comparisons:
                    condition = Condition(field.address, comparison.name, values[comparison.takes])
                    assert wording.phrase(fresh, about, condition).startswith(f"{field.label} {comparison.words}")


def test_groups_are_set_in_brackets_where_there_are_several(workspace):
    """FILT-11"""
    islands = Group(conditions(("country", "is", "Ireland"), ("country", "is", "UK")), any=True)
    named = Group(conditions(("name", "has_any_value")))

    assert said(workspace, Filter((islands,))) == "Country is Ireland or Country is UK"
    assert said(workspace, Filter((islands, named))) == "(Country is Ireland or Country is UK) and Name has any value"
    assert said(workspace, Filter((named, islands), any=True)) == (
        "Name has any value or (Country is Ireland or Country is UK)"
    )
    assert said(workspace, both(("country", "is", "UK"), ("name", "is", "Ann"))) == "Country is UK and Name is Ann"
    assert said(workspace, EVERYBODY) == ""


def test_what_cannot_be_asked_any_more_is_said_in_its_place(workspace):
    """FILT-17"""
    archive(attribute(workspace, "plan"), by=NOBODY, now=NOW)

    assert said(workspace, either(("custom_attributes.plan", "is", "pro"), ("name", "is", "Ann"))) == (
        "“plan” cannot be filtered by any more: it is archived or gone or Name is Ann"
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (("signed_up_at", "more_than", 30), "before 8 Feb 2026, 15:00"),
        (("signed_up_at", "less_than", 1), "after 9 Mar 2026, 15:00"),
        (("signed_up_at", "less_than", 0), "after now"),
        (("signed_up_at", "more_than", 0), "before now"),
        (("signed_up_at", "more_than", -3), "before 13 Mar 2026, 15:00"),
        (("signed_up_at", "exactly", -3), "between 12 Mar 2026, 15:00 and 13 Mar 2026, 15:00"),
        (("signed_up_at", "exactly", 0), "between 9 Mar 2026, 15:00 and now"),
        (("signed_up_at", "on", "2026-03-10"), "between 10 Mar 2026, 00:00 and 11 Mar 2026, 00:00"),
        (("signed_up_at", "after", "2026-03-10"), "after 11 Mar 2026, 00:00"),
        (("signed_up_at", "before", "2026-03-10"), "before 10 Mar 2026, 00:00"),
        (("signed_up_at", "is_unknown"), ""),
        (("name", "is", "Ann"), ""),
        (("session_count", "is", 3), ""),
    ],
)
def test_dates_say_what_they_mean_just_now(condition, words, workspace):
    """BEY-11"""
    assert window(workspace, *condition) == words


def test_the_window_of_the_next_three_days(workspace):
    """BEY-11: "more than -3 and less than 0 days ago"."""
    ends = [
        checked(workspace, "person", one)
        for one in conditions(("signed_up_at", "more_than", -3), ("signed_up_at", "less_than", 0))
    ]
    moment = Moment(NOW, UTC)
    (_, until), (since, _) = (wording.span(one, moment) for one in ends)

    assert wording.between(since, until, moment, UTC) == "between now and 13 Mar 2026, 15:00"


def test_a_window_is_shown_in_the_readers_zone_and_counts_days_in_the_workspaces(workspace):
    """DATE-01, DATE-08"""
    Workspace.objects.update(timezone="America/New_York")

    assert window(workspace, "signed_up_at", "on", "2026-03-10", shown_in=UTC) == (
        "between 10 Mar 2026, 04:00 and 11 Mar 2026, 04:00"
    )
    assert window(workspace, "signed_up_at", "on", "2026-03-10", shown_in=NEW_YORK) == (
        "between 10 Mar 2026, 00:00 and 11 Mar 2026, 00:00"
    )
    assert window(workspace, "signed_up_at", "more_than", 2, shown_in=NEW_YORK) == "before 8 Mar 2026, 11:00"


def test_the_window_is_what_is_asked(workspace, plant, found):
    """BEY-11: who is inside the window that is shown is found, and nobody else."""
    moment = Moment(NOW, NEW_YORK)
    for comparison, value in [("exactly", -1), ("on", "2026-03-11"), ("more_than", 2), ("less_than", -2)]:
        one = checked(workspace, "person", Condition("signed_up_at", comparison, value))
        since, until = wording.span(one, moment)
        for edge in filter(None, (since, until)):
            for second in (-1, 1):
                plant(f"{comparison} {edge} {second}", signed_up_at=edge + timedelta(seconds=second))
        inside = {
            name
            for name in found(("signed_up_at", "has_any_value"))
            if name.startswith(comparison) and in_span(name, since, until)
        }

        asked = found(("signed_up_at", comparison, value), zone=NEW_YORK)
        assert {name for name in asked if name.startswith(comparison)} == inside


def in_span(name: str, since: object, until: object) -> bool:
    edge, second = name.split(" ", 1)[1].rsplit(" ", 1)
    inward = {str(since): "1", str(until): "-1"}
    return second == inward[edge]
