"""Writing the activity log: one call, from whoever does something sensitive (AUD-01)."""

from datetime import datetime
from typing import Any

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
