"""The workspace's switches over what the Messenger may do to attributes (MSG-08, MSG-09)."""

from datetime import datetime

from django.db import transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace


def switch_messenger_creation(workspace: Workspace, allowed: bool, *, by: Hand, now: datetime) -> None:
    """Let pings make attributes of unknown keys (ATT-21), or not."""
    _switch(workspace, "messenger_creates_attributes", allowed, by, now)


def switch_company_updates(workspace: Workspace, allowed: bool, *, by: Hand, now: datetime) -> None:
    """Let unsigned pings bring companies and their values, or not (MSG-09)."""
    _switch(workspace, "messenger_updates_companies", allowed, by, now)


@transaction.atomic
def _switch(workspace: Workspace, setting: str, value: bool, by: Hand, now: datetime) -> None:
    changed = Workspace.objects.filter(pk=workspace.pk).exclude(**{setting: value}).update(**{setting: value})
    setattr(workspace, setting, value)
    if changed:
        record(Activity.SECURITY_CHANGE, workspace=workspace, by=by, now=now, setting=setting, value=value)
