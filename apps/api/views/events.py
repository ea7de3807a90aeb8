"""Events: told one by one or summed up, and read (API-12)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from apps.attributes.paging import Place, page_of
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.events import recording, summing
from apps.events.models import Event
from apps.events.pruning import KEPT
from apps.events.recording import Outcome
from apps.events.timeline import summaries_of
from apps.people import identity
from apps.people.identity import Fate
from apps.people.models import Person
from apps.workspace.problems import Conflict, Problem

from .. import replying
from ..calls import Answer, Call, Empty
from ..finding import NOBODYS, find_contact, here, no_such_contact
from ..paging import EVENTS_SIZE, size_of
from ..reading import said_true

MOST_SUMS = 500  # in one call
NAMES = "id, user_id or email"


def submit_event(call: Call) -> Empty:
    """POST /events (EVT-03): accepted, also when it is a duplicate (EVT-04)."""
    if not call.body.get("event_name"):
        raise Problem("An event needs an event_name.", code="parameter_missing", field="event_name")
    if call.body.get("created_at") in (None, ""):
        wanted = "An event needs a created_at: when it happened, as unix time in seconds."
        raise Problem(wanted, code="parameter_missing", field="created_at")
    person = _whose(call, call.body)
    happened = _occurrence(call, person)
    [outcome] = recording.record(call.workspace, [happened], source=call.source, by=call.by, now=call.now)
    _check(outcome)
    return Empty(202)


def _occurrence(call: Call, person: Person) -> recording.Occurrence:
    body = call.body
    try:
        name = recording.checked_name(body["event_name"])
    except Refusal as refusal:
        raise Problem(f"event_name {refusal.message}", field="event_name") from None
    try:
        return recording.occurrence(
            call.workspace, person.pk, name, body["created_at"], body.get("metadata"), source=Source.REST
        )
    except Refusal as refusal:
        raise Problem(f"created_at {refusal.message}", field="created_at") from None


def _check(outcome: Outcome) -> None:
    if outcome is Outcome.NOBODY:
        raise no_such_contact()
    if not outcome.accepted:
        raise Problem(f"event_name {outcome.message}", field="event_name")


def _whose(call: Call, named: Mapping[str, Any]) -> Person:
    """Whom an event is about: by Intercom's id, else by user_id, else by email. Raises Missing (EVT-03, EVT-11)."""
    contact_id = named.get("id") or named.get("intercom_user_id")
    if contact_id:
        return find_contact(call, str(contact_id))
    claim = identity.claim(named.get("user_id"), named.get("email"), None, Source.REST)
    if not claim.is_named:
        raise Problem(f"An event needs somebody: send {NAMES}.", code="parameter_missing")
    [standing] = identity.find(call.workspace, [claim])
    if standing.fate is Fate.AMBIGUOUS:
        raise Conflict("Several users have this email; name one of them by id or user_id.", field="email")
    person = Person.objects.of(call.workspace).filter(pk=standing.pk or NOBODYS).first()
    if person is None or standing.fate is Fate.IN_GRACE:
        raise no_such_contact()
    return here(person, call)


# ---- summed up -------------------------------------------------------------------------------------------------------


def submit_summaries(call: Call) -> Empty:
    """POST /events/summaries: what another system counted."""
    raw: Any = call.body.get("event_summaries")
    told: list[Any] = raw if isinstance(raw, list) else [raw]
    if not told or not all(isinstance(one, dict) for one in told):
        raise Problem(
            "event_summaries must be an object: {event_name, count, first, last}.",
            code="parameter_missing" if raw is None else None,
            field="event_summaries",
        )
    if len(told) > MOST_SUMS:
        raise Problem(f"At most {MOST_SUMS} event_summaries are taken at once.", field="event_summaries")
    person = _whose(call, call.body)
    for outcome in summing.tell(call.workspace, person.pk, [_sum(call, one) for one in told], now=call.now):
        _check(outcome)
    return Empty()


def _sum(call: Call, told: Mapping[str, Any]) -> summing.Sum:
    try:
        return summing.sum_of(call.workspace, told, Source.REST)
    except Refusal as refusal:
        raise Problem(f"event_summaries {refusal.message}", field="event_summaries") from None


# ---- reading ---------------------------------------------------------------------------------------------------------


def list_events(call: Call) -> Answer:
    """GET /events: what somebody did in the last 90 days, or with `summary` all they ever did (EVT-07)."""
    if call.query.get("type") != "user":
        raise Problem("type must be user, also for leads.", code="parameter_invalid", field="type")
    person = _whose(call, call.query)
    if said_true(call.query.get("summary")):
        return replying.event_summaries(person, summaries_of(person))
    lately = Event.objects.filter(workspace=call.workspace, person=person, at__gte=call.now - KEPT)
    page = page_of(
        lately.select_related("name"), "at", size_of(call.query.get("per_page"), EVENTS_SIZE), after=_after(call)
    )
    following = f"{call.address}?{urlencode({**call.query, 'after': str(page.after)})}" if page.after else None
    return replying.events(person, page.rows, following)


def _after(call: Call) -> Place | None:
    token = call.query.get("after")
    place = Place.read(token) if token else None
    if token and place is None:
        raise Problem("Invalid after param. Follow pages.next of the page before.", code="client_error", field="after")
    return place
