"""The Messenger's door: read, one call, reply."""

from datetime import datetime

from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.attributes.history import count_refusals
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.people.identity import Fate, Unfit
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor
from apps.workspace.problems import Conflict, Missing, Problem

from . import reading, replying
from .delivering import deliver
from .proof import signed_claims

FIELDS = [field.attname for field in Workspace._meta.concrete_fields]
WORKSPACE = f"SELECT {', '.join(FIELDS)} FROM {Workspace._meta.db_table} WHERE app_id = %s"  # noqa: S608 (our own names)


def ping(request: HttpRequest) -> HttpResponse:
    """A boot, an update or a page load (MSG-01): written before it is answered."""
    if request.method == "OPTIONS":
        return replying.permission_to_ask()
    if request.method != "POST":
        return replying.wrong_method("POST")
    now = clock.now()
    sent = reading.read(request)
    workspace = _workspace(sent.app_id)
    ping = _ping(workspace, sent, now)
    arrival = deliver(workspace, ping, now)
    if arrival.fate is Fate.IN_GRACE:
        return replying.silence()
    if arrival.fate is Fate.BLOCKED:
        raise Problem("This person is blocked.", code="client_error")
    if arrival.fate is Fate.AMBIGUOUS:
        raise Conflict("Several users have this email; must be more specific using user_id.")
    return replying.met(arrival, ping.claim)


def _ping(workspace: Workspace, sent: reading.Sent, now: datetime) -> reading.Ping:
    """Who is meant and what is said; where an identifier stops the ping, the log keeps it (BEY-02)."""
    signed = signed_claims(workspace, sent, now)
    try:
        return reading.ping(sent, signed)
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
