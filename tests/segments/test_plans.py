"""What the database is asked: no column is cast, so that a plain index on it is of use."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from apps.attributes.columns import sql_types
from apps.attributes.models import model_of
from apps.companies.models import Company
from apps.people.models import Person
from apps.segments import catalogue
from apps.segments.comparisons import Moment
from apps.segments.compiling import compiled
from apps.segments.language import Condition, all_of
from apps.workspace.models import Workspace
from tests.factories import NOW, attribute
from tests.segments.conftest import UTC, matching

pytestmark = pytest.mark.django_db

KINDS = ["text", "number", "decimal", "boolean", "date", "list"]
VALUES: dict[str, list[Any]] = {
    "": [None],
    "text": ["pro", "50%"],
    "choice": ["A"],
    "key": [7],
    "number": [3, "2.5", 2**53, 2**62, 1e308, -1e308],
    "days": [3, -3],
    "day": ["2026-03-10"],
}
TYPES = sql_types(Person) | sql_types(Company)  # a name that both tables have is of one type, or of text, in both
CAST = re.compile(r"\(?(?:\w+\.)?\"?(\w+)\"?\)?::([a-z ]+)")


@pytest.fixture
def furnished(workspace: Workspace) -> Workspace:
    for about in ("person", "company"):
        for kind in KINDS:
            options = {"options": ["A", "B"]} if kind == "list" else {}
            attribute(workspace, f"{about} {kind}", kind, about, **options)
    return Workspace.objects.get(pk=workspace.pk)


def plan(queryset: Any) -> str:
    return queryset.order_by().values("pk").explain(verbose=True, costs=False)


def questions(workspace: Workspace, about: str) -> Iterator[tuple[str, str, Any]]:
    """What can be asked of attributes: every comparison of every kind, in every type of column, own and a company's."""
    asked = set()
    for field in catalogue.fields(workspace, about):
        column_type = TYPES.get(field.definition.column) if field.definition else None
        alike = field.kind, column_type, field.relation is None
        if alike not in asked and (field.definition or field.relation):
            asked.add(alike)
            for comparison in field.comparisons:
                yield from ((field.address, comparison.name, value) for value in VALUES[comparison.takes])


def casts(explained: str) -> set[tuple[str, str]]:
    """Every column that a plan casts, and to what. Text of a bounded length is text already: that costs nothing."""
    found = {(column, into.strip()) for column, into in CAST.findall(explained) if column in TYPES}
    return {(column, into) for column, into in found if not (into == "text" and TYPES[column].startswith("varchar"))}


@pytest.mark.parametrize("about", ["person", "company"])
def test_no_question_casts_a_column(about, furnished):
    """FILT-01: with values, too, that fit their column badly."""
    asked = list(questions(furnished, about))

    cast = {question: casts(plan(matching(furnished, question, about=about))) for question in asked}

    assert {question: found for question, found in cast.items() if found} == {}
    kinds = {catalogue.find(furnished, about, address).kind for address, _, _ in asked}
    assert kinds >= {*KINDS, "line", "identifier"} | (
        {"email", "member", "role", "spend"} if about == "person" else {"spend"}
    )


def test_a_cast_would_be_seen():
    """The pattern finds what it is to find."""
    assert casts("Filter: ((people_person.session_count)::numeric > 2.5)") == {("session_count", "numeric")}
    assert casts("Filter: (lower((number_001)::text) ~~ '%a%'::text)") == {("number_001", "text")}
    assert casts("Filter: (people_person.number_001 > '2.5'::double precision)") == set()
    assert casts("Filter: ((people_person.state)::text = 'active'::text)") == set()


@pytest.mark.parametrize(
    ("about", "address", "asked"),
    [
        ("person", "name", [("is", "Ann")]),
        ("person", "role", [("is", "user")]),
        ("person", "session_count", [("is", 3), ("greater_than", 2.5), ("less_than", "2.5"), ("less_than", 1e300)]),
        ("person", "owner_id", [("is", 7)]),
        ("person", "signed_up_at", [("more_than", 3), ("less_than", 3), ("exactly", -3), ("on", "2026-03-10")]),
        ("person", "signed_up_at", [("after", "2026-03-10"), ("before", "2026-03-10")]),
        ("person", "custom_attributes.person text", [("is", "pro")]),
        ("person", "custom_attributes.person list", [("is", "A")]),
        ("person", "custom_attributes.person number", [("is", 3), ("greater_than", 2.5), ("less_than", 2**60)]),
        ("person", "custom_attributes.person decimal", [("is", 2.5), ("greater_than", 2), ("less_than", 1e308)]),
        ("person", "custom_attributes.person date", [("exactly", 3), ("on", "2026-03-10"), ("less_than", 3)]),
        ("person", "custom_attributes.person boolean", [("is_true", None), ("is_false", None)]),
        ("company", "size", [("is", 3), ("greater_than", 2.5), ("less_than", 2**62)]),
        ("company", "monthly_spend", [("is", 3), ("greater_than", 2.5)]),
    ],
)
def test_a_plain_index_on_a_column_is_of_use(about, address, asked, furnished):
    model = model_of(about)
    column = connection.ops.quote_name(catalogue.find(furnished, about, address).definition.column)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX the_one_index ON {model._meta.db_table} ({column})")
        cursor.execute("DROP INDEX people_of_an_owner")  # it would do as well
        cursor.execute("SET LOCAL enable_seqscan = off")

    for comparison, value in asked:
        tree = all_of(Condition(address, comparison, value))
        explained = plan(model.objects.filter(compiled(furnished, about, tree, Moment(NOW, UTC))))
        assert "the_one_index" in explained
        assert "Index Cond: " in explained
