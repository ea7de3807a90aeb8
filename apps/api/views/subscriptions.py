"""Subscription types, and what contacts chose of them."""

from apps.subscriptions import choosing
from apps.subscriptions.models import Consent, SubscriptionType
from apps.workspace.problems import Problem

from .. import replying
from ..calls import Answer, Call
from ..finding import find_contact, find_subscription, given


def list_subscription_types(call: Call) -> Answer:
    """GET /subscription_types."""
    found = SubscriptionType.objects.filter(workspace=call.workspace).order_by("pk")
    return replying.listed(map(replying.subscription, found))


def list_contact_subscriptions(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}/subscriptions: what they opted in to and out of."""
    return replying.listed(map(replying.subscription, choosing.chosen_by(find_contact(call, contact_id))))


def attach_subscription(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/subscriptions: in, of an opt-in type; out, of an opt-out type. Twice is harmless."""
    person = find_contact(call, contact_id)
    subscription = find_subscription(call, given(call, "id", "the id of a subscription type"))
    consent = given(call, "consent_type", "opt_in or opt_out")
    if consent not in Consent.values:
        raise Problem("consent_type must be opt_in or opt_out.", field="consent_type")
    if consent != subscription.consent_type:
        wrong = f"{subscription.name} is an {subscription.consent_type} subscription; send that as consent_type."
        raise Problem(wrong, field="consent_type")
    if subscription.archived_at:
        raise Problem(f"The subscription type {subscription.name} is archived.", field="id")
    choosing.choose(person, subscription, by=call.by, now=call.now)
    return replying.subscription(subscription)


def detach_subscription(call: Call, contact_id: str, subscription_id: str) -> Answer:
    """DELETE /contacts/{id}/subscriptions/{id}: back to what holds for those who never chose."""
    person, subscription = find_contact(call, contact_id), find_subscription(call, subscription_id)
    choosing.withdraw(person, subscription)
    return replying.subscription(subscription)
