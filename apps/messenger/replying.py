"""What the Messenger answers. A refused key is silence; a refused ping is an error list, as the REST API writes it."""

import uuid
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from apps.people.arrivals import Arrival
from apps.people.identity import Claim
from apps.workspace.limiting import TooManyRequests
from apps.workspace.problems import Problem

REMEMBERED = "86400"  # seconds for which a browser need not ask again whether it may ask


def met(arrival: Arrival, claim: Claim) -> HttpResponse:
    """Who the sender is to us. The user_id is the one they sent: an email alone does not tell whose it is."""
    user = {"id": arrival.public_id, "user_id": claim.external_id, "role": arrival.role}
    answer: dict[str, Any] = {"user": user}
    if claim.visitor_id:
        answer["anonymous_id"] = claim.visitor_id
    return _json(answer, 200)


def silence() -> HttpResponse:
    """Nothing at all: not even why (DEL-17)."""
    return HttpResponse(content_type="application/json")


def accepted() -> HttpResponse:
    """An event is in the timeline, or was there already."""
    return HttpResponse(status=202, content_type="application/json")


def nothing() -> HttpResponse:
    """There is nothing to say."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response


def stopped(problem: Problem) -> HttpResponse:
    """A ping that was refused, as an error list (api.md §1.3), and when to try again where that would help."""
    response = _errors(problem.status, problem.code, problem.message, problem.field)
    if isinstance(problem, TooManyRequests):
        response["Retry-After"] = str(problem.wait)
    return response


def failed() -> HttpResponse:
    return _errors(500, "server_error", "Something went wrong here; it was logged. Try again later.")


def wrong_method(*allowed: str) -> HttpResponse:
    response = _errors(405, "method_not_allowed", f"Send a {allowed[0]} request.")
    response["Allow"] = ", ".join(allowed)
    return response


def permission_to_ask() -> HttpResponse:
    """The answer to a browser's preflight."""
    response = nothing()
    response["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Content-Type"
    response["Access-Control-Max-Age"] = REMEMBERED
    return response


def readable(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Let the page that asked read the answer, whole: customers' pages stand on origins of their own."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin:
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Credentials"] = "true"
        response["Access-Control-Expose-Headers"] = "Retry-After"
    response["Vary"] = "Origin"
    if response.status_code != 204:  # which has no body, and so no length
        response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _errors(status: int, code: str, message: str, field: str | None = None) -> HttpResponse:
    error = {"code": code, "message": message} | ({"field": field} if field else {})
    return _json({"type": "error.list", "request_id": str(uuid.uuid4()), "errors": [error]}, status)


def _json(body: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json; charset=utf-8")
