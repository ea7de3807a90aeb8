"""Visitors who have not been seen for nine months are erased; one who returns starts afresh (IDN-23)."""

from datetime import datetime

from django.db import connection, transaction

from apps.workspace.models import Workspace

from . import following

BATCH = 500

# Whoever is just being written is left for the next run. Nine months are the calendar's.
DUE = """
    SELECT id FROM people_person
    WHERE workspace_id = %(workspace)s AND role = 'visitor' AND state = 'active'
      AND (last_seen_at <= %(now)s - interval '9 months'
           OR (last_seen_at IS NULL AND created_at <= %(now)s - interval '9 months'))
    ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""


def erase(now: datetime) -> int:
    """Erase the visitors that are due: how many. In batches of their own, so that no door waits long."""
    return sum(_erase(workspace, now) for workspace in Workspace.objects.order_by("pk"))


def _erase(workspace: Workspace, now: datetime) -> int:
    erased = 0
    while batch := _erase_batch(workspace, now):
        erased += batch
    return erased


@transaction.atomic
def _erase_batch(workspace: Workspace, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"workspace": workspace.pk, "now": now, "batch": BATCH})
        due = [pk for (pk,) in cursor.fetchall()]
    if due:
        following.destroy(workspace, due)
    return len(due)
