"""What a workspace says of its events, and which of them it has in use (EVT-05, EVT-12)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.attributes.reports import Reason, Refusal
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.problems import Dependants

from .fields import uses_of
from .models import EventName
from .recording import lock_names, room


@transaction.atomic
def describe(name: EventName, description: str, *, by: Hand, now: datetime) -> EventName:
    """Tell teammates what it means that this was done."""
    name = _locked(name)
    if name.description == description:
        return name
    name.description = description
    name.save(update_fields=["description"])
    record(Activity.EVENT_CHANGE, workspace=name.workspace, by=by, now=now, event=name.name)
    return name


@transaction.atomic
def archive(name: EventName, *, by: Hand, now: datetime) -> EventName:
    """Take an event out of the pickers and refuse it from now on; what was counted stays (EVT-12).

    Raises Dependants while a saved segment asks for it.
    """
    name = _locked(name)
    if name.archived_at:
        return name
    if uses := uses_of(name):
        raise Dependants("Used by " + ", ".join(uses) + ". Remove it there first.")
    name.archived_at = now
    name.save(update_fields=["archived_at"])
    record(Activity.EVENT_ARCHIVAL, workspace=name.workspace, by=by, now=now, event=name.name)
    return name


@transaction.atomic
def unarchive(name: EventName, *, by: Hand, now: datetime) -> EventName:
    """Take an event into use again, counts and all. Raises Refusal where there is no room (EVT-05)."""
    lock_names(name.workspace)
    name = _locked(name)
    if not name.archived_at:
        return name
    if not room(name.workspace):
        raise Refusal(
            Reason.LIMIT,
            f"stays archived: the workspace has {settings.EVENT_NAME_LIMIT} events in use. "
            "Archive one that is no longer needed.",
        )
    name.archived_at = None
    name.save(update_fields=["archived_at"])
    record(Activity.EVENT_UNARCHIVAL, workspace=name.workspace, by=by, now=now, event=name.name)
    return name


def _locked(name: EventName) -> EventName:
    return EventName.objects.select_for_update(of=("self",), no_key=True).select_related("workspace").get(pk=name.pk)
