"""The Messenger's door: read, one call, reply."""

from django.http import HttpRequest, HttpResponse

from apps.attributes.sources import Source
from apps.people import identity, presence, sessions
from apps.people.identity import Claim, Fate
from apps.workspace import clock

from . import reading, replying
from .admitting import met, noting, ping_of, posted, workspace_of
from .delivering import deliver, deliver_lead
from .tracking import track


@posted
def ping(request: HttpRequest) -> HttpResponse:
    """A boot, an update or a page load (MSG-01): written before it is answered."""
    now = clock.now()
    sent = reading.read(request)
    workspace = workspace_of(sent.app_id)
    ping = ping_of(workspace, sent, now)
    arrival = deliver(workspace, ping, sessions.in_browser(now))
    answer = met(arrival, ping.claim)
    if arrival.fate is Fate.FOUND and arrival.public_id:
        presence.heartbeat(workspace, arrival.public_id, now)
    return answer


@posted
def events(request: HttpRequest) -> HttpResponse:
    """Something that the user, lead or visitor did (MSG-15): written before it is answered."""
    now = clock.now()
    event = reading.event(request)
    workspace = workspace_of(event.sent.app_id)
    ping = ping_of(workspace, event.sent, now)
    met(track(workspace, ping, event, now), ping.claim)
    return replying.accepted()


@posted
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Somebody still has the page open (PRES-01). It says nothing of them, and touches nothing (PRES-07)."""
    now = clock.now()
    sent = reading.read(request)
    workspace = workspace_of(sent.app_id)
    [standing] = identity.find(workspace, [ping_of(workspace, sent, now).claim])
    if standing.fate is Fate.FOUND and standing.public_id:
        presence.heartbeat(workspace, standing.public_id, now)
    return replying.nothing()


@posted
def lead(request: HttpRequest) -> HttpResponse:
    """A visitor who leaves an email becomes a lead (IDN-10)."""
    now = clock.now()
    lead = reading.lead(request)
    workspace = workspace_of(lead.app_id)
    with noting(workspace, {}, now):
        identity.claim(None, lead.email, lead.visitor_id, Source.PING)
    arrival = deliver_lead(workspace, lead, now)
    return met(arrival, Claim(visitor_id=lead.visitor_id))
