"""Random people, random filters: the database finds whom a plain evaluation of the rules finds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from apps.attributes.catalogue import catalogue_of
from apps.companies.models import Company, Membership
from apps.people.models import Person
from apps.segments.comparisons import COMPARISONS, Comparison, Moment
from apps.segments.compiling import compiled
from apps.segments.language import Condition, Filter, Group
from apps.workspace.models import Workspace
from tests.factories import NOW, WorkspaceFactory, attribute
from tests.segments.evaluator import Somebody, matches

pytestmark = pytest.mark.django_db

Choice = TypeVar("Choice")
CUSTOM = "custom_attributes."
OPTIONS = ["A", "B b", "ü"]
# every kind of value, as a standard and as a custom attribute where there are both
PERSON_FIELDS = {
    "name": "line",
    "city": "text",
    "session_count": "number",
    "signed_up_at": "date",
    "has_hard_bounced": "boolean",
    "role": "role",
    "custom_attributes.note": "text",
    "custom_attributes.files": "number",
    "custom_attributes.score": "decimal",
    "custom_attributes.vip": "boolean",
    "custom_attributes.due": "date",
    "custom_attributes.stage": "list",
}
COMPANY_FIELDS = {
    "plan": "line",
    "size": "number",
    "monthly_spend": "spend",
    "last_request_at": "date",
    "custom_attributes.tier": "text",
    "custom_attributes.seats": "decimal",
    "custom_attributes.big": "boolean",
}
FIELDS = PERSON_FIELDS | {f"company.{address}": kind for address, kind in COMPANY_FIELDS.items()}
ASKED = [*FIELDS, "company"]
OF_COMPANIES = ["company.plan", "company.size", "company.monthly_spend", "company"]  # they mean the same one
NEVER_UNKNOWN = {"session_count", "role"}

# ---- what values are made of: little, so that they meet often -------------------------------------------------------

TEXTS = [
    *("pro", "Pro", "pro plan", "PRO", "improve", "pro_1", "pro-1", "a b", "b"),
    *("100%", "1%0", "a_b", "axb", "\\", "a\\b", "'", "[a]", "(?i)", "***:a", "c++", "C++11", "*", "."),
    *("é", "É", "naïve café", "ß", "✓", "“a”", "line\nbreak", "日本 語", "a", "A", "a\u0663", "\u0663", "5½", "5"),
]
WHOLES = [-2, -1, 0, 1, 2, 3, 100, 2**31 - 1, -(2**31)]
FRACTIONS = [-2.0, -0.5, 0.0, 0.5, 1.0, 2.5, 3.0, 0.1 + 0.2, 0.3, 1e15 + 0.5, float(2**53), -1e-9]
NUMBERS = [*WHOLES, *FRACTIONS, "2", "-0.0", "2.50", "1e2", 1e308, "-1e19", 2**62]
ZONES = [
    *("UTC", "America/New_York", "Europe/Dublin", "Asia/Kathmandu", "Africa/Cairo"),
    *("Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Niue"),
]
# In these weeks New York and Dublin change their clocks, Cairo does so at midnight, Lord Howe by half an hour.
NOWS = [
    NOW,
    datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 59, 59, tzinfo=UTC),
    datetime(2026, 4, 24, 22, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
    datetime(2026, 4, 4, 15, 0, tzinfo=UTC),
]
SHIFTS = [timedelta(seconds=seconds) for seconds in (-1, 0, 1, 1800, -1800, 40_000)]
DAYS = range(-4, 5)


class Dice:
    """Choices read off one string of bytes: it is drawn in one go, and shrinks byte by byte."""

    def __init__(self, thrown: bytes) -> None:
        self.thrown = iter(thrown)

    def up_to(self, most: int) -> int:
        return next(self.thrown, 0) % (most + 1)

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        return choices[self.up_to(len(choices) - 1)]


class World:
    """People, their companies, filters, a moment and a zone."""

    def __init__(self, thrown: bytes) -> None:
        self.dice = Dice(thrown)
        self.now = self.dice.one_of(NOWS)
        self.zone = ZoneInfo(self.dice.one_of(ZONES))
        # few of each in one world, so that what is asked for is there
        self.texts, self.wholes, self.fractions, self.numbers = (
            [self.dice.one_of(pool) for _ in range(5)] for pool in (TEXTS, WHOLES, FRACTIONS, NUMBERS)
        )
        firms = [self.record(COMPANY_FIELDS) for _ in range(1 + self.dice.up_to(3))]
        self.people = [self.somebody(str(number), firms) for number in range(2 + self.dice.up_to(6))]
        self.filters = [self.filter() for _ in range(10)]

    def somebody(self, name: str, firms: list[dict[str, Any]]) -> Somebody:
        theirs = self.dice.up_to(2 ** len(firms) - 1)
        return Somebody(
            name, self.record(PERSON_FIELDS), [firm for place, firm in enumerate(firms) if theirs & 2**place]
        )

    def record(self, fields: dict[str, str]) -> dict[str, Any]:
        return {
            address: None if address not in NEVER_UNKNOWN and not self.dice.up_to(3) else self.value(kind)
            for address, kind in fields.items()
        }

    def value(self, kind: str) -> Any:
        pools: dict[str, Sequence[Any]] = {
            **dict.fromkeys(("line", "text"), self.texts),
            **dict.fromkeys(("number", "spend"), self.wholes),
            "decimal": self.fractions,
            "boolean": (True, False),
            "list": (*OPTIONS, "stray"),
            "role": ("user", "lead"),
        }
        return self.instant() if kind == "date" else self.dice.one_of(pools[kind])

    def instant(self) -> datetime:
        """Around whole days before and after now, or around a midnight of the zone, to the second."""
        shift, days = self.dice.one_of(SHIFTS), timedelta(days=self.dice.one_of(DAYS))
        if self.dice.up_to(1):
            return self.now + days + shift
        day = (self.now + days).astimezone(self.zone).date()
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC) + shift

    def filter(self) -> Filter:
        groups = tuple(self.group() for _ in range(self.dice.up_to(2) + self.dice.up_to(1)))
        return Filter(groups, bool(groups) and bool(self.dice.up_to(1)))

    def group(self) -> Group:
        fields = self.dice.one_of([ASKED, ASKED, OF_COMPANIES])
        return Group(tuple(self.condition(fields) for _ in range(1 + self.dice.up_to(3))), bool(self.dice.up_to(1)))

    def condition(self, fields: Sequence[str]) -> Condition:
        field = self.dice.one_of(fields)
        kind = FIELDS.get(field, "belonging")
        comparison = self.dice.one_of(COMPARISONS[kind])
        return Condition(field, comparison.name, self.operand(comparison, kind))

    def operand(self, comparison: Comparison, kind: str) -> Any:
        if comparison.takes == "day":
            return (self.now + timedelta(days=self.dice.one_of(DAYS))).date().isoformat()
        if comparison.takes == "days":
            days = self.dice.one_of(DAYS)
            return str(days) if self.dice.up_to(1) else days
        if comparison.takes == "number":
            return self.dice.one_of([*self.wholes, *self.fractions, *self.numbers])
        return self.value(kind) if comparison.takes else None

    def __repr__(self) -> str:
        return f"World(now={self.now}, zone={self.zone}, people={self.people}, filters={self.filters})"


# To shrink a failure would ask the database for minutes: the first one found is told with its filter instead.
QUICKLY = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
worlds = st.builds(World, st.binary(min_size=900, max_size=900))

# ---- the database ----------------------------------------------------------------------------------------------------


@pytest.fixture
def workspace() -> Workspace:
    made = WorkspaceFactory(app_id="abc1234")
    for about, fields in (("person", PERSON_FIELDS), ("company", COMPANY_FIELDS)):
        for path, kind in fields.items():
            if path.startswith(CUSTOM):
                options = {"options": OPTIONS} if kind == "list" else {}
                attribute(made, path.removeprefix(CUSTOM), kind, about, **options)
    return Workspace.objects.get(pk=made.pk)


def store(workspace: Workspace, people: Sequence[Somebody]) -> dict[int, str]:
    """Put everybody and their companies into the tables; pk → name."""
    firms = {id(company): company for who in people for company in who.companies}
    person_pks = insert(workspace, Person, PERSON_FIELDS, [who.values for who in people])
    firm_pks = dict(zip(firms, insert(workspace, Company, COMPANY_FIELDS, list(firms.values())), strict=True))
    Membership.objects.bulk_create(
        Membership(workspace=workspace, person_id=pk, company_id=firm_pks[id(company)], created_at=NOW)
        for pk, who in zip(person_pks, people, strict=True)
        for company in who.companies
    )
    return {pk: who.name for pk, who in zip(person_pks, people, strict=True)}


def insert(
    workspace: Workspace, model: type[Person] | type[Company], fields: dict[str, str], rows: Sequence[Any]
) -> list[int]:
    """Straight into the columns: what doors would make of the values is not asked here."""
    if not rows:
        return []
    known = catalogue_of(workspace, model.about)
    columns = [known[path.removeprefix(CUSTOM)].column for path in fields]
    line = f"(%s, %s, {', '.join(['%s'] * len(columns))})"
    values = [[workspace.pk, f"{number:024x}", *row.values()] for number, row in enumerate(rows)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} (workspace_id, public_id, {', '.join(columns)}) "
            f"VALUES {', '.join([line] * len(rows))} RETURNING id",
            [value for row in values for value in row],
        )
        return [pk for (pk,) in cursor.fetchall()]


def found(workspace: Workspace, asked: Filter, moment: Moment) -> set[int]:
    people = Person.objects.of(workspace).listed().filter(compiled(workspace, "person", asked, moment))
    return set(people.values_list("pk", flat=True))


@settings(QUICKLY, max_examples=60)
@given(world=worlds)
def test_the_database_finds_whom_the_rules_find(workspace, world):
    """FILT-01…13, DATE-02…08"""
    with transaction.atomic():
        names = store(workspace, world.people)
        for asked in world.filters:
            expected = {who.name for who in world.people if matches(asked, who, world.now, world.zone)}
            told_apart = 0 < len(expected) < len(world.people)
            event("finds some and not others" if told_apart else "finds all or nobody")
            assert ({names[pk] for pk in found(workspace, asked, Moment(world.now, world.zone))}, asked) == (
                expected,
                asked,
            )
        transaction.set_rollback(True)


def test_every_comparison_takes_part():
    """But for those of tags, segments, events and owners, which have tests of their own."""
    others = {COMPARISONS[kind] for kind in ("tag", "segment", "occurrence", "member")}

    assert {COMPARISONS[FIELDS.get(field, "belonging")] for field in ASKED} | others == set(COMPARISONS.values())
