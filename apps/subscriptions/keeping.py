"""Making subscription types, changing them, and taking them out of use."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Missing

from .models import SubscriptionType


@dataclass(frozen=True, slots=True)
class Wording:
    """What may be said otherwise at any time: never what somebody's choice means."""

    name: str
    description: str
    locale: str
    content_types: list[str]


def create(workspace: Workspace, wording: Wording, consent_type: str, *, by: Hand, now: datetime) -> SubscriptionType:
    """A new type. Raises Conflict where there is one of that name."""
    made = SubscriptionType(
        workspace=workspace, consent_type=consent_type, created_at=now, created_by_id=by.teammate_id
    )
    _say(made, wording)
    record(Activity.SUBSCRIPTION_CREATION, workspace=workspace, by=by, now=now, subscription=made.pk, name=made.name)
    return made


@transaction.atomic
def change(subscription: SubscriptionType, wording: Wording, *, by: Hand, now: datetime) -> SubscriptionType:
    """Say it otherwise. The consent stays what it was: people have answered to it. Raises Conflict for a taken name."""
    held = _locked(subscription)
    _say(held, wording)
    record(Activity.SUBSCRIPTION_CHANGE, workspace=held.workspace, by=by, now=now, subscription=held.pk, name=held.name)
    return held


@transaction.atomic
def archive(subscription: SubscriptionType, *, by: Hand, now: datetime) -> SubscriptionType:
    """Out of use; what people chose is kept."""
    return _move(subscription, now, Activity.SUBSCRIPTION_ARCHIVAL, by, now)


@transaction.atomic
def unarchive(subscription: SubscriptionType, *, by: Hand, now: datetime) -> SubscriptionType:
    return _move(subscription, None, Activity.SUBSCRIPTION_UNARCHIVAL, by, now)


def _move(
    subscription: SubscriptionType, archived_at: datetime | None, activity: Activity, by: Hand, now: datetime
) -> SubscriptionType:
    """To where it stands already is harmless."""
    held = _locked(subscription)
    if (held.archived_at is None) != (archived_at is None):
        held.archived_at = archived_at
        held.save(update_fields=["archived_at"])
        record(activity, workspace=held.workspace, by=by, now=now, subscription=held.pk, name=held.name)
    return held


def _say(subscription: SubscriptionType, wording: Wording) -> None:
    subscription.name, subscription.description = wording.name, wording.description
    subscription.locale, subscription.content_types = wording.locale, wording.content_types
    try:
        with transaction.atomic():
            subscription.save()
    except IntegrityError:
        raise Conflict(f"There is a subscription type {wording.name} already.", field="name") from None


def _locked(subscription: SubscriptionType) -> SubscriptionType:
    mine = SubscriptionType.objects.select_related("workspace").filter(workspace_id=subscription.workspace_id)
    held = mine.select_for_update(of=("self",), no_key=True).filter(pk=subscription.pk).first()
    if held is None:
        raise Missing("There is no such subscription type.")
    return held
