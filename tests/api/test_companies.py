"""Companies, made and changed by a customer's program."""

import pytest

from apps.attributes.history import history_of
from apps.attributes.models import RefusedWrite, State
from apps.companies.arrivals import join
from apps.companies.models import Company
from tests.api.conftest import errors
from tests.factories import NOW, CompanyFactory, PersonFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["put", "post"])
def test_from_2_16_on_a_company_is_said_to_be_seen(way, api, acme):
    """api.md §4"""
    path = f"/companies/{acme.public_id}" if way == "put" else "/companies"
    body = {"update_last_request_at": True} | ({"company_id": "6"} if way == "post" else {})

    older = getattr(api, way)(path, body)
    newer = getattr(api, way)(path, body, **{"Intercom-Version": "2.16"})
    no = getattr(api, way)(path, body | {"update_last_request_at": "yes"}, **{"Intercom-Version": "2.16"})

    acme.refresh_from_db()
    assert errors(older)[0][:2] == (400, "bad_request")
    assert newer.json()["last_request_at"] == int(acme.last_request_at.timestamp())
    assert errors(no) == [(400, "parameter_invalid", "update_last_request_at must be true or false.")]


def test_a_company_is_made_and_then_changed_by_its_company_id(api):
    """CO-05"""
    made = api.post("/companies", {"company_id": "6", "name": "A", "plan": "Pro"}).json()
    changed = api.post("/companies", {"company_id": "6", "name": "B"}).json()

    assert made["id"] == changed["id"]
    assert (changed["name"], changed["plan"]) == ("B", {"type": "plan", "id": "Pro", "name": "Pro"})
    assert Company.objects.count() == 1
    assert [line.hand for line in history_of(Company.objects.get(), "name")] == ["Nightly sync", "Nightly sync"]


def test_a_company_is_complete(api, workspace):
    """api.md §4"""
    attribute(workspace, "tier", about="company")
    attribute(workspace, "seats", "number", about="company")
    body = {
        "company_id": "6",
        "name": "Blue Sun",
        "plan": "Pro",
        "size": 85,
        "website": "not checked",
        "industry": "Manufacturing",
        "remote_created_at": 1374138000,
        "monthly_spend": 155.98,
        "custom_attributes": {"tier": "A"},
    }

    answer = api.post("/companies", body).json()

    blue_sun = Company.objects.get()
    assert answer == {
        "type": "company",
        "id": blue_sun.public_id,
        "company_id": "6",
        "app_id": "abc1234",
        "name": "Blue Sun",
        "plan": {"type": "plan", "id": "Pro", "name": "Pro"},
        "size": 85,
        "website": "not checked",
        "industry": "Manufacturing",
        "remote_created_at": 1374138000,
        "created_at": int(blue_sun.created_at.timestamp()),
        "updated_at": int(blue_sun.updated_at.timestamp()),
        "monthly_spend": 155,
        "session_count": 0,
        "user_count": 0,
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "custom_attributes": {"tier": "A"},
    }


def test_what_is_unknown_of_a_company_is_left_out(api):
    answer = api.post("/companies", {"company_id": "6"}).json()

    assert not {"name", "last_request_at", "size", "website", "industry", "remote_created_at"} & answer.keys()
    assert (answer["plan"], answer["monthly_spend"]) == ({}, 0)


def test_its_people_are_counted_without_those_that_are_hidden(api, acme):
    for state in (State.ACTIVE, State.ARCHIVED, State.PENDING_DELETION):
        join(PersonFactory(workspace=acme.workspace, state=state), acme, now=NOW)

    assert api.post("/companies", {"company_id": "6"}).json()["user_count"] == 1


@pytest.mark.parametrize("body", [{"name": "X"}, {"company_id": ""}, {"company_id": None, "name": "X"}, {}])
def test_a_company_needs_a_company_id(body, api):
    """CO-04"""
    assert [error[:2] for error in errors(api.post("/companies", body))] == [(400, "parameter_missing")]
    assert not Company.objects.exists()


def test_id_stands_for_the_company_id_or_for_intercoms_id(api, acme):
    """CO-04"""
    by_intercoms = api.post("/companies", {"id": acme.public_id, "name": "Blue"}).json()
    by_alias = api.post("/companies", {"id": "6", "name": "Green"}).json()
    made = api.post("/companies", {"id": "7", "name": "Red"}).json()

    assert [by_intercoms["id"], by_alias["id"]] == [acme.public_id, acme.public_id]
    assert (by_alias["name"], made["company_id"]) == ("Green", "7")


def test_an_archived_company_comes_back(api, workspace):
    CompanyFactory(workspace=workspace, company_id="6", state=State.ARCHIVED)

    api.post("/companies", {"company_id": "6", "name": "Back"})

    assert [(company.state, company.name) for company in Company.objects.all()] == [(State.ACTIVE, "Back")]


def test_an_unknown_key_is_refused_by_name(api):
    response = api.post("/companies", {"company_id": "6", "test": 1})

    assert errors(response) == [(400, "bad_request", "bad 'test' parameter")]


def test_what_is_counted_cannot_be_written(api, acme):
    """ATT-07"""
    Company.objects.update(session_count=41)

    answer = api.post("/companies", {"company_id": "6", "session_count": 5, "user_count": 9}).json()

    assert (answer["session_count"], answer["user_count"]) == (41, 0)


def test_a_company_that_was_read_can_be_sent_back(api, acme):
    company = api.post("/companies", {"company_id": "6", "plan": "Pro"}).json()

    answer = api.post("/companies", company).json()

    assert answer == company | {"updated_at": answer["updated_at"]}


@pytest.mark.parametrize(
    "body", [{"monthly_spend": 3_000_000_000}, {"size": "many"}, {"remote_created_at": 1350466020000}]
)
def test_a_value_that_does_not_fit_refuses_the_call(body, api, acme):
    """ATT-26, ATT-59"""
    response = api.post("/companies", {"company_id": "6", "name": "New", **body})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert Company.objects.get().name == "Acme"


def test_an_undefined_custom_attribute_refuses_the_call_and_is_remembered(api):
    """ATT-22"""
    response = api.post("/companies", {"company_id": "6", "custom_attributes": {"tier": "A"}})

    assert errors(response) == [(400, "parameter_invalid", "Custom attribute 'tier' does not exist")]
    assert not Company.objects.exists()
    assert list(RefusedWrite.objects.values_list("about", "record_id", "key")) == [("company", None, "tier")]


def test_a_refused_value_makes_no_company(api, workspace):
    attribute(workspace, "seats", "number", about="company")

    response = api.post("/companies", {"company_id": "6", "custom_attributes": {"seats": "many"}})

    assert response.status_code == 400
    assert not Company.objects.exists()


def test_a_workflow_is_told_what_was_kept_from_it(workflow, acme):
    """API-14"""
    answer = workflow.post("/companies", {"company_id": "6", "name": "New", "industry": "Tea"}).json()

    assert (answer["skipped"], answer["name"], answer["industry"]) == (["name"], "Acme", "Tea")
