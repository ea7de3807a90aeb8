"""Teammates, the one who calls among them, and what they did."""

from datetime import datetime

from apps.attributes.kinds import KINDS, Setting
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.workspace.models import AuditEntry, Teammate
from apps.workspace.problems import Problem

from .. import replying
from ..calls import Answer, Call
from ..finding import find_admin
from ..paging import LOG_SIZE, linked, numbered, turn
from ..reading import said_true


def show_me(call: Call) -> Answer:
    """GET /me: the teammate whom the token belongs to."""
    return replying.me(call.token.teammate, call.workspace)


def list_admins(call: Call) -> Answer:
    """GET /admins: everybody with a seat."""
    seated = Teammate.objects.filter(seats__workspace=call.workspace, is_active=True).order_by("pk")
    with_avatar = said_true(call.query.get("display_avatar"))
    return {"type": "admin.list", "admins": [replying.admin(one, with_avatar=with_avatar) for one in seated]}


def show_admin(call: Call, admin_id: str) -> Answer:
    """GET /admins/{id}."""
    return replying.admin(find_admin(call, admin_id), with_avatar=said_true(call.query.get("display_avatar")))


def list_activity_logs(call: Call) -> Answer:
    """GET /admins/activity_logs: the newest first (API-15)."""
    after, before = _moment(call, "created_at_after"), _moment(call, "created_at_before")
    if after is None:
        wanted = "created_at_after is missing: send the time from which on, as unix time in seconds."
        raise Problem(wanted, code="parameter_missing", field="created_at_after")
    entries = AuditEntry.objects.filter(workspace=call.workspace, at__gte=after)
    if before is not None:
        entries = entries.filter(at__lte=before)
    newest = entries.select_related("teammate", "token").order_by("-at", "-id")
    page, about = turn(newest, numbered(call.query, LOG_SIZE))
    pages = linked(about, call.address, call.query)["pages"]
    return {"type": "activity_log.list", "pages": pages, "activity_logs": [replying.activity(one) for one in page]}


def _moment(call: Call, name: str) -> datetime | None:
    raw = call.query.get(name)
    if not raw:
        return None
    try:
        moment: datetime = KINDS["date"].clean(raw, Setting(Source.REST, call.workspace.zone))
    except Refusal as refusal:
        raise Problem(f"{name} {refusal.message}", field=name) from None
    return moment
