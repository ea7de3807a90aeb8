"""Answers, held against the published description of the API where it lies beside the repository."""

import re
from typing import Any

import pytest

from apps.api.middleware import ADDRESSES, resolved
from apps.companies.arrivals import join
from tests.api.published import PUBLISHED, faults, told
from tests.factories import NOW, LeadFactory, attribute

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not PUBLISHED.exists(), reason="the published description is not beside the repository"),
]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return told()


def schema(published: dict[str, Any], name: str) -> dict[str, Any]:
    return published["components"]["schemas"][name]


def test_a_contact_has_every_key_that_is_published(api, ann, acme, published):
    join(ann, acme, now=NOW)

    answer = api.get(f"/contacts/{ann.public_id}").json()

    assert faults(schema(published, "contact"), answer, published) == []
    assert schema(published, "contact")["properties"].keys() <= answer.keys()


def test_an_unknown_lead_is_a_contact_too(api, workspace, published):
    ben = LeadFactory(workspace=workspace, email=None)

    assert faults(schema(published, "contact"), api.get(f"/contacts/{ben.public_id}").json(), published) == []


def test_a_deleted_contact(api, ann, published):
    answer = api.delete(f"/contacts/{ann.public_id}").json()

    assert faults(schema(published, "contact_deleted"), answer, published) == []


def test_a_page_of_a_search(api, workspace, published):
    LeadFactory.create_batch(3, workspace=workspace, email="a@x.io")
    query = {"field": "email", "operator": "=", "value": "a@x.io"}

    answer = api.post("/contacts/search", {"query": query, "pagination": {"per_page": 2}}).json()

    assert answer["pages"]["next"]["starting_after"]
    assert faults(schema(published, "contact_list"), answer, published) == []


def test_a_company(api, published):
    full = {"company_id": "6", "name": "Acme", "plan": "Pro", "size": 3, "monthly_spend": 5, "remote_created_at": 1}

    for body in ({"company_id": "7"}, full):
        assert faults(schema(published, "company"), api.post("/companies", body).json(), published) == []


def test_data_attributes(api, workspace, published):
    attribute(workspace, "stage", "list", options=["A", "B"], description="Where they are")
    attribute(workspace, "seats", "number", about="company")

    assert faults(schema(published, "data_attribute_list"), api.get("/data_attributes").json(), published) == []


def test_me(api, published):
    assert faults(schema(published, "admin_with_app"), api.get("/me").json(), published) == []


READ = {
    "/contacts": "contact_list",
    "/contacts/find_by_external_id/1": "contact",
    "/contacts/{ann}": "contact",
    "/contacts/{ann}/companies": "contact_attached_companies",
    "/contacts/{ann}/tags": "tag_list",
    "/contacts/{ann}/notes": "note_list",
    "/contacts/{ann}/segments": "contact_segments",
    "/contacts/{ann}/subscriptions": "subscription_type_list",
    "/companies": "company_list",
    "/companies?company_id=0": "error",
    "/companies/{company}": "company",
    "/companies/{company}/contacts": "company_attached_contacts",
    "/companies/{company}/segments": "company_attached_segments",
    "/tags": "tag_list",
    "/tags/{tag}": "tag_basic",
    "/notes/{note}": "note",
    "/segments?include_count=true": "segment_list",
    "/subscription_types": "subscription_type_list",
    "/events?type=user&user_id=1&summary=true": "data_event_summary",
    "/visitors?user_id=v-1": "visitor",
    "/admins": "admin_list",
    "/admins/{tess}": "admin",
}


@pytest.mark.parametrize(("path", "name"), READ.items(), ids=READ)
def test_whatever_is_read(path, name, api, furnished, published):
    answer = api.get(path.format(**furnished)).json()

    assert faults(schema(published, name), answer, published) == []


def test_one_segment(api, published):
    for segment in api.get("/segments").json()["segments"]:
        answer = api.get(f"/segments/{segment['id']}").json()
        assert faults(schema(published, "segment"), answer, published) == []


WRITTEN = {
    ("post", "/contacts/{ann}/archive"): (None, "contact_archived"),
    ("post", "/contacts/{ann}/unarchive"): (None, "contact_unarchived"),
    ("post", "/contacts/{ann}/block"): (None, "contact_blocked"),
    ("post", "/contacts/{ann}/companies"): ({"id": "{company}"}, "company"),
    ("post", "/contacts/{ann}/tags"): ({"id": "{tag}"}, "tag"),
    ("post", "/contacts/{ann}/notes"): ({"body": "Called"}, "note"),
    ("put", "/companies/{company}"): ({"name": "Blue"}, "company"),
    ("post", "/companies/list"): (None, "company_list"),
    ("post", "/tags"): ({"name": "VIP"}, "tag_basic"),
    ("put", "/visitors"): ({"user_id": "v-1", "name": "Vic"}, "visitor"),
    ("post", "/visitors/convert"): (
        {"type": "user", "user": {"user_id": "1"}, "visitor": {"user_id": "v-1"}},
        "contact",
    ),
}


@pytest.mark.parametrize(("method", "path"), WRITTEN, ids=[path for _, path in WRITTEN])
def test_whatever_is_written(method, path, api, furnished, published):
    body, name = WRITTEN[method, path]
    told = {key: value.format(**furnished) if isinstance(value, str) else value for key, value in (body or {}).items()}

    response = getattr(api, method)(path.format(**furnished), told if body else None)

    assert response.status_code == 200, response.content
    assert faults(schema(published, name), response.json(), published) == []


def test_whatever_is_taken_away(api, furnished, published):
    here, company = "/contacts/{ann}".format(**furnished), furnished["company"]

    untagged = api.delete(f"{here}/tags/{furnished['tag']}").json()
    detached = api.delete(f"{here}/companies/{company}").json()
    deleted = api.delete(f"/companies/{company}").json()

    assert faults(schema(published, "tag"), untagged, published) == []
    assert faults(schema(published, "company"), detached, published) == []
    assert faults(schema(published, "deleted_company_object"), deleted, published) == []


def test_a_page_of_a_scroll(api, furnished, published):
    answer = api.get("/companies/scroll").json()

    assert faults(schema(published, "company_scroll"), answer, published) == []


METHODS = {"GET", "POST", "PUT", "DELETE"}


def test_every_published_address_is_served(published):
    lacking = []
    for path, methods in published["paths"].items():
        match = resolved(re.sub(r"\{[^}]*\}", "1", path), ADDRESSES)
        served = match.func.operations.keys() if match else set()
        lacking += [f"{method.upper()} {path}" for method in methods if method.upper() in METHODS - served]

    assert lacking == []


def test_an_error(api, published):
    assert faults(schema(published, "error"), api.get("/contacts/nobody").json(), published) == []


def test_a_fault_is_found(published):
    """The checker itself: it must not say yes to everything."""
    wrong = {"type": 5, "tags": {"data": {}}, "has_hard_bounced": None}

    assert sorted(faults(schema(published, "contact"), wrong, published)) == [
        ".has_hard_bounced: null",
        ".tags.data: dict for array",
        ".type: int for string",
    ]
