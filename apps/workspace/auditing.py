"""Writing the activity log: one call, from whoever does something sensitive (AUD-01).

Entries are added and never changed: the database itself refuses it (AUD-02). Two things open it: somebody is forgotten
whom an entry names, and an entry has been kept long enough.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from .activities import Activity
from .hands import Hand
from .models import AuditEntry, Workspace


def record(activity: Activity, *, workspace: Workspace | None, by: Hand, now: datetime, **metadata: Any) -> AuditEntry:
    """Add an entry. Metadata is plain JSON; ids rather than personal data wherever an id will do (DEL-22)."""
    return AuditEntry.objects.create(
        workspace=workspace,
        teammate_id=by.teammate_id,
        token_id=by.token_id,
        activity=activity,
        metadata=metadata,
        ip=by.ip,
        at=now,
    )


# ---- what may be changed after all -----------------------------------------------------------------------------------

BATCH = 5_000


@contextmanager
def redacting() -> Iterator[None]:
    """Inside, entries may be changed and deleted: by the purge, to take out who is forgotten (DEL-22), and by time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('people.log_is_open', 'on', true)")
        yield
        cursor.execute("SELECT set_config('people.log_is_open', 'off', true)")


def forget_old(now: datetime) -> int:
    """Let go of the entries that were kept long enough, at least a year: how many (AUD-02)."""
    old = AuditEntry.objects.filter(at__lt=now - timedelta(days=settings.ACTIVITY_LOG_DAYS)).order_by("at")
    gone = 0
    while pks := list(old.values_list("pk", flat=True)[:BATCH]):
        with redacting():
            gone += AuditEntry.objects.filter(pk__in=pks).delete()[0]
    return gone
