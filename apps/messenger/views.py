"""The Messenger's door: read, one call, reply."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.attributes.history import count_refusals
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.people import identity, presence
from apps.people.arrivals import Arrival
from apps.people.identity import Claim, Fate, Unfit
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor
from apps.workspace.problems import Conflict, Missing, Problem

from . import reading, replying
from .delivering import deliver, deliver_lead
from .proof import signed_claims
from .tracking import track

View = Callable[[HttpRequest], HttpResponse]
FIELDS = [field.attname for field in Workspace._meta.concrete_fields]
WORKSPACE = f"SELECT {', '.join(FIELDS)} FROM {Workspace._meta.db_table} WHERE app_id = %s"  # noqa: S608 (our own names)


def posted(view: View) -> View:
    """A view of what browsers post: they may ask before whether they may, and may do nothing else."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return replying.permission_to_ask()
        return view(request) if request.method == "POST" else replying.wrong_method("POST", "OPTIONS")

    return guarded


@posted
def ping(request: HttpRequest) -> HttpResponse:
    """A boot, an update or a page load (MSG-01): written before it is answered."""
    now = clock.now()
    sent = reading.read(request)
    workspace = _workspace(sent.app_id)
    ping = _ping(workspace, sent, now)
    arrival = deliver(workspace, ping, now)
    answer = _met(arrival, ping.claim)
    if arrival.fate is Fate.FOUND and arrival.public_id:
        presence.heartbeat(workspace, arrival.public_id, now)
    return answer


@posted
def events(request: HttpRequest) -> HttpResponse:
    """Something that the user, lead or visitor did (MSG-15): written before it is answered."""
    now = clock.now()
    event = reading.event(request)
    workspace = _workspace(event.sent.app_id)
    ping = _ping(workspace, event.sent, now)
    _met(track(workspace, ping, event, now), ping.claim)
    return replying.accepted()


@posted
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Somebody still has the page open (PRES-01). It says nothing of them, and touches nothing (PRES-07)."""
    now = clock.now()
    sent = reading.read(request)
    workspace = _workspace(sent.app_id)
    [standing] = identity.find(workspace, [_ping(workspace, sent, now).claim])
    if standing.fate is Fate.FOUND and standing.public_id:
        presence.heartbeat(workspace, standing.public_id, now)
    return replying.nothing()


@posted
def lead(request: HttpRequest) -> HttpResponse:
    """A visitor who leaves an email becomes a lead (IDN-10)."""
    now = clock.now()
    lead = reading.lead(request)
    workspace = _workspace(lead.app_id)
    with _noting(workspace, {}, now):
        identity.claim(None, lead.email, lead.visitor_id, Source.PING)
    arrival = deliver_lead(workspace, lead, now)
    return _met(arrival, Claim(visitor_id=lead.visitor_id))


def _met(arrival: Arrival, claim: Claim) -> HttpResponse:
    """Who was met, or why nobody was. Raises Problem."""
    if arrival.fate is Fate.IN_GRACE:
        return replying.silence()
    if arrival.fate is Fate.BLOCKED:
        raise Problem("This person is blocked.", code="client_error")
    if arrival.fate is Fate.AMBIGUOUS:
        raise Conflict("Several users have this email; must be more specific using user_id.")
    return replying.met(arrival, claim)


def _ping(workspace: Workspace, sent: reading.Sent, now: datetime) -> reading.Ping:
    """Who is meant and what is said."""
    signed = signed_claims(workspace, sent, now)
    with _noting(workspace, signed, now):
        return reading.ping(sent, signed)


@contextmanager
def _noting(workspace: Workspace, signed: Mapping[str, Any], now: datetime) -> Iterator[None]:
    """Where an identifier stops the request, the log keeps it (BEY-02)."""
    try:
        yield
    except Unfit as unfit:
        source = Source.SIGNED_PING if unfit.field in signed else Source.PING
        reports: dict[int | None, Report] = {None: unfit.report}
        count_refusals("person", workspace, reports, source, NOBODY, now)
        raise


def _workspace(app_id: str) -> Workspace:
    """The workspace of an app id, afresh at every ping: it says what may be written and whether attributes changed.

    Asked by hand: the ORM takes several times longer to write this statement than PostgreSQL takes to answer it.
    """
    with prepared_cursor() as cursor:
        cursor.execute(WORKSPACE, [app_id.replace("\x00", " ")])  # NUL is in no app id, and no statement may hold it
        row = cursor.fetchone()
    if row is None:
        raise Missing("There is no workspace with this app_id.", field="app_id")
    return Workspace.from_db(connection.alias, FIELDS, row)
