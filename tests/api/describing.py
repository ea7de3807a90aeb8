"""Every answer that the suite gets from the API, held against its own description, and the published one if present."""

import copy
import json
import re
from functools import cache
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from jsonschema_rs import Draft202012Validator

from apps.api.description.document import document, template_of
from apps.api.middleware import ADDRESSES, resolved
from tests.api import published

# What an address answers to a method that it does not know, or to who may not ask at all.
WITHOUT_OPERATION = {400, 401, 404, 406, 413, 429, 500}


class DescribedClient(Client):
    """Asks as any client does; an answer that is not described fails the test that asked."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if match := resolved(response.request["PATH_INFO"].rstrip("/"), ADDRESSES):
            check(response.request["REQUEST_METHOD"], match.route, response)
        return response


def check(method: str, route: str, response: HttpResponse) -> None:
    """Fails where a status is not documented, or an answer is of another shape."""
    if found := faults(method, route, response) + published_faults(method, route, response):
        pytest.fail("Not as described:\n" + "\n".join(found))


def faults(method: str, route: str, response: HttpResponse) -> list[str]:
    path, status = template_of(re.sub("^api/", "", route)), response.status_code
    operation = closed()["paths"][path].get(method.lower())
    if operation is None:
        known, shape = status in WITHOUT_OPERATION, {"$ref": "#/components/schemas/error_list"}
    else:
        known, shape = str(status) in operation["responses"], shape_of(operation, status)
    at = f"{method} {path} {status}"
    if not known:
        return [f"{at}: an undocumented status: {response.content.decode()}"]
    if shape is None:
        return [f"{at}: not empty"] if response.content else []
    if not response["Content-Type"].startswith("application/json"):
        return [f"{at}: {response['Content-Type']}"]
    return [f"{at}: {fault}" for fault in faults_of(shape, response.content)]


def published_faults(method: str, route: str, response: HttpResponse) -> list[str]:
    """Where an answer in the published version is not as published; nothing where that does not lie beside."""
    if not published.PUBLISHED.exists() or response.get("Intercom-Version", published.VERSION) != published.VERSION:
        return []
    if not response.content or not response["Content-Type"].startswith("application/json"):
        return []
    answer, path = json.loads(response.content), template_of(re.sub("^api/", "", route))
    found = published.faults_of_call(method, path, response.status_code, answer)
    return [f"{method} {path} {response.status_code}: not as published: {fault}" for fault in found]


def shape_of(operation: dict[str, Any], status: int) -> Any:
    """The schema of an answer; None for an empty one."""
    told = operation["responses"].get(str(status), {})
    if ref := told.get("$ref"):
        told = closed()["components"]["responses"][ref.rpartition("/")[2]]
    return told.get("content", {}).get("application/json", {}).get("schema")


def faults_of(shape: dict[str, Any], content: bytes) -> list[str]:

    validator = _validator(json.dumps(shape))
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(json.loads(content))]


@cache
def _validator(shape: str) -> Any:

    return Draft202012Validator(json.loads(shape) | {"components": closed()["components"]}, validate_formats=True)


@cache
def closed() -> dict[str, Any]:
    """The description, with nothing allowed that it does not name: a key that is not described is a fault."""
    return _closed(copy.deepcopy(document()))


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    closing = {"additionalProperties": False} if isinstance(part.get("properties"), dict) else {}
    return closing | {key: _closed(value) for key, value in part.items()}
