"""What filters find: the FILT and DATE rules on planted people."""

from datetime import UTC as UTC_TIME
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q

from apps.attributes.defining import archive
from apps.attributes.kinds import OFFERED
from apps.attributes.models import State
from apps.companies.models import Company
from apps.people.models import Person, Role
from apps.segments import catalogue
from apps.segments.comparisons import Moment
from apps.segments.compiling import Unanswerable, compiled
from apps.segments.language import EVERYBODY, Condition, Filter, Group, written
from apps.segments.models import Segment
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, LeadFactory, PersonFactory, attribute
from tests.segments.conftest import UTC, both, company, conditions, either, given, matching

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    """ "03-10 15:00" of 2026, in UTC."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC_TIME)


def menu(workspace: Workspace, address: str) -> list[str]:
    field = catalogue.find(Workspace.objects.get(pk=workspace.pk), "person", address)
    return [one.words for one in field.comparisons]


# ---- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "text",
            "is, is not, starts with, ends with, contains, does not contain, contains exact word, is unknown, "
            "has any value",
        ),
        ("number", "is, is not, greater than, less than, is unknown, has any value"),
        ("decimal", "is, is not, greater than, less than, is unknown, has any value"),
        ("boolean", "is true, is false, is unknown, has any value"),
        ("date", "more than, less than, exactly, after, on, before, is unknown, has any value"),
        ("list", "is, is not, is unknown, has any value"),
    ],
)
def test_a_kind_knows_its_comparisons_and_no_others(kind, words, workspace):
    """FILT-02, FILT-05, FILT-06, FILT-07, FILT-08"""
    attribute(workspace, "thing", kind, **({"options": ["A", "B"]} if kind == "list" else {}))

    assert menu(workspace, "custom_attributes.thing") == words.split(", ")
    assert kind in {kind.name for kind in OFFERED}


def test_date_comparisons_are_for_dates_alone(workspace):
    """DATE-07"""
    thing = attribute(workspace, "trial_end_date", "number")

    assert menu(workspace, "custom_attributes.trial_end_date") == [
        "is",
        "is not",
        "greater than",
        "less than",
        "is unknown",
        "has any value",
    ]
    with pytest.raises(Unanswerable, match="cannot be asked this"):
        matching(workspace, (f"custom_attributes.{thing.name}", "exactly", -3))


def test_every_standard_attribute_can_be_asked_for(workspace):
    """FILT-01"""
    for about in ("person", "company"):
        fields = catalogue.fields(Workspace.objects.get(pk=workspace.pk), about)
        attributes = [field for field in fields if field.definition]

        assert [field.address for field in attributes if not field.comparisons] == []


# ---- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparison", "value", "expected"),
    [
        ("is", "John Doe", ["John Doe"]),
        ("is", "john doe", []),
        ("is_not", "john doe", ["John Doe", "posting"]),
        ("is_not", "John Doe", ["posting"]),
        ("contains", "john doe", ["John Doe"]),
        ("does_not_contain", "JOHN", ["posting"]),
        ("starts_with", "jOHN", ["John Doe"]),
        ("ends_with", "DOE", ["John Doe"]),
        ("contains", "post", ["posting"]),
        ("contains_word", "post", []),
        ("contains_word", "DOE", ["John Doe"]),
        ("contains_word", "john doe", ["John Doe"]),
        ("contains_word", " doe ", ["John Doe"]),
        ("contains_word", "oe", []),
    ],
)
def test_is_minds_the_case_and_everything_else_does_not(comparison, value, expected, plant, found):
    """FILT-02, FILT-03, FILT-04"""
    plant("John Doe")
    plant("posting")

    assert found(("name", comparison, value)) == expected


PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~–…“€"


@pytest.mark.parametrize("mark", list(PUNCTUATION))
def test_every_mark_stands_for_itself(mark, plant, found):
    plant("with", {"phone": f"a{mark}b"})
    plant("without", {"phone": "axb"})
    plant("none")

    for comparison, value in [
        ("is", f"a{mark}b"),
        ("contains", mark),
        ("contains", f"A{mark}B"),
        ("starts_with", f"a{mark}"),
        ("ends_with", f"{mark}b"),
        ("contains_word", f"A{mark}B"),
    ]:
        assert (comparison, found(("phone", comparison, value))) == (comparison, ["with"])
    assert found(("phone", "does_not_contain", mark)) == ["none", "without"]


@pytest.mark.parametrize(
    ("text", "word", "is_in"),
    [
        ("I like C++ a lot", "c++", True),
        ("C++11", "c++", False),
        ("a_b", "a", False),
        ("a1", "a", False),
        ("a\u0663", "a", False),  # Arabic, Devanagari and full-width digits
        ("\u0967a", "a", False),
        ("a\uff11", "a", False),
        ("\u0663", "\u0663", True),
        ("\u0663\u0664", "\u0663", False),
        ("5½", "5", False),
        ("a²", "a", False),
        ("a-b", "a", True),
        ("a.b", "B", True),
        ("naïve", "na", False),
        ("überall über", "ÜBER", True),
        ("line\nbreak", "break", True),
        ("x(?i)y", "(?i)", False),
        ("x (?i) y", "(?i)", True),
        ("***:a", "***:a", True),
        ("\\d", "\\d", True),
        ("5", "\\d", False),
    ],
)
def test_a_word_ends_where_no_letter_digit_or_underscore_follows(text, word, is_in, workspace, plant, found):
    """FILT-04"""
    attribute(workspace, "note")
    plant("Ann", {"note": text})

    assert found(("custom_attributes.note", "contains_word", word)) == (["Ann"] if is_in else [])


def test_quotes_and_backslashes_are_text_like_any_other(workspace, plant, found):
    attribute(workspace, "note")
    for text in ("'; DROP TABLE people_person; --", "%s", "%(name)s", "\\", "E'\\''", "$1", "{}"):
        plant(text, {"note": text})

        for comparison in ("is", "contains", "starts_with", "ends_with"):
            assert text in found(("custom_attributes.note", comparison, text))


# ---- numbers ---------------------------------------------------------------------------------------------------------


def test_numbers_are_compared_and_the_unknown_is_neither_less_nor_greater(workspace, plant, found):
    """FILT-05, FILT-10"""
    attribute(workspace, "files", "number")
    plant("none", {"files": 0})
    plant("one", {"files": 1})
    plant("unknown")

    assert found(("custom_attributes.files", "less_than", 1)) == ["none"]
    assert found(("custom_attributes.files", "greater_than", -1)) == ["none", "one"]
    assert found(("custom_attributes.files", "is", "0")) == ["none"]
    assert found(("custom_attributes.files", "is_not", 0)) == ["one", "unknown"]
    assert found(("custom_attributes.files", "is_unknown")) == ["unknown"]
    assert found(("custom_attributes.files", "has_any_value")) == ["none", "one"]


EDGES = [
    "0",
    "-0.0",
    "2.5",
    "-2.5",
    2**53,
    -(2**53),
    2**53 + 1,
    2**62,
    1e308,
    -1e308,
    5e-324,
    "1e-400",
    "1e30",
    "-1e19",
]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("address", ["session_count", "custom_attributes.whole", "custom_attributes.fraction"])
def test_numbers_at_the_edges_are_compared_as_numbers(edge, address, workspace, plant, found):
    attribute(workspace, "whole", "number")
    attribute(workspace, "fraction", "decimal")
    held = {-(2**53): "-max", -3: "-3", -2: "-2", 0: "0", 2: "2", 3: "3", 2**53: "max"}
    if address == "session_count":
        held = {number: name for number, name in held.items() if abs(number) < 2**31}
    for number, name in held.items():
        column = {"session_count": number} if address == "session_count" else {}
        plant(name, {} if column else {"whole": number, "fraction": number}, **column)

    def names(meets):
        return sorted(name for number, name in held.items() if meets(number))

    asked = float(edge) if isinstance(edge, str) else edge
    assert found((address, "is", edge)) == names(lambda number: number == asked)
    assert found((address, "is_not", edge)) == names(lambda number: number != asked)
    assert found((address, "less_than", edge)) == names(lambda number: number < asked)
    assert found((address, "greater_than", edge)) == names(lambda number: number > asked)


def test_fractions_are_compared_exactly(workspace, plant, found):
    attribute(workspace, "score", "decimal")
    plant("low", {"score": 0.1})
    plant("high", {"score": 0.30000000000000004})

    assert found(("custom_attributes.score", "is", "0.1")) == ["low"]
    assert found(("custom_attributes.score", "greater_than", 0.3)) == ["high"]
    assert found(("custom_attributes.score", "is", 0.3)) == []


# ---- true and false --------------------------------------------------------------------------------------------------


def test_false_is_not_the_same_as_unknown(workspace, plant, found):
    """FILT-06"""
    attribute(workspace, "vip", "boolean")
    plant("yes", {"vip": True})
    plant("no", {"vip": False})
    plant("unknown")

    assert found(("custom_attributes.vip", "is_true")) == ["yes"]
    assert found(("custom_attributes.vip", "is_false")) == ["no"]
    assert found(("custom_attributes.vip", "is_unknown")) == ["unknown"]
    assert found(("custom_attributes.vip", "has_any_value")) == ["no", "yes"]


# ---- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_is_asked_for_options_and_for_what_is_none_any_more(workspace, plant, found):
    """FILT-08, FILT-09"""
    attribute(workspace, "stage", "list", options=["A", "B"])
    plant("Ann", {"stage": "A"})
    plant("Ben", {"stage": "Z"})
    plant("Cem")

    assert found(("custom_attributes.stage", "is", "Z")) == ["Ben"]
    assert found(("custom_attributes.stage", "is_not", "A")) == ["Ben", "Cem"]
    assert found(("custom_attributes.stage", "is_unknown")) == ["Cem"]


# ---- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "days"), [("03-09 15:01", 0), ("03-09 14:59", 1), ("03-10 15:00", 0), ("03-09 15:00", 1)]
)
def test_days_are_blocks_of_24_hours_back_from_this_moment(when, days, plant, found):
    """DATE-02"""
    plant("Ann", signed_up_at=at(when))

    assert [day for day in range(-2, 4) if found(("signed_up_at", "exactly", day))] == [days]


@pytest.mark.parametrize(
    ("days", "expected"), [(-3, ["03-12 15:01", "03-13 15:00"]), (0, ["03-09 15:01"]), (1, ["03-09 15:00"])]
)
def test_exactly_so_many_days_ago_is_one_block(days, expected, plant, found):
    """DATE-03"""
    for when in ("03-12 15:01", "03-13 15:00", "03-12 15:00", "03-13 15:01", "03-09 15:01", "03-09 15:00"):
        plant(when, signed_up_at=at(when))
    plant("unknown")

    assert found(("signed_up_at", "exactly", days)) == expected


def test_more_and_less_leave_the_very_second_out(plant, found):
    """DATE-04"""
    for when in ("03-09 14:59", "03-09 15:00", "03-09 15:01"):
        plant(when, signed_up_at=at(when))

    assert found(("signed_up_at", "more_than", 1)) == ["03-09 14:59"]
    assert found(("signed_up_at", "less_than", 1)) == ["03-09 15:01"]


def test_less_than_some_days_ago_is_true_of_the_future_as_well(workspace, plant, found):
    """DATE-05"""
    attribute(workspace, "renews_at", "date")
    plant("Ann", {"renews_at": "2027-01-01T00:00:00Z"})

    assert found(("custom_attributes.renews_at", "less_than", 30)) == ["Ann"]
    assert found(("custom_attributes.renews_at", "less_than", 0)) == ["Ann"]


def test_negative_days_ask_for_what_is_ahead(workspace, plant, found):
    """DATE-06"""
    attribute(workspace, "subscription_ends_at", "date")
    for name, when in [("A", "2026-03-12T10:00Z"), ("B", "2026-03-14T10:00Z"), ("C", "2026-03-10T14:00Z")]:
        plant(name, {"subscription_ends_at": when})
    ends = "custom_attributes.subscription_ends_at"

    assert found(both((ends, "more_than", -3), (ends, "less_than", 0))) == ["A"]


def test_a_number_switched_to_a_date_can_be_asked_for_the_future(workspace):
    """DATE-07: the operators follow the kind; "more than -3 days ago" is answerable."""
    attribute(workspace, "trial_end_date", "date")

    assert menu(workspace, "custom_attributes.trial_end_date")[:3] == ["more than", "less than", "exactly"]
    assert list(matching(workspace, ("custom_attributes.trial_end_date", "more_than", "-3"))) == []


def test_days_of_the_calendar_are_the_workspaces(plant, found):
    """DATE-08"""
    new_york = ZoneInfo("America/New_York")
    for when in ("03-10 03:59", "03-10 04:00", "03-11 03:59", "03-11 04:00"):
        plant(when, signed_up_at=at(when))
    plant("unknown")

    assert found(("signed_up_at", "on", "2026-03-10"), zone=new_york) == ["03-10 04:00", "03-11 03:59"]
    assert found(("signed_up_at", "after", "2026-03-10"), zone=new_york) == ["03-11 04:00"]
    assert found(("signed_up_at", "before", "2026-03-10"), zone=new_york) == ["03-10 03:59"]


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("America/New_York", "2026-03-08", "2026-03-08T05:00Z", "2026-03-09T04:00Z"),  # 23 hours
        ("America/New_York", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),  # 25 hours
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", "2026-04-24T21:00Z"),  # begins at 01:00
        ("Asia/Kathmandu", "2026-03-10", "2026-03-09T18:15Z", "2026-03-10T18:15Z"),
        ("Pacific/Kiritimati", "2026-03-10", "2026-03-09T10:00Z", "2026-03-10T10:00Z"),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone, day, begins, ends, plant, found):
    """DATE-08"""
    first, following = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    for name, when in [
        ("last of the day before", first - timedelta(seconds=1)),
        ("first", first),
        ("last", following - timedelta(seconds=1)),
        ("next", following),
    ]:
        plant(name, signed_up_at=when)

    assert found(("signed_up_at", "on", day), zone=ZoneInfo(zone)) == ["first", "last"]
    assert found(("signed_up_at", "before", day), zone=ZoneInfo(zone)) == ["last of the day before"]
    assert found(("signed_up_at", "after", day), zone=ZoneInfo(zone)) == ["next"]


def test_another_zone_moves_days_of_the_calendar_and_nothing_else(plant, found):
    """DATE-09"""
    plant("Ann", signed_up_at=at("03-10 16:00"))
    now, tokyo = at("03-11 15:00"), ZoneInfo("Asia/Tokyo")
    relative = [("signed_up_at", "less_than", 1), ("signed_up_at", "exactly", 0), ("signed_up_at", "more_than", 1)]

    assert found(("signed_up_at", "on", "2026-03-10"), now=now, zone=UTC) == ["Ann"]
    assert found(("signed_up_at", "on", "2026-03-10"), now=now, zone=tokyo) == []
    assert found(("signed_up_at", "on", "2026-03-11"), now=now, zone=tokyo) == ["Ann"]
    assert [found(one, now=now, zone=UTC) for one in relative] == [found(one, now=now, zone=tokyo) for one in relative]
    assert found(relative[0], now=now, zone=tokyo) == ["Ann"]


def test_24_hours_stay_24_hours_when_the_clocks_change(plant, found):
    """DATE-02: the moment may be told in any zone."""
    new_york = ZoneInfo("America/New_York")
    now = datetime(2026, 3, 8, 12, 0, tzinfo=new_york)  # the night before had one hour less
    plant("Ann", signed_up_at=now.astimezone(UTC_TIME) - timedelta(hours=23, minutes=30))

    assert found(("signed_up_at", "less_than", 1), now=now, zone=new_york) == ["Ann"]


@pytest.mark.parametrize("days", [36_500, -36_500, "+7", " 3 "])
def test_days_may_lie_far_away(days, plant, found):
    """FILT-07"""
    plant("Ann", signed_up_at=NOW)

    assert found(("signed_up_at", "exactly", days)) == []


@pytest.mark.parametrize("moves", [0, 31])
def test_only_the_clock_has_to_move(moves, plant, found):
    """SEG-11"""
    for number in range(10):
        plant(f"Person {number}", last_seen_at=NOW - timedelta(hours=number))
    now = NOW + timedelta(days=moves)
    active = found(("last_seen_at", "less_than", 30), now=now)
    slipping = found(both(("last_seen_at", "more_than", 30), ("last_seen_at", "less_than", 60)), now=now)

    assert (len(active), len(slipping)) == ((0, 10) if moves else (10, 0))


def test_a_trial_ends_to_the_second(plant, found):
    """SEG-01"""
    plant("Ann", signed_up_at=datetime(2026, 2, 8, 15, 0, 1, tzinfo=UTC_TIME))

    assert found(("signed_up_at", "less_than", 30), now=NOW) == ["Ann"]
    assert found(("signed_up_at", "less_than", 30), now=NOW + timedelta(seconds=1)) == []


# ---- the unknown -----------------------------------------------------------------------------------------------------


def test_negative_comparisons_are_true_of_the_unknown_and_others_are_not(workspace, plant, found):
    """FILT-09, FILT-10"""
    attribute(workspace, "plan")
    plant("pro", {"plan": "pro"})
    plant("free", {"plan": "free"})
    plant("unknown")
    plan = "custom_attributes.plan"

    assert found((plan, "is_not", "pro")) == ["free", "unknown"]
    assert found((plan, "does_not_contain", "pro")) == ["free", "unknown"]
    for comparison in ("is", "contains", "starts_with", "ends_with", "contains_word"):
        assert found((plan, comparison, "pro")) == ["pro"]
    assert found((plan, "is_unknown")) == ["unknown"]


# ---- groups ----------------------------------------------------------------------------------------------------------


def test_six_filters_find_who_meets_all_of_them(workspace, plant, found):
    """FILT-01"""
    for name, kind in [("plan", "text"), ("files", "number"), ("vip", "boolean"), ("due", "date")]:
        attribute(workspace, name, kind)
    for number in range(100):
        wanted = number < 3
        plant(
            f"Person {number:02}",
            {
                "plan": "pro" if number % 2 or wanted else "free",
                "files": 10 if number % 3 or wanted else 1,
                "vip": bool(number % 5) or wanted,
                "due": "2026-03-11T15:00:00Z" if number % 7 or wanted else "2026-01-01T00:00:00Z",
            },
            country="Ireland" if number % 4 == 0 or wanted else "UK",
            session_count=30 if number < 5 or number % 6 == 0 else 2,
        )
    expected = sorted(
        f"Person {n:02}"
        for n in range(100)
        if n < 3 or (n % 2 and n % 3 and n % 5 and n % 7 and n % 4 == 0 and (n < 5 or n % 6 == 0))
    )

    names = found(
        both(
            ("country", "is", "Ireland"),
            ("session_count", "greater_than", 20),
            ("custom_attributes.plan", "is", "pro"),
            ("custom_attributes.files", "greater_than", 5),
            ("custom_attributes.vip", "is_true"),
            ("custom_attributes.due", "less_than", 0),
        )
    )

    assert names == expected == ["Person 00", "Person 01", "Person 02"]


def test_groups_are_joined_as_written(workspace, plant, found):
    """FILT-11"""
    attribute(workspace, "plan")
    for country in ("Ireland", "UK", "France"):
        for plan in ("pro", "free"):
            plant(f"{country} {plan}", {"plan": plan}, country=country)
    islands = Group(conditions(("country", "is", "Ireland"), ("country", "is", "UK")), any=True)
    pro = Group(conditions(("custom_attributes.plan", "is", "pro")))
    france_free = Group(conditions(("country", "is", "France"), ("custom_attributes.plan", "is", "free")))

    assert found(Filter((islands, pro))) == ["Ireland pro", "UK pro"]
    assert found(Filter((islands, pro), any=True)) == ["France pro", "Ireland free", "Ireland pro", "UK free", "UK pro"]
    assert found(Filter((pro, france_free), any=True)) == ["France free", "France pro", "Ireland pro", "UK pro"]
    assert found(Filter((pro, france_free))) == []
    assert found(either(("country", "is", "France"), ("custom_attributes.plan", "is", "pro"))) == [
        "France free",
        "France pro",
        "Ireland pro",
        "UK pro",
    ]


# ---- who takes part --------------------------------------------------------------------------------------------------


def test_the_archived_the_blocked_and_those_about_to_be_deleted_never_take_part(plant, found):
    """FILT-17"""
    for number in range(7):
        plant(f"Person {number}")
    for state in State:
        if state != State.ACTIVE:
            plant(state.label, state=state)
    plant("Visitor", role=Role.VISITOR)
    here = [f"Person {number}" for number in range(7)]

    assert found(EVERYBODY) == here
    assert found(("name", "has_any_value")) == here
    assert found(("country", "is_not", "UK")) == here
    assert found(("company", "is_none")) == here
    assert found(either(("country", "is_unknown"), ("name", "is_unknown"))) == here


def test_an_archived_attribute_is_refused_and_not_ignored(workspace, plant):
    """FILT-17"""
    plan = attribute(workspace, "plan")
    plant("Ann", {"plan": "pro"})
    archive(plan, by=NOBODY, now=NOW)

    with pytest.raises(Unanswerable) as refused:
        matching(workspace, ("custom_attributes.plan", "is", "pro"))

    assert refused.value.message == "“plan” cannot be filtered by any more: it is archived or gone."
    assert refused.value.condition == Condition("custom_attributes.plan", "is", "pro")


def test_people_of_another_workspace_are_not_found(workspace, found, plant):
    PersonFactory(name="Stranger", country="UK")
    plant("Ann", country="UK")

    assert found(("country", "is", "UK")) == ["Ann"]


# ---- companies -------------------------------------------------------------------------------------------------------

ENTERPRISE_AND_LARGE = both(("company.plan", "is", "enterprise"), ("company.size", "greater_than", 100))


def test_conditions_of_a_group_mean_the_same_company(workspace, plant, found):
    """FILT-13"""
    ann = plant("Ann")
    company(workspace, "X", ann, plan="free", size=500)
    y = company(workspace, "Y", ann, plan="enterprise", size=5)

    assert found(ENTERPRISE_AND_LARGE) == []

    given(y, {"size": 500})
    assert found(ENTERPRISE_AND_LARGE) == ["Ann"]


def test_conditions_of_two_groups_may_mean_different_companies(workspace, plant, found):
    """FILT-13"""
    ann = plant("Ann")
    company(workspace, "X", ann, plan="free", size=500)
    company(workspace, "Y", ann, plan="enterprise", size=5)
    enterprise, large = (Group((condition,)) for condition in ENTERPRISE_AND_LARGE.conditions())

    assert found(Filter((enterprise, large))) == ["Ann"]
    assert found(either(("company.plan", "is", "trial"), ("company.size", "greater_than", 100))) == ["Ann"]


def test_a_group_mixes_what_a_person_is_and_what_one_company_is(workspace, plant, found):
    """FILT-13"""
    ann, ben = plant("Ann", country="UK"), plant("Ben", country="France")
    company(workspace, "Acme", ann, ben, plan="enterprise", size=500)

    mixed = (*ENTERPRISE_AND_LARGE.conditions(), Condition("country", "is", "UK"))
    assert found(Filter((Group(mixed),))) == ["Ann"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # some company that is not on pro, or no company at all
        (both(("company.plan", "is_not", "pro")), ["free", "none", "pro and free", "unknown"]),
        (both(("company.plan", "does_not_contain", "pro")), ["free", "none", "pro and free", "unknown"]),
        (both(("company.plan", "is_unknown")), ["none", "unknown"]),
        (both(("company.plan", "has_any_value")), ["free", "pro", "pro and free"]),
        # the same company: not on pro, and with a value
        (both(("company.plan", "is_not", "pro"), ("company.plan", "has_any_value")), ["free", "pro and free"]),
        (both(("company.plan", "is_not", "pro"), ("company", "is_any")), ["free", "pro and free", "unknown"]),
        # who has no company meets two negatives together
        (both(("company.plan", "is_not", "pro"), ("company.plan", "is_not", "free")), ["none", "unknown"]),
        (both(("company.plan", "is_not", "pro"), ("company", "is_none")), ["none"]),
        (both(("company.plan", "is", "pro"), ("company", "is_none")), []),
        (both(("company", "is_none"), ("company", "is_any")), []),
        (either(("company.plan", "is", "pro"), ("company", "is_none")), ["none", "pro", "pro and free"]),
        (either(("company.plan", "is_not", "pro"), ("company.plan", "is", "pro")), None),
    ],
)
def test_negative_questions_about_companies_are_true_of_people_without_one(asked, expected, workspace, plant, found):
    """FILT-09, FILT-13"""
    pro, free = plant("pro"), plant("free")
    mixed, unknown = plant("pro and free"), plant("unknown")
    plant("none")
    company(workspace, "P", pro, mixed, plan="pro")
    company(workspace, "F", free, mixed, plan="free")
    company(workspace, "U", unknown)

    everybody = ["free", "none", "pro", "pro and free", "unknown"]
    assert found(asked) == (everybody if expected is None else expected)


def test_an_archived_company_is_no_company(workspace, plant, found):
    """CO-08, FILT-17"""
    ann = plant("Ann")
    acme = company(workspace, "Acme", ann, plan="pro")
    Company.objects.filter(pk=acme.pk).update(state=State.ARCHIVED)

    assert found(("company.plan", "is", "pro")) == []
    assert found(("company.plan", "is_not", "pro")) == ["Ann"]


def test_custom_attributes_and_dates_of_companies_are_asked_like_all_others(workspace, plant, found):
    """FILT-13"""
    attribute(workspace, "seats", "number", about="company")
    ann = plant("Ann")
    company(workspace, "Acme", ann, last_request_at=NOW - timedelta(days=20), values={"seats": 12})

    assert found(("company.custom_attributes.seats", "greater_than", 11.5)) == ["Ann"]
    assert found(both(("company.last_request_at", "more_than", 14), ("company.name", "contains", "ACM"))) == ["Ann"]


# ---- the questions of the seeds --------------------------------------------------------------------------------------


def test_typical_questions_find_who_was_planted_for_each(workspace, plant, found):
    """FILT-12"""
    attribute(workspace, "plan")
    long_ago = NOW - timedelta(days=90)
    plant("new", {"plan": "pro"}, signed_up_at=NOW - timedelta(days=6), session_count=5, last_seen_at=NOW)
    plant("once", {"plan": "pro"}, signed_up_at=long_ago, session_count=1, last_seen_at=NOW - timedelta(days=20))
    plant("free", {"plan": "free"}, signed_up_at=long_ago, session_count=5, last_seen_at=NOW)
    plant("regular", {"plan": "pro"}, signed_up_at=long_ago, session_count=25, last_seen_at=NOW - timedelta(days=31))

    assert found(("signed_up_at", "less_than", 7)) == ["new"]
    assert found(("session_count", "is", 1)) == ["once"]
    assert found(("custom_attributes.plan", "is", "free")) == ["free"]
    assert found(both(("last_seen_at", "more_than", 30), ("session_count", "greater_than", 20))) == ["regular"]


def test_the_three_sample_segments_find_who_was_planted_for_each(workspace, plant, found):
    """FILT-19"""
    attribute(workspace, "plan")
    attribute(workspace, "trial_end_date", "date")
    attribute(workspace, "feature_usage", "number")
    attribute(workspace, "last_active", "date")
    soon, later = NOW + timedelta(days=2), NOW + timedelta(days=4)
    plant("trial ending", {"plan": "trial", "trial_end_date": soon})
    plant("trial going on", {"plan": "trial", "trial_end_date": later})
    plant("ready to pay", {"plan": "free", "feature_usage": 51, "trial_end_date": soon})
    plant("hardly there", {"plan": "free", "feature_usage": 50})
    idle = plant("at risk", {"last_active": NOW - timedelta(days=15)})
    busy = plant("well", {"last_active": NOW - timedelta(days=13)})
    company(workspace, "Big", idle, busy, plan="enterprise")
    end, custom = "custom_attributes.trial_end_date", "custom_attributes."

    assert found(both((f"{custom}plan", "is", "trial"), (end, "more_than", -3), (end, "less_than", 0))) == [
        "trial ending"
    ]
    assert found(both((f"{custom}feature_usage", "greater_than", 50), (f"{custom}plan", "is", "free"))) == [
        "ready to pay"
    ]
    assert found(both(("company.plan", "is", "enterprise"), (f"{custom}last_active", "more_than", 14))) == ["at risk"]


# ---- what cannot be asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("nowhere", "is", "x"), "“nowhere” cannot be filtered by any more: it is archived or gone."),
        (
            ("company.custom_attributes.tier", "is", "x"),
            "“tier” cannot be filtered by any more: it is archived or gone.",
        ),
        (("custom_attributes.a.b", "is", "x"), "“a.b” cannot be filtered by any more: it is archived or gone."),
        (("x" * 500, "is", "x"), f"“{'x' * 80}…” cannot be filtered by any more: it is archived or gone."),
        (
            ("session_count", "contains", "x"),
            "Web sessions cannot be asked this; it knows: is, is not, greater than, less than, is unknown, "
            "has any value.",
        ),
        (("session_count", "is", "many"), "Web sessions needs a number to compare with, such as 40 or 2.5."),
        (("session_count", "is", ""), "Web sessions needs a number to compare with, such as 40 or 2.5."),
        (("session_count", "is", None), "Web sessions needs a number to compare with, such as 40 or 2.5."),
        (("session_count", "is", "1e999"), "Web sessions needs a number to compare with, such as 40 or 2.5."),
        (("session_count", "is", "nan"), "Web sessions needs a number to compare with, such as 40 or 2.5."),
        (("session_count", "is", "١"), "Web sessions needs a number to compare with, such as 40 or 2.5."),
        (("name", "is", ""), "Name needs a value to compare with."),
        (("name", "is", "  "), "Name needs a value to compare with."),
        (("name", "is"), "Name needs a value to compare with."),
        (("name", "is", "a\x00b"), "Name cannot be compared with a character that no value can hold."),
        (("name", "is", "\ud800"), "Name cannot be compared with a character that no value can hold."),
        (("name", "is", "x" * 2_049), "Name is never longer than 2,048 characters."),
        (("signed_up_at", "more_than", "abc"), "Signed up needs a whole number of days; -3 means three days ahead."),
        (("signed_up_at", "more_than", 1.5), "Signed up needs a whole number of days; -3 means three days ahead."),
        (("signed_up_at", "more_than", True), "Signed up needs a whole number of days; -3 means three days ahead."),
        (("signed_up_at", "more_than", 36_501), "Signed up needs a number of days from -36,500 to 36,500."),
        (("signed_up_at", "more_than", -36_501), "Signed up needs a number of days from -36,500 to 36,500."),
        (("signed_up_at", "more_than", "9" * 50), "Signed up needs a whole number of days; -3 means three days ahead."),
        (("signed_up_at", "on", "10/03/2026"), "Signed up needs a day, such as 2026-03-10."),
        (("signed_up_at", "on", "2026-02-30"), "Signed up needs a day, such as 2026-03-10."),
        (("signed_up_at", "on", "0001-01-01"), "Signed up needs a day between the years 1900 and 9000."),
        (("owner_id", "is", "Tess"), "Owner needs one of the list to compare with."),
        (("owner_id", "is", True), "Owner needs one of the list to compare with."),
        (("owner_id", "is", 10**18), "Owner needs one of the list to compare with."),
        (("owner_id", "is", -1), "Owner needs one of the list to compare with."),
        (("company", "is", "Acme"), "Company cannot be asked this; it knows: is any, is none."),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(asked, message, workspace):
    """FILT-07"""
    with pytest.raises(Unanswerable) as refused:
        matching(workspace, asked)

    assert refused.value.message == message
    assert refused.value.status == 400


def test_an_owner_of_any_number_is_asked_for_as_it_is(found, plant):
    plant("Ann")

    assert found(("owner_id", "is", "999999999999999999")) == []
    assert found(("owner_id", "is_not", "999999999999999999")) == ["Ann"]


def test_a_filter_as_long_as_it_may_be_is_answered(plant, found):
    plant("Ann", country="UK")
    groups = tuple(
        Group(tuple(Condition("country", "is_not", f"Country {number}" * 20) for number in range(15)), any=bool(n % 2))
        for n in range(15)
    )

    assert found(Filter(groups)) == ["Ann"]


def test_everybody_and_nobody_may_be_turned_round_and_joined(workspace, plant):
    """What asks nothing is a predicate like any other."""
    plant("Ann")
    fresh, moment = Workspace.objects.get(pk=workspace.pk), Moment(NOW, UTC)
    everybody = compiled(fresh, "person", EVERYBODY, moment)
    nobody = compiled(fresh, "person", both(("session_count", "is", 2.5)), moment)
    ben = compiled(fresh, "person", both(("name", "is", "Ben")), moment)

    for asked, count in [
        (everybody, 1),
        (nobody, 0),
        (~everybody, 0),
        (~nobody, 1),
        (everybody | ben, 1),
        (ben | everybody, 1),
        (nobody | ben, 0),
        (~nobody & ~ben, 1),
        (Q(Exists(Person.objects.filter(pk=OuterRef("pk")).filter(nobody))), 0),
    ]:
        assert Person.objects.filter(asked).count() == count
        assert Person.objects.aggregate(found=Count("pk", filter=asked)) == {"found": count}
        is_so = ExpressionWrapper(asked, BooleanField())
        assert list(Person.objects.annotate(is_so=is_so).values_list("is_so", flat=True)) == [bool(count)]


@pytest.mark.parametrize(
    ("asked", "inside"),
    [
        (both(("session_count", "is", 2.5)), False),
        (both(("session_count", "is_not", 2.5)), True),
        (both(("company", "is_none"), ("company", "is_any")), False),
        (both(("country", "is", "UK")), False),
        (EVERYBODY, True),
    ],
)
def test_whoever_is_not_in_a_segment_is_not_in_it(asked, inside, workspace, plant, found):
    """FILT-15: even where the segment can find nobody, or the value it asks for is unknown."""
    plant("Ann")
    segment = Segment.objects.create(
        workspace=workspace, about="person", name="S", filter=written(asked), created_at=NOW, updated_at=NOW
    )
    slug = str(segment.pk)

    assert found(("segment", "in", slug)) == (["Ann"] if inside else [])
    assert found(("segment", "not_in", slug)) == ([] if inside else ["Ann"])
    assert found(either(("segment", "not_in", slug), ("name", "is", "Ben"))) == ([] if inside else ["Ann"])


def test_the_order_of_leads_and_users_does_not_matter(workspace, plant, found):
    """FILT-16"""
    LeadFactory(workspace=workspace, name="Ben", country="UK")
    plant("Ann", country="UK")

    assert found(both(("country", "is", "UK"), ("role", "is", "lead"))) == ["Ben"]
