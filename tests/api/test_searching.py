"""Contacts, found by one thing that is known of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from apps.api import paging
from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person, Role
from apps.segments.catalogue import CUSTOM
from apps.segments.language import Condition, all_of, written
from apps.segments.models import Segment
from apps.tags.models import Tag, Tagging
from apps.workspace.models import Workspace
from tests.api.conftest import Program, errors
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db

# as the published list has them, with its misspellings
SEARCHABLE_NAMES = {
    *("id", "role", "name", "avatar", "email", "email_domain", "phone", "external_id", "language_override", "browser"),
    *("browser_language", "os", "location.country", "location.region", "location.city", "segment_id", "owner_id"),
    *("ios_app_version", "ios_device", "ios_app_device", "ios_os_version", "ios_app_name", "ios_sdk_version"),
    *("android_app_version", "android_device", "android_app_name", "andoid_sdk_version", "android_sdk_version"),
    *("created_at", "signed_up_at", "updated_at", "last_seen_at", "last_contacted_at", "last_replied_at"),
    *("last_email_opened_at", "last_email_clicked_at", "ios_last_seen_at", "android_last_seen_at"),
    *("unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced", "tag_id", "formatted_phone"),
}


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


def test_a_search_that_takes_too_long_is_given_up_with_503(api, monkeypatch):
    """API-02, BEY-10"""
    monkeypatch.setattr(paging, "WITHIN", 0.05)

    with connection.get_new_connection(connection.get_connection_params()) as busy:
        busy.execute("LOCK TABLE people_person IN ACCESS EXCLUSIVE MODE")
        response = search(api, "name", "Ann")
        busy.rollback()

    said = "This takes too long just now. Ask for less, or try again later."
    assert errors(response) == [(503, "service_unavailable", said)]


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
    "field",
    [
        *(
            "nowhere",
            "custom_attributes.nowhere",
            "custom_attributes.name",
            "custom_attributes",
            "",
            None,
            5,
            ["email"],
        ),
        *("session_count", "utm_source", "browser_version", "city", "company", "company.plan", "tag", "segment"),
        *("location", "location.country_code", "signed_up", "user_id", "android_os_version"),
    ],
)
def test_a_field_that_is_not_searchable_is_refused(field, api):
    assert [error[:2] for error in errors(search(api, field, "a"))] == [(400, "invalid_field")]


@pytest.mark.parametrize("field", sorted(SEARCHABLE_NAMES))
def test_every_published_field_can_be_searched_by(field, api):
    """API-07"""
    value = 1773154800 if field.endswith("_at") else 1

    assert ids(search(api, field, value if field not in ("segment_id",) else "users")) == []


# ---- operators -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann Lee", email="ann@x.io", country="Ireland")


@pytest.fixture
def ben(workspace: Workspace) -> Person:
    return LeadFactory(workspace=workspace, name="Ben", email="ben@y.io")


@pytest.mark.parametrize(
    ("field", "operator", "value", "found"),
    [
        ("name", "=", "Ann Lee", "a"),
        ("name", "=", "ann lee", ""),
        ("name", "!=", "Ann Lee", "b"),
        ("name", "IN", ["Ben", "Cem"], "b"),
        ("name", "NIN", ["Ben", "Cem"], "a"),
        ("name", "~", "LEE", "a"),
        ("name", "!~", "lee", "b"),
        ("name", "^", "an", "a"),
        ("name", "$", "N", "b"),
        ("name", "~", "%", ""),
        ("email", "IN", ["ANN@x.io", "ben@y.io"], "ab"),
        ("email_domain", "=", "x.io", ""),
        ("role", "=", "lead", "b"),
        ("role", "!=", "lead", "a"),
        ("role", "IN", ["user", "lead"], "ab"),
        ("location.country", "!=", "Ireland", "b"),
        ("location.country", "=", None, "b"),
        ("location.country", "!=", None, "a"),
        ("location.country", "!~", "land", "b"),
        ("location.country", "NIN", ["Ireland", "UK"], "b"),
    ],
)
def test_text_is_compared(field, operator, value, found, api, ann, ben):
    """API-07, FILT-03, FILT-09"""
    expected = [person.public_id for letter, person in (("b", ben), ("a", ann)) if letter in found]

    assert ids(search(api, field, value, operator)) == expected


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("=", 7, ["7"]),
        ("!=", 7, ["0", "7.5", "unknown"]),
        (">", 7, ["7.5"]),
        (">=", 7, ["7", "7.5"]),
        ("<", "7", ["0"]),
        ("<=", "7.0", ["0", "7"]),
        ("IN", [0, "7.5"], ["0", "7.5"]),
        ("NIN", [0, "7.5"], ["7", "unknown"]),
        ("=", None, ["unknown"]),
        ("!=", None, ["0", "7", "7.5"]),
    ],
)
def test_numbers_are_compared(operator, value, found, api, workspace):
    """API-07, FILT-09, FILT-10"""
    attribute(workspace, "score", "decimal")
    for name, number in {"0": 0, "7": 7, "7.5": 7.5, "unknown": None}.items():
        given(PersonFactory(workspace=workspace, name=name), **({} if number is None else {"score": number}))

    response = search(api, "custom_attributes.score", value, operator)

    assert sorted(contact["name"] for contact in response.json()["data"]) == found


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [(">=", 3, ["3", "4"]), ("<=", 2.5, ["2"]), (">=", 2.5, ["3", "4"]), ("<=", 3, ["2", "3"]), ("=", 2.5, [])],
)
def test_whole_numbers_are_compared_with_fractions(operator, value, found, api, workspace):
    attribute(workspace, "files", "number")
    for number in (2, 3, 4):
        given(PersonFactory(workspace=workspace, name=str(number)), files=number)

    response = search(api, "custom_attributes.files", value, operator)

    assert sorted(contact["name"] for contact in response.json()["data"]) == found


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("=", True, ["yes"]),
        ("=", 1, ["yes"]),
        ("=", "0", ["no"]),
        ("!=", True, ["no", "unknown"]),
        ("!=", 0, ["unknown", "yes"]),
        ("IN", [True, 0], ["no", "yes"]),
        ("NIN", [1], ["no", "unknown"]),
        ("=", None, ["unknown"]),
    ],
)
def test_true_and_false_are_one_and_zero_as_well(operator, value, found, api, workspace):
    """API-07"""
    attribute(workspace, "vip", "boolean")
    for name, flag in {"yes": True, "no": False, "unknown": None}.items():
        given(PersonFactory(workspace=workspace, name=name), **({} if flag is None else {"vip": flag}))

    response = search(api, "custom_attributes.vip", value, operator)

    assert sorted(contact["name"] for contact in response.json()["data"]) == found


@pytest.mark.parametrize("field", ["unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced"])
@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("=", True, ["yes"]),
        ("=", False, ["no", "unknown"]),
        ("!=", True, ["no", "unknown"]),
        ("!=", False, ["yes"]),
        ("IN", [0], ["no", "unknown"]),
        ("NIN", [0], ["yes"]),
        ("=", None, ["unknown"]),
        ("NIN", [True, None], ["no"]),
    ],
)
def test_what_a_contact_is_told_to_be_is_what_they_are_found_by(field, operator, value, found, api, workspace):
    """API-07: these are told as false while they are unknown."""
    for name, flag in {"yes": True, "no": False, "unknown": None}.items():
        PersonFactory(workspace=workspace, name=name, **{field: flag})

    response = search(api, field, value, operator)

    assert sorted(contact["name"] for contact in response.json()["data"]) == found


def test_the_domain_of_an_email_is_found_in_any_case(api, workspace):
    """IDN-08"""
    ann = given(PersonFactory(workspace=workspace), email="ann@x.io")

    found = [ids(search(api, "email_domain", *asked)) for asked in (("X.io",), (["X.IO"], "IN"))]

    assert found == [[ann.public_id]] * 2


@pytest.mark.parametrize("query", [{}, {"operator": "and", "value": []}, {"operator": "XOR", "value": []}])
def test_a_filter_without_a_field_is_told_what_a_group_looks_like(query, api):
    [error] = errors(api.post("/contacts/search", {"query": query}))

    assert error[1:] == (
        "invalid_field",
        "A filter needs a field: {field, operator, value}. A group has the operator AND or OR.",
    )


def test_dates_are_compared_by_whole_days(api, workspace):
    """API-07"""
    first = PersonFactory(workspace=workspace, created_at=datetime(2020, 1, 1, 9, tzinfo=UTC))
    second = PersonFactory(workspace=workspace, created_at=datetime(2020, 1, 2, tzinfo=UTC))

    assert ids(search(api, "created_at", 1577869200, ">")) == [second.public_id]
    assert ids(search(api, "created_at", "1577923200", "<")) == [first.public_id]
    assert ids(search(api, "created_at", 1577836800, "=")) == [first.public_id]
    assert ids(search(api, "signed_up_at", None, "=")) == [second.public_id, first.public_id]
    assert ids(search(api, "created_at", None, "!=")) == [second.public_id, first.public_id]


def test_an_owner_is_found_by_number(api, workspace, tess):
    """FILT-16"""
    ann = PersonFactory(workspace=workspace, owner=tess.teammate)
    ben = PersonFactory(workspace=workspace)

    assert ids(search(api, "owner_id", str(tess.teammate_id))) == [ann.public_id]
    assert ids(search(api, "owner_id", tess.teammate_id, "!=")) == [ben.public_id]
    assert ids(search(api, "owner_id", [tess.teammate_id], "IN")) == [ann.public_id]


def test_a_tag_is_found_by_its_id(api, workspace, ann, ben):
    """FILT-15"""
    vip = Tag.objects.create(workspace=workspace, name="VIP", created_at=NOW)
    Tagging.objects.create(workspace=workspace, tag=vip, about="person", record_id=ann.pk, applied_at=NOW)

    assert ids(search(api, "tag_id", str(vip.pk))) == [ann.public_id]
    assert ids(search(api, "tag_id", vip.pk, "!=")) == [ben.public_id]


def test_a_segment_is_found_by_its_id(api, workspace, ann, ben):
    """FILT-15"""
    segment = Segment.objects.create(
        workspace=workspace,
        about="person",
        name="Irish",
        filter=written(all_of(Condition("country", "is", "Ireland"))),
        created_at=NOW,
        updated_at=NOW,
    )

    assert ids(search(api, "segment_id", str(segment.pk))) == [ann.public_id]
    assert ids(search(api, "segment_id", segment.pk, "!=")) == [ben.public_id]
    assert ids(search(api, "segment_id", [str(segment.pk), "leads"], "IN")) == [ben.public_id, ann.public_id]
    assert [error[:2] for error in errors(search(api, "segment_id", "nowhere"))] == [(400, "parameter_invalid")]


UNFIT = [
    *(("email", operator) for operator in (">", "<", ">=", "like", "and", "", None, 5, ["="], {})),
    *(("owner_id", operator) for operator in ("~", "!~", "^", "$")),
    *(("unsubscribed_from_emails", operator) for operator in ("~", ">", "<=")),
    *(("created_at", operator) for operator in ("!=", ">=", "<=", "IN", "NIN", "~")),
    *(("tag_id", operator) for operator in ("IN", "~", ">")),
    *(("segment_id", operator) for operator in ("~", ">")),
]


@pytest.mark.parametrize(("field", "operator"), UNFIT)
def test_an_operator_that_does_not_fit_is_refused(field, operator, api):
    """API-07"""
    response = search(api, field, "1", operator)

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert response.json()["errors"][0]["field"] == "operator"


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        *(("email", "IN", value) for value in ("a@x.io", [], None, {}, [["a"]], [None], ["x"] * 501)),
        *(("email", "~", value) for value in (None, ["a"], {})),
        *(("owner_id", "=", value) for value in ("Tess", True, [1], {}, "1e999", "")),
        *(("unsubscribed_from_emails", "=", value) for value in ("yes", 2, [], "")),
        *(("created_at", "=", value) for value in ("soon", True, [1], {}, 10**12, "")),
        *(("created_at", ">", value) for value in (None,)),
        *(("tag_id", "=", value) for value in ("VIP", None, True, [1], -1, 1.5)),
        *(("segment_id", "=", value) for value in (None, [], {})),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field, operator, value, api):
    response = search(api, field, value, operator)

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert response.json()["errors"][0]["field"] == "value"


# ---- groups ----------------------------------------------------------------------------------------------------------


def one(field: str, value: object, operator: str = "=") -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def group(operator: str, *parts: object) -> dict[str, object]:
    return {"operator": operator, "value": list(parts)}


def asked(api: Program, query: object) -> object:
    return api.post("/contacts/search", {"query": query})


def test_groups_are_joined_as_written(api, workspace):
    """API-07, FILT-11"""
    attribute(workspace, "plan")
    for country in ("Ireland", "UK", "France"):
        for plan in ("pro", "free"):
            given(PersonFactory(workspace=workspace, name=f"{country} {plan}", country=country), plan=plan)
    ireland, uk, pro = one("location.country", "Ireland"), one("location.country", "UK"), one(f"{CUSTOM}plan", "pro")

    def names(query: object) -> list[str]:
        return sorted(contact["name"] for contact in asked(api, query).json()["data"])

    assert names(group("AND", group("OR", ireland, uk), pro)) == ["Ireland pro", "UK pro"]
    assert names(group("OR", ireland, group("AND", uk, pro))) == ["Ireland free", "Ireland pro", "UK pro"]
    assert names(group("OR", ireland, uk)) == ["Ireland free", "Ireland pro", "UK free", "UK pro"]
    assert names(group("AND", ireland)) == ["Ireland free", "Ireland pro"]


NAMED = one("name", "Ann")


@pytest.mark.parametrize(
    "query",
    [
        group("AND", group("OR", group("AND", NAMED))),
        group("AND"),
        group("AND", *[NAMED] * 16),
        group("AND", group("OR", *[NAMED] * 16)),
        group("AND", "name"),
        group("AND", None),
        group("AND", [NAMED]),
        {"operator": "AND", "value": NAMED},
        {"operator": "OR"},
    ],
)
def test_a_group_that_is_none_is_refused(query, api):
    """API-07, FILT-11"""
    assert [error[:2] for error in errors(asked(api, query))] == [(400, "parameter_invalid")]


@pytest.mark.parametrize("levels", [1, 2])
def test_a_group_holds_fifteen_filters_two_levels_deep(levels, api, workspace):
    """API-07"""
    ann = PersonFactory(workspace=workspace, name="Ann")
    query = group("AND", *[NAMED] * 15)

    assert ids(asked(api, query if levels == 1 else group("OR", *[query] * 15))) == [ann.public_id]


# ---- what is no filter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [["a@x.io"], {"a": 1}, "x" * 300, "a\x00b"])
def test_a_value_that_nobody_can_have_is_refused(value, api):
    assert [error[:2] for error in errors(search(api, "email", value))] == [(400, "parameter_invalid")]


@pytest.mark.parametrize(
    "body", [{}, {"query": None}, {"query": "email"}, {"query": {"field": "email", "operator": "="}}]
)
def test_a_search_needs_a_whole_filter(body, api):
    assert [error[:2] for error in errors(api.post("/contacts/search", body))] == [(400, "parameter_missing")]


# ---- order -----------------------------------------------------------------------------------------------------------

EVERYBODY = {"field": "id", "operator": "!=", "value": None}


def in_order(api: Any, sort: Any, per_page: int = 50) -> list[str]:
    """The external ids of everybody, page by page."""
    seen: list[str] = []
    pagination: dict[str, Any] = {"per_page": per_page}
    while True:
        answer = api.post("/contacts/search", {"query": EVERYBODY, "sort": sort, "pagination": pagination}).json()
        seen += [contact["external_id"] for contact in answer["data"]]
        if answer["pages"]["next"] is None:
            return seen
        pagination["starting_after"] = answer["pages"]["next"]["starting_after"]


@pytest.fixture
def scores(workspace):
    """1…5: with the scores 10, unknown, 30, 30, 20."""
    score = attribute(workspace, "score", kind="number")
    workspace.refresh_from_db()
    people = [PersonFactory(workspace=workspace, external_id=str(number)) for number in range(1, 6)]
    for person, number in zip(people, (10, None, 30, 30, 20), strict=True):
        given(person, **{score.name: number})
    return people


@pytest.mark.parametrize("per_page", [1, 2, 50])
def test_a_search_is_in_the_order_that_is_asked_for_the_unknown_last(per_page, api, scores):
    """API-07, API-08: whatever the size of the pages"""
    way = {"field": "custom_attributes.score", "order": "ascending"}

    assert in_order(api, way, per_page) == ["1", "5", "3", "4", "2"]
    assert in_order(api, way | {"order": "descending"}, per_page) == ["4", "3", "5", "1", "2"]


@pytest.mark.parametrize("field", ["name", "created_at", "unsubscribed_from_emails", "owner_id", "external_id", "id"])
def test_a_search_is_sorted_by_any_kind_of_field(field, api, scores):
    assert sorted(in_order(api, {"field": field, "order": "ascending"}, 2)) == ["1", "2", "3", "4", "5"]


def test_text_is_sorted_in_whatever_case(api, workspace):
    for external_id, name in (("1", "bea"), ("2", "Carl"), ("3", "Ann")):
        PersonFactory(workspace=workspace, external_id=external_id, name=name)

    assert in_order(api, {"field": "name", "order": "ascending"}) == ["3", "1", "2"]


@pytest.mark.parametrize(
    ("sort", "code"),
    [
        ({"field": "name", "order": "desc"}, "invalid_sort_order"),
        ({"field": "name", "order": ["ascending"]}, "invalid_sort_order"),
        ({"field": "mood"}, "invalid_field"),
        ({"field": "custom_attributes.mood"}, "invalid_field"),
        ({"field": "tag_id"}, "invalid_field"),
        ({"field": ["name"]}, "invalid_field"),
        ({}, "invalid_field"),
        ("name", "parameter_invalid"),
    ],
)
def test_an_order_that_means_nothing_is_refused(sort, code, api):
    """api.md §1.3"""
    answer = api.post("/contacts/search", {"query": EVERYBODY, "sort": sort})

    assert [error[:2] for error in errors(answer)] == [(400, code)]


def test_a_wrong_order_says_which_ones_there_are(api):
    answer = api.post("/contacts/search", {"query": EVERYBODY, "sort": {"field": "name", "order": "desc"}})

    [(_, _, message)] = errors(answer)
    assert message == "Invalid sort order 'desc'. Must be one of: ascending, descending"


@pytest.mark.parametrize("cursor", ["x", "WzEsIDJd", 5])
def test_a_sorted_page_goes_on_from_its_own_cursor_alone(cursor, api, scores):
    body = {"query": EVERYBODY, "sort": {"field": "name"}, "pagination": {"starting_after": cursor}}

    assert [error[:2] for error in errors(api.post("/contacts/search", body))] == [(400, "client_error")]


def test_after_the_last_of_a_sorted_search_there_is_nobody(api, scores):
    """Where those who came after have gone meanwhile: not everybody once more."""
    sort = {"field": "custom_attributes.score", "order": "ascending"}
    pagination = {"per_page": 4}
    first = api.post("/contacts/search", {"query": EVERYBODY, "sort": sort, "pagination": pagination}).json()
    api.delete(f"/contacts/{scores[1].public_id}")

    pagination["starting_after"] = first["pages"]["next"]["starting_after"]
    second = api.post("/contacts/search", {"query": EVERYBODY, "sort": sort, "pagination": pagination}).json()

    assert (second["data"], second["pages"]["next"], second["pages"]["page"]) == ([], None, 2)


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
    """The token, the count, the people, their custom values, their companies; and what bounds the time of a search: a
    savepoint and a limit, and both taken back."""
    attribute(workspace, "plan")
    LeadFactory(workspace=workspace, email="a@x.io")
    search(api, "email", "a@x.io")
    with django_assert_num_queries(9):
        search(api, "email", "a@x.io")
    LeadFactory.create_batch(100, workspace=workspace, email="a@x.io")

    with django_assert_num_queries(9):
        response = search(api, "email", "a@x.io", per_page=150)

    assert len(ids(response)) == 101
