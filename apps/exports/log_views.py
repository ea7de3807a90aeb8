"""The activity log as a file (AUD-02)."""

from collections.abc import Iterator
from datetime import UTC
from itertools import islice

from django.http import HttpResponseBase, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.workspace import activity_log
from apps.workspace.clock import now
from apps.workspace.forms import ActivityLogForm
from apps.workspace.models import AuditEntry
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Problem

from .writing import line

HEADER = ("Time (UTC)", "Activity", "Type", "Teammate", "Email", "Token", "IP address", "Details")
BATCH = 2_000
LINES = 500


@page(Grant.VIEW_AUDIT)
@require_safe
@never_cache
def log(request: PageRequest) -> HttpResponseBase:
    """The very entries that the page finds, newest first, sent as they are read."""
    form = ActivityLogForm(request.workspace, request.GET)
    if not form.is_valid():
        raise Problem("The activity log cannot be asked for this. Set the filter on its page, then download.")
    entries = activity_log.matching(request.workspace, form.asked())
    answer = StreamingHttpResponse(_lines(entries.iterator(BATCH)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="activity-log-{now():%Y-%m-%d}.csv"'
    return answer


def _lines(entries: Iterator[AuditEntry]) -> Iterator[bytes]:
    """Many lines in a piece: each piece is sent by itself."""
    yield line(HEADER)
    while piece := b"".join(line(_cells(entry)) for entry in islice(entries, LINES)):
        yield piece


def _cells(entry: AuditEntry) -> list[str]:
    teammate = entry.teammate
    return [
        f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        entry.get_activity_display(),
        entry.activity,
        teammate.name if teammate else "",
        teammate.email if teammate else "",
        str(entry.token or ""),
        entry.ip or "",
        "; ".join(f"{name}: {words}" for name, words in activity_log.details(entry)),
    ]
