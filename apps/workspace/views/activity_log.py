"""Settings → Activity log (AUD-01, AUD-02)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from .. import activity_log
from ..activity_log import Asked
from ..forms import ActivityLogForm
from ..models import AuditEntry
from ..pages import PageRequest, page
from ..permissions import Grant


@page(Grant.VIEW_AUDIT)
@require_safe
def log(request: PageRequest) -> HttpResponse:
    """Who did what, newest first; filtered by type, hand and days."""
    form = ActivityLogForm(request.workspace, request.GET)
    asked = form.asked() if form.is_valid() else None
    return render(request, "workspace/activity_log.html", _context(request, form, asked), status=200 if asked else 422)


def _context(request: PageRequest, form: ActivityLogForm, asked: Asked | None) -> dict[str, Any]:
    if asked is None:
        return {"form": form, "lines": []}
    entries = activity_log.matching(request.workspace, asked)
    older = _older(request)
    found, last = activity_log.page_of(entries, older)
    said = {name: value for name, value in asked.said.items() if value}
    return {
        "form": form,
        "lines": [{"entry": one, "by": activity_log.by(one), "details": activity_log.details(one)} for one in found],
        "asked": urlencode(said),
        "older": urlencode({**said, "older": str(last.pk)}) if last else "",
        "is_first": older is None,
    }


def _older(request: PageRequest) -> AuditEntry | None:
    """The entry below which the page begins; a number that is none of ours begins at the top."""
    pk = request.GET.get("older", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return AuditEntry.objects.filter(workspace=request.workspace, pk=int(pk)).first()
