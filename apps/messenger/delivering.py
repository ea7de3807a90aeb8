"""A ping delivered: the person, the session, the companies; all of it or nothing."""

from datetime import datetime

import orjson
from django.db import InterfaceError, OperationalError, transaction

from apps.attributes.history import count_refusals
from apps.attributes.reports import Reason
from apps.attributes.sources import Source
from apps.companies import arrivals as companies
from apps.people import arrivals, returning, sessions
from apps.people.arrivals import Arrival, Payload
from apps.people.identity import Claim, Fate
from apps.people.models import Person, Role
from apps.people.returning import Familiar
from apps.people.sessions import Sighting
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.once_more import once_more
from apps.workspace.prepared import trust
from apps.workspace.problems import Problem

from . import reading
from .admitting import Known
from .proof import signed_claims
from .reading import Lead, Ping, Sent


def deliver(workspace: Workspace, ping: Ping, seen: Sighting, *, says_something_new: bool = False) -> Arrival:
    """Write a ping, once. Where two of them wait for each other, PostgreSQL stops one of them: that one tries again."""
    told = None if says_something_new else _familiar(workspace, ping, seen)
    if told and (arrival := returning.recognise(told, seen)):  # the most frequent of all is one statement
        return arrival
    return once_more(lambda: _deliver(workspace, ping, seen))


def deliver_unread(known: Known, sent: Sent, seen: Sighting) -> tuple[Arrival, Claim] | None:
    """Write a ping that says nothing new in a workspace that stands as it is known, without reading that first.

    None for every other ping, and nothing was done or noted: whoever has read the workspace says what is wrong.
    """
    trust()
    try:
        words = _lasting(sent)
        claim, told = known.heard.get(words) or _understood(known.workspace, sent, seen)
        arrival = returning.recognise(told, seen, known.mark) if told else None
    except (Problem, OperationalError, InterfaceError):  # the latter of a connection that broke while nobody used it
        return None
    if arrival is None or told is None:
        return None
    known.remember(words, (claim, told))
    return arrival, claim


def _lasting(sent: Sent) -> bytes:
    """What was said of somebody, if it means the same whenever it is said; nothing where a proof came with it, for
    that ends, or where it is too deep to be written down."""
    if sent.user_hash is not None or sent.token is not None:
        return b""
    try:
        return orjson.dumps([sent.user_data, sent.anonymous_id])
    except orjson.JSONEncodeError:
        return b""


def _understood(workspace: Workspace, sent: Sent, seen: Sighting) -> tuple[Claim, Familiar | None]:
    """Who is meant by a ping, and what stands where it says nothing new."""
    ping = reading.ping(sent, signed_claims(workspace, sent, seen.now))
    return ping.claim, _familiar(workspace, ping, seen)


def deliver_lead(workspace: Workspace, lead: Lead, seen: Sighting) -> Arrival:
    """A visitor left their email and becomes a lead (IDN-10)."""
    return once_more(lambda: _deliver_lead(workspace, lead, seen))


@transaction.atomic
def _deliver_lead(workspace: Workspace, lead: Lead, seen: Sighting) -> Arrival:
    payload = Payload(Claim(visitor_id=lead.visitor_id), lead.values, place=seen.place)
    arrival = arrivals.convert(workspace, payload, Source.PING, now=seen.now)
    if arrival.created and arrival.pk:  # whoever was met before has been seen by the page's own ping
        sessions.touch(arrival.pk, seen)
    return arrival


def payload_of(ping: Ping, seen: Sighting) -> Payload:
    """What a ping brings to whoever is meant."""
    return Payload(ping.claim, ping.unsigned.values, ping.signed.values, seen.place)


def _familiar(workspace: Workspace, ping: Ping, seen: Sighting) -> Familiar | None:
    """What stands where a ping says nothing new; None for one that names companies or is refused a key."""
    if any(half.companies or half.report.refused for half in ping.halves):
        return None
    return returning.familiar(workspace, payload_of(ping, seen), Source.PING)


@transaction.atomic
def _deliver(workspace: Workspace, ping: Ping, seen: Sighting) -> Arrival:
    now = seen.now
    [arrival] = arrivals.receive(workspace, [payload_of(ping, seen)], Source.PING, now=now)
    if arrival.fate is not Fate.FOUND or arrival.pk is None:
        return arrival
    begins_session = any(half.companies for half in ping.halves) and sessions.starts(arrival.pk, seen)
    arrival.role = sessions.touch(arrival.pk, seen) or arrival.role
    _withhold_companies(workspace, ping, arrival)
    named = ping.unsigned.companies.keys() | ping.signed.companies.keys()
    begins_session = begins_session and len(named) == 1
    for company_id in sorted(named):  # in one order: two pings that name the same companies never wait in a ring
        _deliver_company(workspace, ping, arrival, company_id, begins_session, now)
    for half in ping.halves:
        if half.report.refused:
            count_refusals("person", workspace, {arrival.pk: half.report}, half.source, NOBODY, now)
    return arrival


# ---- companies -------------------------------------------------------------------------------------------------------


def _withhold_companies(workspace: Workspace, ping: Ping, arrival: Arrival) -> None:
    """Leave out companies that may not come in this way, and say so in the log."""
    for half in ping.halves:
        if not half.companies:
            continue
        if half.source is Source.PING and not workspace.messenger_updates_companies:  # MSG-09
            half.refuse("company", half.companies, Reason.PROTECTED, "is protected from updates via the Messenger")
            half.companies = {}
        elif arrival.role == Role.VISITOR:
            half.refuse("company", half.companies, Reason.INVALID, "was ignored: a visitor belongs to no company")
            half.companies = {}


def _deliver_company(
    workspace: Workspace, ping: Ping, arrival: Arrival, company_id: str, begins_session: bool, now: datetime
) -> None:
    """Update the company, link the person, and count the session where only this one is named (SESS-10…15)."""
    signed = ping.signed.companies.get(company_id, {})
    for half in ping.halves:
        if company_id in half.companies:
            offer = half.companies[company_id]
            if half is ping.unsigned:
                offer = {key: raw for key, raw in offer.items() if key not in signed}
            company = companies.receive(workspace, company_id, offer, half.source, now=now).company
    try:
        companies.join(Person(pk=arrival.pk, workspace=workspace), company, now=now, seen=True)
    except Problem as problem:
        ping.unsigned.refuse("company", company_id, Reason.LIMIT, f"was not linked: {problem.message}")
        return
    companies.seen(company, now=now, begins_session=begins_session)
