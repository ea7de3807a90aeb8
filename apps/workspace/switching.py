"""The switches over what the Messenger may do (MSG-08, MSG-09, MSG-21) and over access logging (AUD-03).

Those over attributes stand beside the attributes as well, for whoever looks after the data (MANAGE_DATA); all of them
stand on the Security page, for whoever looks after that (MANAGE_SECURITY).
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from .activities import Activity
from .auditing import record
from .hands import Hand
from .models import Workspace

OF_MESSENGER = ("require_signed_identity", "messenger_creates_attributes", "messenger_updates_companies")
SWITCHES = (*OF_MESSENGER, "logs_profile_views")


@transaction.atomic
def switch(workspace: Workspace, wanted: Mapping[str, bool], *, by: Hand, now: datetime) -> dict[str, list[bool]]:
    """Set some switches; one entry in the activity log tells those that moved, each with its old and new position."""
    stands = Workspace.objects.select_for_update(no_key=True).only(*SWITCHES).get(pk=workspace.pk)
    moved = {name: [getattr(stands, name), value] for name, value in wanted.items() if getattr(stands, name) != value}
    for name, value in wanted.items():
        setattr(workspace, name, value)
    if moved:
        workspace.save(update_fields=list(moved))
        record(Activity.SECURITY_CHANGE, workspace=workspace, by=by, now=now, changes=moved)
    return moved
