"""The description as an OpenAPI 3.1 document: from the addresses, the endpoints' own words and their contracts."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern

from apps.workspace.scopes import LETS, Scope

from ..calls import Endpoint, Operation
from ..reading import WITH_BODY
from ..urls import endpoints
from ..versions import OF_TOMORROW, SERVED, USUAL
from .answers import SHAPES
from .bodies import BODIES
from .contracts import CONTRACTS, Contract
from .schemas import DIGITS, HEX, TEXT, WHOLE, Schema, ref, said

Document = dict[str, Any]
JSON = "application/json"
RULES = re.compile(r" ?\((?:[A-Z]+-\d+[^)]*)\)")
ADDRESS = re.compile(r"^(?:GET|POST|PUT|DELETE) (?:\{[^}]*\}|[^\s{:.,])+")
PLACEHOLDER = re.compile(r"<\w+:(\w+)>")

FAILURES = {
    400: "The call makes no sense as it is; message says why, field what it is about.",
    401: "No token, or none that counts.",
    403: "The token lacks the scope that this call needs.",
    404: "There is no such thing in this workspace.",
    406: "The caller takes anything but JSON.",
    409: "Somebody else holds what was claimed, several are meant, or what is asked does not go with how things stand.",
    410: "The contact was merged into another, whom the Link header names. From version 2.16 on.",
    413: "The body is too large.",
    422: "Something else still uses this.",
    429: "Asked too often; Retry-After says for how many seconds to be quiet.",
    500: "A fault of ours, which is logged.",
    503: "It takes too long just now.",
}
ANYWHERE = frozenset({400, 401, 403, 406, 429, 500, 503})
PATH_PARAMETERS: dict[str, Schema] = {
    "contact_id": HEX,
    "company_id": HEX,
    "visitor_id": HEX,
    "segment_id": HEX,
    "job_identifier": TEXT,
    "job_id": TEXT,
    "external_id": said(TEXT | {"minLength": 1}, "Slashes may stand in it as they are."),
}
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
HEADERS: dict[str, Schema] = {
    "X-RateLimit-Limit": said(WHOLE, "How many calls a window holds."),
    "X-RateLimit-Remaining": said(WHOLE, "How many are left in this one."),
    "X-RateLimit-Reset": said(WHOLE, "When it ends, in unix seconds."),
    "Retry-After": said(WHOLE, "For how many seconds to be quiet."),
    "Intercom-Version": said(TEXT, "The version that answers."),
    "Link": said(TEXT, "Who they are now."),
}
ABOUT = (
    "Users and leads, companies and what is known of them. Call it with an access token in the Authorization header: "
    "`Authorization: Bearer …`. Bodies and answers are JSON; times are whole seconds since 1970."
)
VERSION: Schema = {
    "name": "Intercom-Version",
    "in": "header",
    "description": f"The version of the API that answers; {USUAL} where none is named.",
    "schema": {"type": "string", "enum": [*SERVED, *sorted(word.capitalize() for word in OF_TOMORROW)]},
}


@cache
def document() -> Document:
    """The whole document. Its servers are named by path, for it is served by them."""
    groups = {endpoint.__module__.rpartition(".")[2]: endpoint for _, _, (endpoint, _) in _all()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "People data", "version": USUAL, "description": ABOUT},
        "servers": [{"url": "/"}, {"url": "/api"}],
        "tags": [{"name": _titled(name), "description": _module_words(one)} for name, one in groups.items()],
        "paths": _paths(),
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": _scopes()}},
            "parameters": {"version": VERSION},
            "headers": {name: {"schema": schema} for name, schema in HEADERS.items()},
            "responses": {f"failure_{status}": _failure(status) for status in FAILURES},
            "schemas": SHAPES | BODIES,
        },
    }


def template_of(route: str) -> str:
    """A route as OpenAPI writes it: `contacts/<str:contact_id>` is `/contacts/{contact_id}`."""
    return "/" + PLACEHOLDER.sub(r"{\1}", route)


def _all() -> Iterator[tuple[URLPattern, str, tuple[Endpoint, Scope | None]]]:
    for pattern in endpoints:
        operations: dict[str, Operation] = pattern.callback.operations  # type: ignore[attr-defined]
        for method, operation in operations.items():
            yield pattern, method, (operation.endpoint, operation.scope)


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for pattern, method, (endpoint, scope) in _all():
        told = _operation(pattern, method, endpoint, scope)
        paths.setdefault(template_of(str(pattern.pattern)), {})[method.lower()] = told
    return paths


def _operation(pattern: URLPattern, method: str, endpoint: Endpoint, scope: Scope | None) -> Document:
    contract, named = CONTRACTS[endpoint], list(pattern.pattern.converters)
    first = getattr(endpoint, "since", None)
    told = {
        "operationId": endpoint.__name__,
        "tags": [_titled(endpoint.__module__.rpartition(".")[2])],
        "summary": _titled(endpoint.__name__),
        "description": _words(endpoint),
        "x-scope": scope.value if scope else None,
        "x-since": first,
        "parameters": _parameters(contract, named),
        "requestBody": _body(contract) if contract.body else None,
        "responses": _responses(contract, _statuses(contract, method, named)),
    }
    return {key: value for key, value in told.items() if value not in (None, "")}


# ---- words -----------------------------------------------------------------------------------------------------------


def _titled(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(endpoint: Endpoint) -> str:
    """What an endpoint says of itself, less its address and the rules that it keeps."""
    words = ADDRESS.sub("", RULES.sub("", " ".join((endpoint.__doc__ or "").split()))).lstrip(".:, ")
    return words[:1].upper() + words[1:]


def _module_words(endpoint: Endpoint) -> str:
    words = sys.modules[endpoint.__module__].__doc__ or ""
    return RULES.sub("", words.split("\n\n")[0].strip())


def _scopes() -> str:
    lines = [f"- {scope.value}: {LETS[scope]}" for scope in Scope]
    return "An access token, with the scopes that it was made with:\n\n" + "\n".join(lines)


# ---- what goes in ----------------------------------------------------------------------------------------------------


def _parameters(contract: Contract, named: list[str]) -> list[Document]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS.get(name, DIGITS)} for name in named
    ]
    asked = [
        {"name": name, "in": "query", "required": name in contract.needed, "schema": schema}
        for name, schema in contract.query.items()
    ]
    return [*in_path, *asked, {"$ref": "#/components/parameters/version"}]


def _body(contract: Contract) -> Document:
    return {"required": True, "content": {JSON: {"schema": ref(str(contract.body))}}}


# ---- what comes out --------------------------------------------------------------------------------------------------


def _statuses(contract: Contract, method: str, named: list[str]) -> list[int]:
    statuses = ANYWHERE | contract.fails
    if named:
        statuses |= {404}
    if "contact_id" in named:
        statuses |= {410}
    if method in WITH_BODY:
        statuses |= {413}
    return sorted(statuses)


def _responses(contract: Contract, statuses: list[int]) -> Document:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in (*LIMITS, "Intercom-Version")}
    if contract.answer is None:
        success: Document = {"description": "Done; the answer is empty.", "headers": headers}
    else:
        success = {"description": "Done.", "headers": headers, "content": {JSON: {"schema": contract.answer}}}
    failures = {str(status): {"$ref": f"#/components/responses/failure_{status}"} for status in statuses}
    return ({str(contract.status): success} if contract.status else {}) | failures


def _failure(status: int) -> Document:
    more = {410: ("Link",), 429: ("Retry-After",)}.get(status, ())
    names = (*(LIMITS if status != 401 else ()), *more)
    return {
        "description": FAILURES[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {JSON: {"schema": ref("error_list")}},
    }
