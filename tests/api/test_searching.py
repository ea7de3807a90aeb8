"""Contacts, found by one thing that is known of them."""

import pytest

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person, Role
from apps.workspace.models import Workspace
from tests.api.conftest import Program, errors
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


def search(api: Program, field: object, value: object, operator: object = "=", **pagination: object) -> object:
    body = {"query": {"field": field, "operator": operator, "value": value}}
    return api.post("/contacts/search", body | ({"pagination": pagination} if pagination else {}))


def ids(response: object) -> list[str]:
    assert response.status_code == 200, response.content
    return [contact["id"] for contact in response.json()["data"]]


def given(person: Person, **values: object) -> Person:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(Person, workspace, {person.pk: values}, Source.REST, now=NOW)
    return person


def test_a_user_is_found_by_user_id_exactly(api, workspace):
    """IDN-08"""
    ann = PersonFactory(workspace=workspace, external_id="A1")
    PersonFactory(workspace=workspace, external_id="a1")
    PersonFactory(workspace=WorkspaceFactory(), external_id="A1")

    response = search(api, "external_id", "A1")

    assert ids(response) == [ann.public_id]
    assert response.json()["data"][0]["external_id"] == "A1"
    assert {key: answer for key, answer in response.json().items() if key != "data"} == {
        "type": "list",
        "total_count": 1,
        "pages": {"type": "pages", "page": 1, "per_page": 50, "total_pages": 1, "next": None},
    }


def test_everybody_with_an_email_is_found_whatever_its_case(api, workspace):
    """AVA-01, IDN-08"""
    ann = PersonFactory(workspace=workspace, email="a@x.io")
    ben = LeadFactory(workspace=workspace, email="a@x.io")

    assert ids(search(api, "email", " A@X.io")) == [ben.public_id, ann.public_id]


@pytest.mark.parametrize(
    "hidden", [{"state": state} for state in State if state != State.ACTIVE] + [{"role": Role.VISITOR}]
)
def test_who_is_hidden_never_matches(hidden, api, workspace):
    """DEL-05, IDN-09, IDN-19"""
    PersonFactory(workspace=workspace, email="a@x.io", **hidden)

    assert ids(search(api, "email", "a@x.io")) == []


@pytest.mark.parametrize(
    ("kind", "stored", "sought"),
    [
        ("text", "pro", "pro"),
        ("text", "7", 7),
        ("list", "A", "A"),
        ("number", 7, 7),
        ("number", 7, "7"),
        ("decimal", 7.5, "7.5"),
        ("boolean", True, True),
        ("boolean", True, 1),
        ("boolean", False, 0),
        ("date", 1773154800, 1773154800),
    ],
)
def test_people_are_found_by_a_custom_attribute_of_every_kind(kind, stored, sought, api, workspace):
    attribute(workspace, "thing", kind, **({"options": ["A", "B"]} if kind == "list" else {}))
    ann = given(PersonFactory(workspace=workspace), thing=stored)
    PersonFactory(workspace=workspace)

    assert ids(search(api, "custom_attributes.thing", sought)) == [ann.public_id]


def test_a_date_is_the_whole_day_in_the_workspaces_zone(api, workspace):
    """API-07"""
    Workspace.objects.update(timezone="America/New_York")
    attribute(workspace, "due", "date")
    first = given(PersonFactory(workspace=workspace), due="2026-03-08T05:00:00Z")  # midnight in New York
    last = given(PersonFactory(workspace=workspace), due="2026-03-09T03:59:59Z")  # a day of 23 hours
    given(PersonFactory(workspace=workspace), due="2026-03-09T04:00:00Z")
    given(PersonFactory(workspace=workspace), due="2026-03-08T04:59:59Z")

    assert ids(search(api, "custom_attributes.due", 1772992800)) == [last.public_id, first.public_id]


def test_null_finds_people_without_a_value(api, workspace):
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace)
    given(PersonFactory(workspace=workspace), plan="pro")

    assert ids(search(api, "custom_attributes.plan", None)) == [ann.public_id]


@pytest.mark.parametrize(
    "field", ["nowhere", "custom_attributes.nowhere", "custom_attributes.name", "name", None, 5, ["email"]]
)
def test_a_field_that_is_not_searchable_is_refused(field, api):
    assert [error[:2] for error in errors(search(api, field, "a"))] == [(400, "invalid_field")]


@pytest.mark.parametrize("operator", ["!=", "~", ">", "IN", "AND", "OR", "like", None, 5, ["="]])
def test_an_operator_that_is_not_understood_is_refused(operator, api):
    assert [error[:2] for error in errors(search(api, "email", "a@x.io", operator))] == [(400, "parameter_invalid")]


@pytest.mark.parametrize("value", [["a@x.io"], {"a": 1}, "x" * 300, "a\x00b"])
def test_a_value_that_nobody_can_have_is_refused(value, api):
    assert [error[:2] for error in errors(search(api, "email", value))] == [(400, "parameter_invalid")]


@pytest.mark.parametrize(
    "body", [{}, {"query": None}, {"query": "email"}, {"query": {"field": "email", "operator": "="}}]
)
def test_a_search_needs_a_whole_filter(body, api):
    assert [error[:2] for error in errors(api.post("/contacts/search", body))] == [(400, "parameter_missing")]


def test_sorting_is_refused_rather_than_ignored(api):
    body = {"query": {"field": "email", "operator": "=", "value": "a@x.io"}, "sort": {"field": "name"}}

    assert [error[:2] for error in errors(api.post("/contacts/search", body))] == [(400, "parameter_invalid")]


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_pages_go_on_from_the_cursor_until_everybody_was_seen_once(api, workspace):
    """API-08"""
    people = LeadFactory.create_batch(5, workspace=workspace, email="a@x.io")

    seen, numbers, cursor = [], [], {}
    while cursor is not None:
        response = search(api, "email", "a@x.io", per_page=2, **cursor)
        seen += ids(response)
        pages = response.json()["pages"]
        numbers.append((pages["page"], pages["total_pages"], response.json()["total_count"]))
        cursor = pages["next"] and {"starting_after": pages["next"]["starting_after"]}

    assert seen == [person.public_id for person in reversed(people)]
    assert numbers == [(1, 3, 5), (2, 3, 5), (3, 3, 5)]


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bnVsbA==", 5, ["a"], "WzEsIngiXQ=="])
def test_a_cursor_that_nobody_was_given_is_refused(cursor, api):
    response = search(api, "email", "a@x.io", starting_after=cursor)

    assert [(status, code) for status, code, _ in errors(response)] == [(400, "client_error")]
    assert errors(response)[0][2].startswith("Invalid starting_after param")


@pytest.mark.parametrize("size", [0, 151, -1, "many", True, 1.5, [1]])
def test_a_page_has_one_to_150_contacts(size, api):
    assert [error[:2] for error in errors(search(api, "email", "a@x.io", per_page=size))] == [
        (400, "parameter_invalid")
    ]


def test_a_page_of_many_costs_the_queries_of_a_page_of_one(api, workspace, django_assert_num_queries):
    """The token, the count, the people, their custom values, their companies."""
    attribute(workspace, "plan")
    LeadFactory(workspace=workspace, email="a@x.io")
    search(api, "email", "a@x.io")
    with django_assert_num_queries(5):
        search(api, "email", "a@x.io")
    LeadFactory.create_batch(100, workspace=workspace, email="a@x.io")

    with django_assert_num_queries(5):
        response = search(api, "email", "a@x.io", per_page=150)

    assert len(ids(response)) == 101
