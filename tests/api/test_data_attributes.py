"""Data attributes, made and changed by a customer's program."""

import pytest

from apps.api.reading import OF_DATA_TYPE
from apps.attributes.defining import archive
from apps.attributes.definitions import custom
from apps.attributes.kinds import OFFERED
from apps.attributes.models import Attribute
from apps.qualification.choosing import add
from apps.workspace.hands import NOBODY
from tests.api.conftest import errors
from tests.factories import NOW, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db

SCORE = {
    "name": "activation_score",
    "model": "contact",
    "data_type": "integer",
    "description": "User activation score 0-100",
}


def test_the_seeds_own_attribute_is_made(api, tess):
    """API-05, ATT-20"""
    response = api.post("/data_attributes", SCORE)

    made = Attribute.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "type": "data_attribute",
        "id": made.pk,
        "model": "contact",
        "name": "activation_score",
        "full_name": "custom_attributes.activation_score",
        "label": "activation_score",
        "description": "User activation score 0-100",
        "data_type": "integer",
        "api_writable": True,
        "ui_writable": True,
        "messenger_writable": False,
        "custom": True,
        "archived": False,
        "admin_id": str(tess.teammate_id),
        "created_at": int(made.created_at.timestamp()),
        "updated_at": int(made.updated_at.timestamp()),
    }
    assert made.created_from == "rest"


def test_a_second_one_of_that_name_is_refused(api):
    """API-05"""
    api.post("/data_attributes", SCORE)

    [(status, code, message)] = errors(api.post("/data_attributes", SCORE))

    assert (status, code) == (400, "parameter_invalid")
    assert message.startswith("You already have 'activation_score' in your people data. ")


def test_a_name_of_the_other_model_is_refused(api, workspace):
    """ATT-11"""
    attribute(workspace, "The One Ring", about="company")

    response = api.post("/data_attributes", {"name": "The One Ring", "model": "contact", "data_type": "string"})

    message = (
        "You already have 'The One Ring' in your company data. To save this as new people data, use a different name."
    )
    assert errors(response) == [(400, "parameter_invalid", message)]


@pytest.mark.parametrize("name", ["Name", "email", "Last seen"])
def test_a_standard_name_is_refused(name, api):
    """ATT-10"""
    response = api.post("/data_attributes", {"name": name, "model": "contact", "data_type": "string"})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert errors(response)[0][2].startswith(f"'{name}' is one of our standard attributes")


def test_a_bad_name_is_refused_rather_than_rewritten(api):
    """ATT-30"""
    response = api.post("/data_attributes", {"name": "!nv@l!d n@me", "model": "contact", "data_type": "string"})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert "alphanumeric characters, currency symbols, and hyphens" in errors(response)[0][2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data_type": "object"}, "Data Type isn't an option"),
        ({"data_type": None}, "Data Type isn't an option"),
        ({"data_type": ["string"]}, "Data Type isn't an option"),
        ({"model": "conversation"}, "The Data Attribute model field must be either contact or company"),
        ({"model": None}, "The Data Attribute model field must be either contact or company"),
        ({"data_type": "options", "options": "A,B"}, "Options isn't an array"),
        ({"data_type": "options", "options": [True, False]}, 'Every option needs a value: {"value": "text"}.'),
        ({"data_type": "options"}, "'activation_score' needs at least two options"),
        ({"data_type": "options", "options": [{"value": "A"}]}, "'activation_score' needs at least two options"),
    ],
)
def test_a_body_that_makes_no_attribute_is_refused(change, message, api):
    """ATT-20, ATT-56"""
    assert errors(api.post("/data_attributes", SCORE | change)) == [(400, "parameter_invalid", message)]


@pytest.mark.parametrize(
    "change",
    [
        {"name": 5},
        {"name": ""},
        {"name": "x" * 191},
        {"description": "x" * 501},
        {"description": 5},
        {"description": "a\x00b"},
        {"messenger_writable": "yes"},
        {"options": [{"value": "A"}, {"value": "B"}]},
        {"data_type": "options", "options": [{"value": None}, {"value": "B"}]},
        {"data_type": "options", "options": [{"value": "x" * 256}, {"value": "B"}]},
    ],
)
def test_any_other_fault_is_refused_too(change, api):
    assert [error[:2] for error in errors(api.post("/data_attributes", SCORE | change))] == [(400, "parameter_invalid")]
    assert not Attribute.objects.exists()


def test_a_name_must_be_given(api):
    response = api.post("/data_attributes", {"model": "contact", "data_type": "string"})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_missing")]


def test_the_limit_is_said(api, workspace, settings):
    """ATT-13"""
    settings.ATTRIBUTE_LIMIT = 1
    attribute(workspace, "plan")

    response = api.post("/data_attributes", SCORE)

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]


@pytest.mark.parametrize("data_type", ["options", "string", None])
def test_options_make_a_list_whatever_the_type_is_called(data_type, api):
    """api.md §6"""
    body = {"name": "stage", "model": "contact", "options": [{"value": "A"}, {"value": "B"}]}

    answer = api.post("/data_attributes", body | ({"data_type": data_type} if data_type else {})).json()

    assert (answer["data_type"], answer["options"]) == ("string", ["A", "B"])
    assert Attribute.objects.get().kind == "list"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("string", "string"),
        ("integer", "integer"),
        ("float", "float"),
        ("boolean", "boolean"),
        ("date", "date"),
        ("datetime", "date"),
    ],
)
def test_every_type_is_read_as_it_is_kept(written, read, api):
    """ATT-20"""
    assert api.post("/data_attributes", SCORE | {"data_type": written}).json()["data_type"] == read


def test_every_kind_that_is_offered_has_a_type_there():
    assert set(OF_DATA_TYPE.values()) == {kind.name for kind in OFFERED}


def test_the_messenger_may_write_it_only_if_that_is_said(api):
    """MSG-06"""
    silent = api.post("/data_attributes", SCORE).json()
    said = api.post("/data_attributes", SCORE | {"name": "open", "messenger_writable": True}).json()

    assert [silent["messenger_writable"], said["messenger_writable"]] == [False, True]
    assert list(Attribute.objects.order_by("pk").values_list("messenger_protected", flat=True)) == [True, False]


# ---- listing ---------------------------------------------------------------------------------------------------------


def names(response: object, *, custom: bool) -> set[tuple[str, str]]:
    return {(listed["model"], listed["full_name"]) for listed in response.json()["data"] if listed["custom"] is custom}


def test_attributes_are_listed_by_model_and_archived_ones_on_demand(api, workspace):
    """API-06"""
    attribute(workspace, "a")
    archive(attribute(workspace, "b"), by=NOBODY, now=NOW)
    attribute(workspace, "seats", about="company")
    attribute(WorkspaceFactory(), "theirs")

    people = names(api.get("/data_attributes?model=contact"), custom=True)
    with_archived = names(api.get("/data_attributes?model=contact&include_archived=true"), custom=True)
    both = names(api.get("/data_attributes"), custom=True)

    assert people == {("contact", "custom_attributes.a")}
    assert with_archived == people | {("contact", "custom_attributes.b")}
    assert both == people | {("company", "custom_attributes.seats")}


def test_another_model_is_refused(api):
    response = api.get("/data_attributes?model=conversation")

    message = "The Data Attribute model field must be either contact or company"
    assert errors(response) == [(400, "parameter_invalid", message)]


def test_standard_attributes_stand_beside_them_under_the_apis_names(api):
    """api.md §6.1, §6.2"""
    standard = names(api.get("/data_attributes"), custom=False)

    assert {
        *(("contact", name) for name in ("name", "email", "external_id", "last_request_at", "avatar.image_url")),
        *(("contact", name) for name in ("location_data.country_name", "owner_id", "signed_up_at")),
        *(("company", name) for name in ("name", "company_id", "plan.name", "monthly_spend", "user_count")),
    } <= standard


def test_a_standard_attribute_has_no_id_and_says_who_may_write_it(api):
    listed = {(a["model"], a["full_name"]): a for a in api.get("/data_attributes").json()["data"]}

    assert listed["contact", "avatar.image_url"] == {
        "type": "data_attribute",
        "model": "contact",
        "name": "image_url",
        "full_name": "avatar.image_url",
        "label": "Avatar image URL",
        "data_type": "string",
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": True,
        "custom": False,
        "archived": False,
    }
    said = {key: listed[key]["api_writable"] for key in listed if key[0] == "company"}
    assert {name for (_, name), writable in said.items() if writable} == {
        *("name", "remote_created_at", "monthly_spend", "size", "website", "industry")
    }


def test_a_list_of_many_costs_the_queries_of_a_list_of_one(api, workspace, django_assert_num_queries):
    """The token, the attributes."""
    attribute(workspace, "a0")
    api.get("/data_attributes")
    with django_assert_num_queries(2):
        api.get("/data_attributes")
    for number in range(1, 30):
        attribute(workspace, f"a{number}")

    with django_assert_num_queries(2):
        api.get("/data_attributes")


# ---- changing --------------------------------------------------------------------------------------------------------


def test_all_but_the_name_and_the_type_can_be_changed(api, workspace):
    """API-06, ATT-16, ATT-18"""
    stage = attribute(workspace, "stage", "list", options=["A", "B"])

    answer = api.put(
        f"/data_attributes/{stage.pk}",
        {
            "description": "Where they are",
            "options": [{"value": "B"}, {"value": "C"}],
            "messenger_writable": False,
            "data_type": "date",
            "name": "other",
        },
    ).json()

    assert (answer["description"], answer["options"], answer["messenger_writable"]) == (
        "Where they are",
        ["B", "C"],
        False,
    )
    assert (answer["name"], answer["data_type"]) == ("stage", "string")


def test_what_is_not_named_stays(api, workspace):
    plan = attribute(workspace, "plan", description="What they pay for", protected=True)

    answer = api.put(f"/data_attributes/{plan.pk}", {"archived": False}).json()

    assert (answer["description"], answer["messenger_writable"]) == ("What they pay for", False)


def test_an_attribute_is_archived_and_brought_back(api, workspace):
    """ATT-39, ATT-41"""
    plan = attribute(workspace, "plan")

    archived = api.put(f"/data_attributes/{plan.pk}", {"archived": True}).json()["archived"]
    back = api.put(f"/data_attributes/{plan.pk}", {"archived": False}).json()["archived"]

    assert [archived, back] == [True, False]
    assert api.delete(f"/data_attributes/{plan.pk}").status_code == 404


def test_what_is_still_in_use_is_not_archived_and_nothing_else_is_changed(api, workspace):
    """ATT-42"""
    plan = attribute(workspace, "plan", description="before")
    add(workspace, custom(plan), by=NOBODY, now=NOW)

    response = api.put(f"/data_attributes/{plan.pk}", {"archived": True, "description": "after"})

    assert [error[:2] for error in errors(response)] == [(422, "data_invalid")]
    assert "qualification settings" in errors(response)[0][2]
    plan.refresh_from_db()
    assert (plan.description, plan.archived_at) == ("before", None)


def test_at_the_limit_nothing_is_brought_back(api, workspace, settings):
    """ATT-44"""
    old = archive(attribute(workspace, "old"), by=NOBODY, now=NOW)
    attribute(workspace, "plan")
    settings.ATTRIBUTE_LIMIT = 1

    assert api.put(f"/data_attributes/{old.pk}", {"archived": False}).status_code == 400


def test_options_are_only_a_lists(api, workspace):
    plan = attribute(workspace, "plan")

    response = api.put(f"/data_attributes/{plan.pk}", {"options": [{"value": "A"}, {"value": "B"}]})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]


@pytest.mark.parametrize("which", ["0", "9" * 30, "x", "-1", "٣", "theirs"])
def test_an_attribute_that_is_not_there_is_not_found(which, api):
    theirs = attribute(WorkspaceFactory(), "theirs")

    response = api.put(f"/data_attributes/{theirs.pk if which == 'theirs' else which}", {"description": "x"})

    assert errors(response) == [(404, "field_not_found", "We couldn't find that data attribute to update")]
