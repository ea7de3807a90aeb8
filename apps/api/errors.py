"""How the API says no: one `error.list` whatever went wrong, never a page."""

import uuid
from typing import Any

import orjson
from django.http import HttpResponse

from apps.attributes.definitions import Catalogue
from apps.attributes.reports import Reason, Refusal, Report
from apps.workspace.problems import Problem

JSON = "application/json; charset=utf-8"


class NoSuchAddress(Problem):
    """No endpoint has this address, or none that takes this method."""

    status = 404
    code = "not_found"


class TooLarge(Problem):
    """More was sent than any call needs."""

    status = 413
    code = "client_error"


class NotServable(Problem):
    """The caller takes anything but JSON."""

    status = 406
    code = "media_type_not_acceptable"


class MergedAway(Problem):
    """A lead that was merged: who they are now is told as well (2.16)."""

    status = 410
    code = "contact_merged"

    def __init__(self, into: str) -> None:
        super().__init__(f"This contact was merged into the contact with id={into}.")
        self.into = into

    @property
    def headers(self) -> dict[str, str]:
        return {"Link": f'</contacts/{self.into}>; rel="canonical"'}


class Refused(Problem):
    """Values were refused, so that nothing of the call is kept. Raised inside the transaction that it ends."""

    def __init__(self, known: Catalogue, record_id: int | None, report: Report) -> None:
        super().__init__("; ".join(f"{key} {refusal.message}" for key, refusal in report.refused.items()))
        self.known = known
        self.record_id = record_id
        self.report = report

    def items(self) -> list[dict[str, Any]]:
        return [
            {
                "code": self.code,
                "message": sentence(self.known, key, refusal),
                "field": _field(self.known, key, refusal),
            }
            for key, refusal in self.report.refused.items()
            if refusal.reason is not Reason.YIELDED
        ]


def sentence(known: Catalogue, key: str, refusal: Refusal) -> str:
    """A refusal in the API's words."""
    definition = known.get(key)
    if refusal.reason is Reason.UNKNOWN or definition is None:
        return f"Custom attribute '{key}' does not exist"
    if definition.custom:
        return f"Custom attribute '{key}' {refusal.message}"
    if definition.kind.name == "member":
        return f"The owner {refusal.message}"
    return f"{definition.full_name} {refusal.message}"


def _field(known: Catalogue, key: str, refusal: Refusal) -> str:
    definition = known.get(key)
    if definition is None or refusal.reason is Reason.UNKNOWN:
        return f"custom_attributes.{key}"
    return definition.full_name


def error_list(problem: Problem) -> HttpResponse:
    """A problem as the answer of the API (API-02)."""
    items = problem.items() if isinstance(problem, Refused) else [_item(problem)]
    body = {"type": "error.list", "request_id": str(uuid.uuid4()), "errors": items}
    headers = problem.headers if isinstance(problem, MergedAway) else None
    return HttpResponse(orjson.dumps(body), status=problem.status, content_type=JSON, headers=headers)


def _item(problem: Problem) -> dict[str, Any]:
    item = {"code": problem.code, "message": problem.message}
    return item | {"field": problem.field} if problem.field else item
