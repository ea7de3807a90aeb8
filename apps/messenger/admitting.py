"""From what was sent to who sends it: the workspace, the proof, and what everybody at this door is answered."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.attributes.history import count_refusals
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.people.arrivals import Arrival
from apps.people.identity import Claim, Fate, Unfit
from apps.people.returning import Familiar, Mark
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.prepared import first_row
from apps.workspace.problems import Conflict, Missing, Problem

from . import reading, replying
from .proof import signed_claims

View = Callable[[HttpRequest], HttpResponse]
FIELDS = [field.attname for field in Workspace._meta.concrete_fields]
TABLE = Workspace._meta.db_table
WORKSPACE = f"SELECT ctid::text, xmin::text, {', '.join(FIELDS)} FROM {TABLE} WHERE app_id = %s"  # noqa: S608 (our own names)
MOST_KEPT = 1_000
MOST_HEARD, LONGEST_KEPT = 10_000, 2_000
Meant = tuple[Claim, Familiar]


def posted(view: View) -> View:
    """A view of what browsers post: they may ask before whether they may, and may do nothing else."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return replying.permission_to_ask()
        return view(request) if request.method == "POST" else replying.wrong_method("POST", "OPTIONS")

    return guarded


def met(arrival: Arrival, claim: Claim) -> HttpResponse:
    """Who was met, or why nobody was. Raises Problem."""
    if arrival.fate is Fate.IN_GRACE:
        return replying.silence()
    if arrival.fate is Fate.BLOCKED:
        raise Problem("This person is blocked.", code="client_error")
    if arrival.fate is Fate.AMBIGUOUS:
        raise Conflict("Several users have this email; must be more specific using user_id.")
    return replying.met(arrival, claim)


def ping_of(workspace: Workspace, sent: reading.Sent, now: datetime) -> reading.Ping:
    """Who is meant and what is said."""
    signed = signed_claims(workspace, sent, now)
    with noting(workspace, signed, now):
        return reading.ping(sent, signed)


@contextmanager
def noting(workspace: Workspace, signed: Mapping[str, Any], now: datetime) -> Iterator[None]:
    """Where an identifier stops the request, the log keeps it (BEY-02)."""
    try:
        yield
    except Unfit as unfit:
        source = Source.SIGNED_PING if unfit.field in signed else Source.PING
        reports: dict[int | None, Report] = {None: unfit.report}
        count_refusals("person", workspace, reports, source, NOBODY, now)
        raise


@dataclass(frozen=True, slots=True)
class Known:
    """A workspace as its row stood, and what marks that row: it is another one after every change."""

    workspace: Workspace
    mark: Mark
    heard: dict[bytes, Meant] = field(default_factory=dict)  # what was said of somebody → whom and what it means

    def remember(self, words: bytes, meant: Meant) -> None:
        """A page says the same of its user again and again, as long as the workspace stands as it does."""
        if words and words not in self.heard and len(words) <= LONGEST_KEPT:
            if len(self.heard) >= MOST_HEARD:
                self.heard.clear()
            self.heard[words] = meant


_kept: dict[str, Known] = {}  # by app id


def known_as(app_id: str) -> Known | None:
    """The workspace as this process last read it. It may stand otherwise by now: who goes by it asks for its mark."""
    return _kept.get(app_id)


def read_afresh(app_id: str) -> Known:
    """The workspace of an app id as it stands: it says what may be written and whether attributes changed.

    Asked by hand: the ORM takes several times longer to write this statement than PostgreSQL takes to answer it.
    """
    row = first_row(WORKSPACE, [app_id.replace("\x00", " ")])  # NUL is in no app id, and no statement may hold it
    if row is None:
        raise Missing("There is no workspace with this app_id.", field="app_id")
    known = Known(Workspace.from_db(connection.alias, FIELDS, row[2:]), (row[0], row[1]))
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[app_id] = known
    return known


def workspace_of(app_id: str) -> Workspace:
    """The same, where nobody asks for its mark."""
    return read_afresh(app_id).workspace
