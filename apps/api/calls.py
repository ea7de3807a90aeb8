"""What every endpoint goes through: a token, a version, a body; and one answer in JSON, whatever happens."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

import orjson
from django.core.exceptions import DisallowedHost
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Catalogue
from apps.attributes.history import count_refusals
from apps.attributes.sources import Source
from apps.workspace import clock
from apps.workspace.callers import address_of
from apps.workspace.hands import Hand, hand_of_token
from apps.workspace.limiting import Allowance
from apps.workspace.models import AccessToken, Workspace
from apps.workspace.once_more import once_more
from apps.workspace.patience import OutOfPatience
from apps.workspace.problems import Problem, TooSlow
from apps.workspace.scopes import Scope, check_scope

from . import limits
from .errors import JSON, NoSuchAddress, NotServable, Refused, error_list
from .reading import body_of, query_of
from .tokens import token_of
from .versions import at_least, version_of

JSON_MEDIA = "application/json"
log = logging.getLogger("django.request")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, by somebody known."""

    token: AccessToken
    by: Hand
    version: str
    now: datetime
    body: dict[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    address: str = ""  # where it was sent to, for links to what follows

    @property
    def workspace(self) -> Workspace:
        return self.token.workspace

    @property
    def source(self) -> Source:
        """The hand that the call's values come from: a workflow's token gives way to everybody (API-14)."""
        return Source.OPERATOR if self.token.is_operator else Source.REST

    @property
    def people(self) -> Catalogue:
        return catalogue_of(self.workspace, "person")

    @property
    def companies(self) -> Catalogue:
        return catalogue_of(self.workspace, "company")


@dataclass(frozen=True, slots=True)
class Empty:
    """An answer without a body."""

    status: int = 200


Answer = dict[str, Any]
Endpoint = Callable[..., Answer | Empty]  # (call, **what the address says) → the answer


def since(version: str) -> Callable[[Endpoint], Endpoint]:
    """Of an endpoint that came with a version of the API: older ones have no such thing."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        def answer(call: Call, **named: str) -> Answer | Empty:
            if not at_least(call.version, version):
                missing = "Requested resource is not available in current API version."
                raise Problem(missing, code="intercom_version_invalid")
            return endpoint(call, **named)

        answer.since = version  # type: ignore[attr-defined]
        return answer

    return decorate


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method does at one address, and the scope that a token needs for it; None: any token will do."""

    endpoint: Endpoint
    scope: Scope | None
    media: str = JSON_MEDIA  # what the caller must take, unless it is JSON that they take


def resource(**operations: Operation) -> Callable[..., HttpResponse]:
    """The view of one address: an operation a method."""

    def view(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            now = clock.now()
            token = token_of(request.headers.get("Authorization"), now)
            allowances = limits.spent_by(token, now)
        except Problem as problem:
            return error_list(problem)
        except Exception:
            return _failure(request)
        response = _response(request, token, now, allowances, operations, named)
        for name, said in limits.headers_of(allowances, now).items():
            response[name] = said
        return response

    view.operations = operations  # type: ignore[attr-defined]
    return view


def _response(
    request: HttpRequest,
    token: AccessToken,
    now: datetime,
    allowances: list[Allowance],
    operations: Mapping[str, Operation],
    named: dict[str, str],
) -> HttpResponse:
    """What somebody known is answered, whatever happens."""
    try:
        limits.hold_off(allowances, now)
        operation = operations.get(request.method or "")
        if operation is None:
            raise nothing_at(request)
        check_scope(token.scopes, operation.scope)
        if not any(map(request.accepts, {operation.media, JSON_MEDIA})):
            raise NotServable("The API answers in application/json; accept that, or */*.")
        return _answer(_call(request, token, now), operation.endpoint, named)
    except Problem as problem:
        return error_list(problem)
    except OutOfPatience:
        return error_list(TooSlow("This takes too long just now. Ask for less, or try again later."))
    except Exception:
        return _failure(request)


def nothing_at(request: HttpRequest) -> NoSuchAddress:
    return NoSuchAddress(f"The API has no {request.method} {request.path_info}; look at its path and method.")


def _call(request: HttpRequest, token: AccessToken, now: datetime) -> Call:
    version = version_of(request.headers.get("Intercom-Version"))
    by = hand_of_token(token, address_of(request) or None)
    return Call(token, by, version, now, body_of(request), query_of(request), _address(request))


def _address(request: HttpRequest) -> str:
    try:
        return request.build_absolute_uri(request.path)
    except DisallowedHost:
        return request.path


def _answer(call: Call, endpoint: Endpoint, named: dict[str, str]) -> HttpResponse:
    try:
        answer = once_more(lambda: endpoint(call, **named))
    except Refused as refused:  # the transaction is rolled back; what was refused is remembered all the same (BEY-02)
        reports = {refused.record_id: refused.report}
        count_refusals(refused.known.about, call.workspace, reports, call.source, call.by, call.now)
        raise
    version = {"Intercom-Version": call.version}
    if isinstance(answer, Empty):
        return HttpResponse(status=answer.status, content_type="text/plain; charset=utf-8", headers=version)
    return HttpResponse(orjson.dumps(answer), content_type=JSON, headers=version)


def _failure(request: HttpRequest) -> HttpResponse:
    """A fault of ours: said in JSON as well, and told to whoever watches the log."""
    log.exception("Internal Server Error: %s", request.path, extra={"request": request})
    got_request_exception.send(sender=None, request=request)
    fault = Problem("Something went wrong on our side; it has been logged. Try again later.", code="server_error")
    fault.status = 500
    return error_list(fault)
