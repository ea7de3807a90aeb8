"""The description of the API: whole, true, and OpenAPI."""

import json
import re

import pytest
from django.http import HttpResponse
from openapi_spec_validator import OpenAPIV31SpecValidator

from apps.api.description.answers import SHAPES
from apps.api.description.bodies import BODIES
from apps.api.description.contracts import CONTRACTS
from apps.api.description.document import document
from apps.api.urls import endpoints
from apps.workspace.scopes import Scope
from tests.api.describing import faults

SERVED = {operation.endpoint: operation.scope for one in endpoints for operation in one.callback.operations.values()}


def test_it_is_openapi():
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_every_endpoint_is_described_and_nothing_else():
    assert CONTRACTS.keys() == SERVED.keys()


def test_every_operation_has_a_name_of_its_own_and_tells_its_scope():
    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]

    scopes = {operation["operationId"]: operation.get("x-scope") for operation in operations}

    assert scopes == {endpoint.__name__: scope.value if scope else None for endpoint, scope in SERVED.items()}
    assert set(scopes.values()) - {None} <= set(Scope.values)


def test_every_shape_is_used():
    told = json.dumps(document())

    lacking = [name for name in SHAPES | BODIES if f'"#/components/schemas/{name}"' not in told]

    assert lacking == []


def test_the_words_are_the_endpoints_own_without_addresses_and_rules():
    operation = document()["paths"]["/contacts/{contact_id}/companies/{company_id}"]["delete"]

    assert operation["summary"] == "Detach company"
    assert operation["description"] == "The link and nothing else."
    assert re.findall(r"\b[A-Z]{2,4}-\d+", json.dumps(document())) == []


def test_what_came_with_a_version_says_so():
    paths = document()["paths"]

    assert paths["/contacts/{contact_id}/merge_history"]["get"]["x-since"] == "2.16"
    assert "x-since" not in paths["/contacts"]["get"]


def test_a_contact_is_described_as_the_catalogue_has_it():
    contact = document()["components"]["schemas"]["contact"]["properties"]

    assert contact["signed_up_at"] == {"type": ["integer", "null"], "description": "Unix time in seconds."}
    assert contact["has_hard_bounced"] == {"type": "boolean"}


ERROR = {"type": "error.list", "request_id": "5e2d1f5c-6f0b-4d6e-9a57-3c1f6f0a7b11", "errors": []}
FINE = ERROR | {"errors": [{"code": "not_found", "message": "User Not Found"}]}


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (404, FINE, 0),
        (404, ERROR, 1),
        (404, FINE | {"more": 1}, 1),
        (410, FINE, 1),
        (200, {"type": "tag", "id": "1", "name": "VIP"}, 0),
        (200, {"type": "tag", "id": 1}, 2),
    ],
)
def test_what_is_not_as_described_is_found(status, body, found):
    """The checker itself: it must not say yes to everything."""
    answer = HttpResponse(json.dumps(body), status=status, content_type="application/json")

    assert len(faults("GET", "api/tags/<str:tag_id>", answer)) == found
