"""Access logging: who saw which person, where a workspace has to know (AUD-03)."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.workspace import clock
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand, hand_of
from apps.workspace.models import AuditEntry

from .models import About, Attributed

ONE_VISIT = timedelta(minutes=30)  # in which the parts of a page that are asked for later belong to its opening


def note_view(request: HttpRequest, seen: Attributed) -> None:
    """Log that a teammate has a person before them, while access logging is on. Companies are no people.

    A part of a page that is asked for by itself is logged as well, unless the page was just opened: whoever sends the
    header of a part does not get past the log.
    """
    if not seen.workspace.logs_profile_views or seen.about != About.PERSON or request.method != "GET":
        return
    by, now = hand_of(request), clock.now()
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    if htmx and not htmx.history_restore_request and _is_logged(seen, by, now):
        return
    record(Activity.PROFILE_VIEW, workspace=seen.workspace, by=by, now=now, contact=seen.public_id)


def _is_logged(seen: Attributed, by: Hand, now: datetime) -> bool:
    lately = AuditEntry.objects.filter(workspace_id=seen.workspace_id, at__gt=now - ONE_VISIT)
    views = lately.filter(activity=Activity.PROFILE_VIEW, metadata__contact=seen.public_id)
    return by.teammate_id is not None and views.filter(teammate_id=by.teammate_id).exists()
