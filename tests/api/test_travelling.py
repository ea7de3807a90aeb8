"""Filters of the app as the JSON of a contacts search: it finds the same people, or says why it cannot."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import assume, given, settings

from apps.api import searching
from apps.people.models import Person
from apps.segments.comparisons import Moment
from apps.segments.compiling import compiled
from apps.segments.language import EVERYBODY, Condition, Filter, Group, all_of, written
from apps.segments.models import Segment
from apps.segments.travelling import as_search
from apps.tags.models import Tag, Tagging
from apps.workspace.models import Workspace
from tests.api.conftest import Program
from tests.factories import NOW, LeadFactory, PersonFactory, attribute
from tests.segments.conftest import both, conditions, either, matching
from tests.segments.conftest import given as write_values
from tests.segments.test_agreement import QUICKLY, store, worlds
from tests.segments.test_agreement import workspace as furnished  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def copied(workspace: Workspace, asked: Filter, about: str = "person") -> object:
    return as_search(Workspace.objects.get(pk=workspace.pk), about, asked)


def posted(api: Program, query: object) -> list[str]:
    response = api.post("/contacts/search", {"query": query})
    assert response.status_code == 200, response.content
    return sorted(contact["name"] for contact in response.json()["data"])


@pytest.fixture
def people(workspace: Workspace, tess: object) -> None:
    """Everybody differs from everybody else in what is asked below."""
    for name, kind in [
        ("plan", "text"),
        ("score", "decimal"),
        ("files", "number"),
        ("vip", "boolean"),
        ("due", "date"),
    ]:
        attribute(workspace, name, kind)
    attribute(workspace, "stage", "list", options=["A", "B"])
    ann = PersonFactory(workspace=workspace, name="Ann Lee", country="Ireland", owner=tess.teammate, email="a@x.io")
    write_values(ann, {"unsubscribed_from_emails": True})
    write_values(ann, {"plan": "pro", "score": 2.5, "files": 0, "vip": True, "due": NOW, "stage": "A"})
    ben = LeadFactory(workspace=workspace, name="Ben", country="UK", signed_up_at=NOW - timedelta(days=1))
    write_values(ben, {"plan": "Pro plan", "score": -1, "files": 3, "vip": False, "stage": "stray"})
    write_values(ben, {"unsubscribed_from_emails": False})
    PersonFactory(workspace=workspace, name="Cem", email="c@x.io", signed_up_at=datetime(2026, 3, 10, 4, tzinfo=UTC))
    vip = Tag.objects.create(workspace=workspace, name="VIP", created_at=NOW)
    Tagging.objects.create(workspace=workspace, tag=vip, about="person", record_id=ann.pk, applied_at=NOW)
    irish = written(both(("country", "is", "Ireland")))
    Segment.objects.create(
        workspace=workspace, about="person", name="Irish", filter=irish, created_at=NOW, updated_at=NOW
    )


PLAN, SCORE, FILES = "custom_attributes.plan", "custom_attributes.score", "custom_attributes.files"
DATES = "signed_up_at", "custom_attributes.due"
UNPLANNED = Group(conditions((PLAN, "is_unknown"), (FILES, "is", 3)), any=True)
IDLE_PROS = Group(conditions((PLAN, "is", "pro"), (FILES, "is", 0)))
TRAVELLING = [
    *((PLAN, name, "pro") for name in ("is", "is_not", "contains", "does_not_contain", "starts_with", "ends_with")),
    *((PLAN, name) for name in ("is_unknown", "has_any_value")),
    *((SCORE, name, value) for name in ("is", "is_not", "greater_than", "less_than") for value in ("2.5", -1, 1e308)),
    *((FILES, name, value) for name in ("is", "is_not", "greater_than", "less_than") for value in (0, "2.5", 2**62)),
    *(("custom_attributes.vip", name) for name in ("is_true", "is_false", "is_unknown", "has_any_value")),
    *(
        (f"{where}", name, "2026-03-10")
        for where in ("signed_up_at", "custom_attributes.due")
        for name in ("on", "after", "before")
    ),
    *(("signed_up_at", name) for name in ("is_unknown", "has_any_value")),
    *(("custom_attributes.stage", name, value) for name in ("is", "is_not") for value in ("A", "stray")),
    *(("role", name, "lead") for name in ("is", "is_not")),
    *(("owner_id", name) for name in ("is_unknown", "has_any_value")),
    *(("email", name, "a@x.io") for name in ("is", "is_not", "contains")),
    *(("unsubscribed_from_emails", name) for name in ("is_true", "is_false", "is_unknown", "has_any_value")),
    ("email", "contains", "A@X"),
    ("country", "is", "Ireland"),
    ("name", "has_any_value"),
]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_the_copied_json_finds_the_same_people(zone, api, workspace, people, tess):
    """BEY-13"""
    Workspace.objects.update(timezone=zone)
    zoned = Workspace.objects.get(pk=workspace.pk)
    tag, segment = Tag.objects.get().pk, str(Segment.objects.get().pk)
    asked = [
        *map(both, TRAVELLING),
        *(both(("owner_id", name, tess.teammate_id)) for name in ("is", "is_not")),
        *(both(("tag", name, tag)) for name in ("is", "is_not")),
        *(both(("segment", name, value)) for name in ("in", "not_in") for value in (segment, "leads")),
        EVERYBODY,
        both((PLAN, "is", "pro"), ("country", "is", "Ireland")),
        either((PLAN, "is", "pro"), ("country", "is", "UK")),
        Filter(
            (
                Group(conditions((PLAN, "is_unknown"), (FILES, "is", 3)), any=True),
                Group(conditions(("role", "is", "user"))),
            )
        ),
        Filter(
            (Group(conditions((PLAN, "is", "pro"), (FILES, "is", 0))), Group(conditions(("name", "is", "Cem")))),
            any=True,
        ),
    ]

    here = {one: sorted(person.name for person in matching(zoned, one, zone=zoned.zone)) for one in asked}
    there = {one: posted(api, copied(workspace, one)) for one in asked}

    assert there == here
    assert len({tuple(names) for names in here.values()}) > 5


def test_a_filter_is_copied_as_short_as_it_can_be(workspace):
    """BEY-13"""
    islands = Group(conditions(("country", "is", "Ireland"), ("country", "is", "UK")), any=True)
    assert copied(workspace, Filter((islands, Group(conditions(("name", "starts_with", "A")))))) == {
        "operator": "AND",
        "value": [
            {
                "operator": "OR",
                "value": [
                    {"field": "location.country", "operator": "=", "value": "Ireland"},
                    {"field": "location.country", "operator": "=", "value": "UK"},
                ],
            },
            {"field": "name", "operator": "^", "value": "A"},
        ],
    }
    assert copied(workspace, both(("name", "is_unknown"))) == {"field": "name", "operator": "=", "value": None}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (
            ("signed_up_at", "more_than", -3),
            "The REST API knows days of the calendar only, not “Signed up more than … days ago”.",
        ),
        (
            ("signed_up_at", "exactly", 3),
            "The REST API knows days of the calendar only, not “Signed up exactly … days ago”.",
        ),
        (("name", "contains_word", "x"), "The REST API cannot ask “Name contains exact word …”."),
        (("company.plan", "is", "pro"), "The REST API cannot search by Company plan."),
        (("company", "is_any"), "The REST API cannot search by Company."),
        (("session_count", "is", 1), "The REST API cannot search by Web sessions."),
        (("utm_source", "is_unknown"), "The REST API cannot search by UTM Source."),
        (("email", "is", "A@x.io"), "The REST API ignores the case of Email; write it in small letters."),
        (("email_domain", "is", "X.io"), "The REST API ignores the case of Email domain; write it in small letters."),
        (("name", "is", "x" * 256), "The REST API compares Name with at most 255 characters."),
        (
            ("signed_up_at", "on", "8000-01-01"),
            "The REST API takes a day as far away as 8000-01-01 for milliseconds.",
        ),
        (("nowhere", "is", "x"), "“nowhere” cannot be filtered by any more: it is archived or gone."),
        (("signed_up_at", "on", "soon"), "Signed up needs a day, such as 2026-03-10."),
    ],
)
def test_what_a_search_cannot_ask_is_said(asked, reason, workspace):
    """BEY-13"""
    assert copied(workspace, both(asked)) == [reason]
    assert copied(workspace, either(("name", "is", "Ann"), asked, asked)) == [reason]


def test_every_reason_is_said_at_once(workspace):
    reasons = copied(workspace, both(("session_count", "is", 1), ("name", "contains_word", "x")))

    assert reasons == [
        "The REST API cannot search by Web sessions.",
        "The REST API cannot ask “Name contains exact word …”.",
    ]


def test_companies_are_not_searched_for(workspace):
    assert copied(workspace, both(("plan", "is", "pro")), "company") == [
        "The REST API searches for people, not for companies."
    ]


@settings(QUICKLY, max_examples=25)
@given(world=worlds)
def test_whatever_can_travel_finds_the_same_people(furnished, world):  # noqa: F811
    """BEY-13: random people, random conditions."""
    furnished.timezone = world.zone.key
    every = {condition for asked in world.filters for condition in asked.conditions()}
    travelling = {one: query for one in every if isinstance(query := as_search(furnished, "person", all_of(one)), dict)}
    assume(travelling)
    whole = Filter((Group(tuple(travelling)[:15], any=True),))
    with transaction.atomic():
        store(furnished, world.people)
        for asked in [*map(all_of, travelling), whole]:
            query = as_search(furnished, "person", asked)
            there = searching.matching(furnished, query, world.now).values_list("pk", flat=True)
            moment = Moment(world.now, world.zone)
            here = Person.objects.of(furnished).listed().filter(compiled(furnished, "person", asked, moment))
            assert (set(there), query) == (set(here.values_list("pk", flat=True)), query)
        transaction.set_rollback(True)


def test_a_condition_with_no_place_to_go_is_no_condition_at_all(workspace):
    """Nothing is left out in silence: one that cannot travel keeps the whole filter here."""
    asked = Filter((Group((Condition("name", "is", "Ann"),)), Group((Condition("company", "is_any"),))))

    assert copied(workspace, asked) == ["The REST API cannot search by Company."]
