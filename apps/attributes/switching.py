"""The workspace's switch over attributes that the Messenger makes (MSG-08)."""

from datetime import datetime

from django.db import transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace


@transaction.atomic
def switch_messenger_creation(workspace: Workspace, allowed: bool, *, by: Hand, now: datetime) -> None:
    """Let pings make attributes of unknown keys (ATT-21), or not."""
    changed = (
        Workspace.objects.filter(pk=workspace.pk)
        .exclude(messenger_creates_attributes=allowed)
        .update(messenger_creates_attributes=allowed)
    )
    workspace.messenger_creates_attributes = allowed
    if changed:
        record(
            Activity.SECURITY_CHANGE,
            workspace=workspace,
            by=by,
            now=now,
            setting="messenger_creates_attributes",
            value=allowed,
        )
