"""Founding a workspace: what a fresh one starts with. The floors above register what is theirs (QUAL-25)."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from .activities import Activity
from .auditing import record
from .hands import Hand
from .models import Seat, Teammate, Workspace
from .permissions import Role

Furnish = Callable[[Workspace], None]
_registered: list[Furnish] = []


def register(furnish: Furnish) -> Furnish:
    _registered.append(furnish)
    return furnish


@transaction.atomic
def found(name: str, app_id: str, timezone: str, founder: Teammate, *, by: Hand, now: datetime) -> Workspace:
    """Make a workspace with its first Super admin. Raises ValidationError for a bad app id or time zone."""
    workspace = Workspace(name=name, app_id=app_id, timezone=timezone, created_at=now)
    workspace.full_clean()
    workspace.save()
    Seat.objects.create(workspace=workspace, teammate=founder, role=Role.SUPER_ADMIN)
    for furnish in _registered:
        furnish(workspace)
    record(Activity.WORKSPACE_CREATION, workspace=workspace, by=by, now=now, app_id=app_id)
    return workspace
