"""The Messenger's door: read, one call, reply."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from apps.attributes.sources import Source
from apps.people import identity, presence, sessions
from apps.people.arrivals import Arrival
from apps.people.identity import Claim, Fate
from apps.people.sessions import Sighting
from apps.workspace import clock
from apps.workspace.models import Workspace

from . import reading, replying
from .admitting import known_as, met, noting, ping_of, posted, read_afresh, workspace_of
from .delivering import deliver, deliver_lead, deliver_unread
from .reading import Event, Page, Ping
from .tracking import track
from .visiting import visit_of


@posted
def ping(request: HttpRequest) -> HttpResponse:
    """A boot, an update or a page load (MSG-01): written before it is answered."""
    now = clock.now()
    sent = reading.read(request)
    seen = _seen(request, sent.page, now)
    tried = known_as(sent.app_id)
    if tried and (delivery := deliver_unread(tried, sent, seen)):
        return _told(tried.workspace, *delivery, now)
    known = read_afresh(sent.app_id)
    ping = ping_of(known.workspace, sent, now)
    is_known = tried is not None and tried.mark == known.mark  # then it did not fail for what the workspace says
    return delivered(known.workspace, ping, seen, says_something_new=is_known)


@posted
def events(request: HttpRequest) -> HttpResponse:
    """Something that the user, lead or visitor did (MSG-15): written before it is answered."""
    now = clock.now()
    event = reading.event(request)
    workspace = workspace_of(event.sent.app_id)
    ping = ping_of(workspace, event.sent, now)
    return tracked(workspace, ping, event, _seen(request, event.sent.page, now))


@posted
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Somebody still has the page open (PRES-01). It says nothing of them, and touches nothing (PRES-07)."""
    now = clock.now()
    sent = reading.read(request)
    workspace = workspace_of(sent.app_id)
    return still_there(workspace, ping_of(workspace, sent, now), now)


@posted
def lead(request: HttpRequest) -> HttpResponse:
    """A visitor who leaves an email becomes a lead (IDN-10)."""
    now = clock.now()
    lead = reading.lead(request)
    workspace = workspace_of(lead.app_id)
    with noting(workspace, {}, now):
        identity.claim(None, lead.email, lead.visitor_id, Source.PING)
    arrival = deliver_lead(workspace, lead, _seen(request, lead.page, now))
    return met(arrival, Claim(visitor_id=lead.visitor_id))


def _seen(request: HttpRequest, page: Page, now: datetime) -> Sighting:
    """Somebody has a page open, and what the visit tells (MSG-14)."""
    return sessions.in_browser(now, visit_of(request, page))


# ---- the same from a browser and from an app -------------------------------------------------------------------------


def delivered(workspace: Workspace, ping: Ping, seen: Sighting, *, says_something_new: bool = False) -> HttpResponse:
    """A ping is written, its sender is online, and is told who they are."""
    arrival = deliver(workspace, ping, seen, says_something_new=says_something_new)
    return _told(workspace, arrival, ping.claim, seen.now)


def _told(workspace: Workspace, arrival: Arrival, claim: Claim, now: datetime) -> HttpResponse:
    answer = met(arrival, claim)
    if arrival.fate is Fate.FOUND and arrival.public_id:
        presence.heartbeat(workspace, arrival.public_id, now)
    return answer


def tracked(workspace: Workspace, ping: Ping, event: Event, seen: Sighting) -> HttpResponse:
    """An event is written. Whoever is made for it is seen as by a ping."""
    met(track(workspace, ping, event, seen), ping.claim)
    return replying.accepted()


def still_there(workspace: Workspace, ping: Ping, now: datetime) -> HttpResponse:
    """Whoever is known is online for two minutes more."""
    [standing] = identity.find(workspace, [ping.claim])
    if standing.fate is Fate.FOUND and standing.public_id:
        presence.heartbeat(workspace, standing.public_id, now)
    return replying.nothing()
