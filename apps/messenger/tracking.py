"""An event delivered (MSG-15): whose it is, as a ping would say, and the event; both or neither."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from apps.attributes.models import State
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.events.naming import checked_name
from apps.events.recording import Occurrence, Outcome, occurrence, record
from apps.people import arrivals, identity, sessions
from apps.people.arrivals import Arrival
from apps.people.identity import Fate
from apps.people.sessions import Sighting
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.once_more import once_more
from apps.workspace.problems import Problem

from .delivering import payload_of
from .reading import Event, Ping

SOMEBODY = 0  # whose key is not known yet


def track(workspace: Workspace, ping: Ping, event: Event, seen: Sighting) -> Arrival:
    """Record an event of whoever is meant; who is not known yet is made, as a ping would make them.

    Raises Problem for an event that cannot be kept; nobody is made for one.
    """
    source = Source.SIGNED_PING if ping.signed.values else Source.PING
    happened = _occurrence(workspace, event, source, seen.now)
    return once_more(lambda: _track(workspace, ping, happened, source, seen))


def _occurrence(workspace: Workspace, event: Event, source: Source, now: datetime) -> Occurrence:
    """What happened. A browser's clock may be fast, but nothing has happened that is still to come."""
    field = "event_name"
    try:
        name = checked_name(event.name)
        field = "created_at"
        at = now if event.created_at is None else event.created_at
        happened = occurrence(workspace, SOMEBODY, name, at, event.metadata, source=source)
    except Refusal as refusal:
        raise Problem(f"{field} {refusal.message}", field=field) from None
    return replace(happened, at=min(happened.at, now))


@transaction.atomic
def _track(workspace: Workspace, ping: Ping, happened: Occurrence, source: Source, seen: Sighting) -> Arrival:
    arrival, outcome = _recorded(workspace, _known(workspace, ping), happened, source, seen.now)
    if outcome is Outcome.NOBODY:  # not known yet, or somebody else by now
        arrival, outcome = _recorded(workspace, _received(workspace, ping, seen), happened, source, seen.now)
    if arrival.fate is Fate.FOUND and not outcome.accepted:
        raise Problem(f"event_name {outcome.message}", field="event_name")
    return arrival


def _recorded(
    workspace: Workspace, arrival: Arrival, happened: Occurrence, source: Source, now: datetime
) -> tuple[Arrival, Outcome]:
    if arrival.fate is not Fate.FOUND or arrival.pk is None:
        return arrival, Outcome.NOBODY
    theirs = replace(happened, person_pk=arrival.pk)
    [outcome] = record(workspace, [theirs], source=source, by=NOBODY, now=now)
    return arrival, outcome


def _known(workspace: Workspace, ping: Ping) -> Arrival:
    """Whoever is meant, if they may simply go on: an event alone says nothing of them that is new."""
    [standing] = identity.find(workspace, [ping.claim])
    if standing.fate is Fate.FOUND and standing.state != State.ACTIVE:
        return Arrival(Fate.NOBODY)
    return Arrival(standing.fate, standing.pk, standing.public_id, standing.role)


def _received(workspace: Workspace, ping: Ping, seen: Sighting) -> Arrival:
    [arrival] = arrivals.receive(workspace, [payload_of(ping, seen)], Source.PING, now=seen.now)
    if arrival.created and arrival.pk:  # whoever was met before has been seen by the ping of the page or app itself
        sessions.touch(arrival.pk, seen)
    return arrival
