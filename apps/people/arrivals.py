"""People arriving: pings and files bring payloads for whoever is meant; REST and forms make and amend one person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import connection, transaction

from apps.attributes import writing
from apps.attributes.models import State, new_public_id
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.attributes.writing import is_blank, write
from apps.workspace.fetching import fetch, fetch_one
from apps.workspace.hands import NOBODY as NO_HAND
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing, Problem

from . import becoming, identity, merging
from .identity import Claim, Fate, Standing
from .models import Person, Role
from .naming import pseudonym

Offer = Mapping[str, Any]
USER_ID = ("user_id", "external_id")  # as pings and as all others call it


class Payload(NamedTuple):
    """What one ping or row brings: who is meant, and the values held out; `signed` ones came in a signed token.

    `place` is where a ping came from: a newcomer without a name is called after it.
    """

    claim: Claim
    values: Offer
    signed: Offer = MappingProxyType({})
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms payloads are received. Pings make whom nobody knows; a file may ask for less (IMP-22)."""

    role: str = Role.USER  # what newcomers with a name become, and whom an email means (IMP-01)
    makes: bool = True  # people whom nobody knows are made
    amends: bool = True  # people who are known are written to
    rehearsed: bool = False  # only tell what would become of everybody; nothing is stored or locked (BEY-04)


ANYBODY = Terms()


@dataclass(slots=True)
class Arrival:
    """What became of a payload. Nothing was written unless the fate is FOUND."""

    fate: Fate
    pk: int | None = None
    public_id: str | None = None
    role: str = Role.USER
    created: bool = False
    revived: bool = False  # they were archived (IDN-20)
    reports: list[Report] = field(default_factory=list)


def said(offer: Offer, source: Source) -> Offer:
    """What is offered, less a blank user_id: it says that the sender knows none, and clears nobody's."""
    blank = [key for key in USER_ID if key in offer and is_blank(offer[key], source)]
    return {key: raw for key, raw in offer.items() if key not in blank} if blank else offer


def _said_by(payload: Payload, standing: Standing, source: Source, *, signed: bool = False) -> Offer:
    """What is offered to whoever is meant; the names of somebody who was merged are not theirs (IDN-14)."""
    offer = said(payload.signed if signed else payload.values, source)
    if standing.alias is None:
        return offer
    others = {*USER_ID, *({"email"} if payload.claim.email == standing.alias.email else ())}
    return {key: raw for key, raw in offer.items() if key not in others}


@transaction.atomic(savepoint=False)
def receive(
    workspace: Workspace,
    payloads: Sequence[Payload],
    source: Source,
    *,
    now: datetime,
    by: Hand = NO_HAND,
    terms: Terms = ANYBODY,
) -> list[Arrival]:
    """Bring each payload to whom it means, making people who are not known yet (MSG-02, IDN-02).

    The same person twice in one batch is written twice, in order: what a rehearsal cannot show, since there the second
    does not find what the first wrote.
    """
    arrivals: dict[int, Arrival] = {}
    for places in _rounds(payloads):
        round_of = [payloads[place] for place in places]
        arrivals.update(zip(places, _receive(workspace, round_of, source, by, now, terms), strict=True))
    return [arrivals[place] for place in range(len(payloads))]


def _rounds(payloads: Sequence[Payload]) -> Iterator[list[int]]:
    """The places of the payloads, in rounds in which no name comes twice: later ones see what earlier ones made."""
    every = [name for payload in payloads for name in payload.claim.names]
    if len(set(every)) == len(every):
        yield [*range(len(payloads))]
        return
    rounds: list[list[int]] = []
    next_round: dict[tuple[str, str], int] = {}
    for place, payload in enumerate(payloads):
        names = payload.claim.names
        number = max((next_round.get(name, 0) for name in names), default=0)
        next_round.update(dict.fromkeys(names, number + 1))
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(place)
    yield from rounds


def _receive(
    workspace: Workspace, payloads: list[Payload], source: Source, by: Hand, now: datetime, terms: Terms
) -> list[Arrival]:
    standings = _certain(workspace, [payload.claim for payload in payloads], terms)
    if again := _met_again(standings):
        return _one_after_the_other(workspace, payloads, again, source, by, now, terms)
    if source.is_ping:
        standings = becoming.settled(workspace, [payload.claim for payload in payloads], standings, by=by, now=now)
    arrivals = [Arrival(s.fate, s.pk, s.public_id, s.role, revived=_comes_back(s)) for s in standings]
    births = _births(workspace, payloads, arrivals, source, now, terms)
    if not terms.rehearsed:
        _revive(workspace, [s for s in standings if _comes_back(s)], now)
    for signed in (False, True):
        offers = {
            arrival.pk: _said_by(payload, standing, source, signed=signed)
            for arrival, payload, standing in zip(arrivals, payloads, standings, strict=True)
            if arrival.fate is Fate.FOUND and arrival.pk and (payload.signed or not signed)
        }
        if offers:
            hand = Source.SIGNED_PING if signed else source
            born = None if signed else births
            reports = write(Person, workspace, offers, hand, by=by, now=now, births=born, rehearsed=terms.rehearsed)
            for arrival in arrivals:
                if arrival.pk in reports:
                    arrival.reports.append(reports[arrival.pk])
    if source.is_ping:
        _take_in_namesakes(workspace, payloads, arrivals, by, now)
    return _once_more_for_the_gone(workspace, payloads, arrivals, source, by, now, terms)


def _comes_back(standing: Standing) -> bool:
    return standing.fate is Fate.FOUND and standing.state == State.ARCHIVED


def _take_in_namesakes(
    workspace: Workspace, payloads: list[Payload], arrivals: list[Arrival], by: Hand, now: datetime
) -> None:
    """A new user's own leads are theirs at once; nobody else knows the user yet, so nobody waits for them (IDN-12)."""
    born = [a.pk for p, a in zip(payloads, arrivals, strict=True) if a.created and a.pk and p.claim.email]
    for user, leads in becoming.namesakes(workspace, born).items():
        merging.take_in(workspace, leads, user, by=by, now=now)


def _once_more_for_the_gone(
    workspace: Workspace,
    payloads: list[Payload],
    arrivals: list[Arrival],
    source: Source,
    by: Hand,
    now: datetime,
    terms: Terms,
) -> list[Arrival]:
    """Whoever was merged or erased between being found and being written to is looked for again: what a ping brings
    goes to whoever they are now."""
    gone = [place for place, one in enumerate(arrivals) if one.fate is Fate.FOUND and not one.reports]
    if gone:
        again = _receive(workspace, [payloads[place] for place in gone], source, by, now, terms)
        for place, arrival in zip(gone, again, strict=True):
            arrivals[place] = arrival
    return arrivals


def _met_again(standings: list[Standing]) -> set[int]:
    """The places of payloads that mean somebody whom an earlier one means by another name."""
    met: set[int] = set()
    again = set()
    for place, standing in enumerate(standings):
        if standing.pk in met:
            again.add(place)
        elif standing.pk:
            met.add(standing.pk)
    return again


def _one_after_the_other(
    workspace: Workspace,
    payloads: list[Payload],
    again: set[int],
    source: Source,
    by: Hand,
    now: datetime,
    terms: Terms,
) -> list[Arrival]:
    arrivals: dict[int, Arrival] = {}
    for later in (False, True):
        places = [place for place in range(len(payloads)) if (place in again) is later]
        arrived = _receive(workspace, [payloads[place] for place in places], source, by, now, terms)
        arrivals.update(zip(places, arrived, strict=True))
    return [arrivals[place] for place in range(len(payloads))]


def _certain(workspace: Workspace, claims: list[Claim], terms: Terms) -> list[Standing]:
    """Who is meant; newcomers are looked for again once nobody else can make them."""
    find = identity.find if terms.role == Role.USER else identity.find_leads
    standings = find(workspace, claims)
    newcomers = [place for place, standing in enumerate(standings) if standing.fate is Fate.NOBODY]
    if newcomers and terms.makes and not terms.rehearsed:
        new_claims = [claims[place] for place in newcomers]
        identity.lock(workspace, new_claims)
        for place, standing in zip(newcomers, find(workspace, new_claims), strict=True):
            standings[place] = standing
    passed_over = {fate for fate, meant in ((Fate.NOBODY, terms.makes), (Fate.FOUND, terms.amends)) if not meant}
    if not passed_over:
        return standings
    return [s._replace(fate=Fate.PASSED_OVER) if s.fate in passed_over else s for s in standings]


def _births(
    workspace: Workspace,
    payloads: list[Payload],
    arrivals: list[Arrival],
    source: Source,
    now: datetime,
    terms: Terms,
) -> dict[int, dict[str, Any]]:
    """Give each newcomer a key, and the columns they start from."""
    newcomers = [place for place, arrival in enumerate(arrivals) if arrival.fate is Fate.NOBODY]
    births: dict[int, dict[str, Any]] = {}
    drawn: set[str] = set()
    for place, pk in zip(newcomers, next_keys(len(newcomers)), strict=True):
        payload = payloads[place]
        named = payload.claim.is_named
        role = terms.role if named else Role.VISITOR
        start = birth(workspace, role, now, needs_pseudonym=not named, drawn=drawn, origin=payload.place)
        # born of a ping without a created_at, a person signed up when they were first seen (ATT-48, ATT-49)
        signed_up_at = now if source.is_ping else None
        start |= {"signed_up_at": signed_up_at, "visitor_id": payload.claim.visitor_id if not named else None}
        births[pk] = start
        arrivals[place] = Arrival(Fate.FOUND, pk, start["public_id"], role, created=True)
    return births


def birth(
    workspace: Workspace,
    role: str,
    now: datetime,
    *,
    needs_pseudonym: bool,
    drawn: set[str] | None = None,
    origin: str | None = None,
) -> dict[str, Any]:
    """The columns that any new person starts from. `drawn` are pseudonyms that others of the batch have, `origin` is
    where they come from (NAME-08)."""
    return {
        "workspace_id": workspace.pk,
        "public_id": new_public_id(),
        "role": role,
        "state": State.ACTIVE,
        "session_count": 0,
        "created_at": now,
        "updated_at": now,
        "pseudonym": _pseudonym(workspace, origin, set() if drawn is None else drawn) if needs_pseudonym else None,
    }


def _pseudonym(workspace: Workspace, origin: str | None, drawn: set[str]) -> str:
    people = Person.objects.of(workspace)
    label = pseudonym(origin, lambda one: one in drawn or people.filter(pseudonym=one).exists())
    drawn.add(label)
    return label


def next_keys(amount: int) -> list[int]:
    if not amount:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('people_person_id_seq') FROM generate_series(1, %s)", [amount])
        return [key for (key,) in cursor.fetchall()]


def _revive(workspace: Workspace, standings: list[Standing], now: datetime) -> None:
    """Archived people who come back are listed again (IDN-20); who was blocked or deleted meanwhile is not."""
    if standings:
        archived = Person.objects.of(workspace).filter(state=State.ARCHIVED, pk__in=[s.pk for s in standings])
        archived.update(state=State.ACTIVE, updated_at=now)


@transaction.atomic(savepoint=False)
def convert(workspace: Workspace, payload: Payload, source: Source, *, now: datetime, by: Hand = NO_HAND) -> Arrival:
    """A browser's visitor becomes a lead, who may have left an email (IDN-10). A lead is one already.

    A browser that was not met yet begins as a lead. Whoever leaves the email of somebody who is turned away is turned
    away with it.
    """
    left = identity.claim(None, payload.values.get("email"), None, source)
    if standing := identity.turned_away(workspace, left.email):
        return Arrival(standing.fate)
    [arrival] = receive(workspace, [payload], source, now=now, by=by)
    if arrival.fate is Fate.FOUND and arrival.pk and arrival.role == Role.VISITOR:
        Person.objects.filter(pk=arrival.pk, role=Role.VISITOR).update(role=Role.LEAD, updated_at=now)
        arrival.role = Role.LEAD
    return arrival


# ---- one person, by REST or a form -----------------------------------------------------------------------------------


@transaction.atomic
def admit(
    workspace: Workspace, role: str, offer: Offer, source: Source, *, by: Hand, now: datetime
) -> tuple[Person, Report]:
    """Make one user or lead (IDN-05, IDN-16).

    Raises Conflict where a user holds the identifiers, Problem where a user has none or a lead has a user_id.
    """
    claim = identity.claim(offer.get("external_id"), offer.get("email"), None, source)
    if role == Role.USER and not claim.is_named:
        raise Problem("A user needs a user_id (external_id) or an email.", code="parameter_missing")
    if role == Role.LEAD and claim.external_id:
        raise Problem("A lead cannot have a user_id (external_id); create a user instead.", field="external_id")
    identity.lock(workspace, [claim])
    if role == Role.USER:
        identity.check_free(workspace, claim)
    [pk] = next_keys(1)
    start = birth(workspace, role, now, needs_pseudonym=not claim.is_named)
    report = write(Person, workspace, {pk: offer}, source, by=by, now=now, births={pk: start})[pk]
    [person] = fetch(Person, "it.id = %s", [pk])
    person.workspace = workspace
    return person, report


@transaction.atomic
def make(
    workspace: Workspace, role: str, offers: Sequence[Offer], source: Source, *, by: Hand, now: datetime
) -> list[tuple[int, Report]]:
    """Make users or leads of these offers, each with a name, without asking who has those names."""
    births = {pk: birth(workspace, role, now, needs_pseudonym=False) for pk in next_keys(len(offers))}
    named = dict(zip(births, offers, strict=True))
    reports = write(Person, workspace, named, source, by=by, now=now, births=births) if named else {}
    return [(pk, reports[pk]) for pk in births]


@transaction.atomic
def amend(person: Person, offer: Offer, source: Source, *, by: Hand, now: datetime, role: str | None = None) -> Report:
    """Change one person's values, and a lead into a user where `role` says so.

    Raises Conflict where a user holds the new identifiers (IDN-05), Problem for a user turned lead (IDN-15).
    """
    identity.lock(person.workspace, [_claimed(person, offer, source)])
    person = _locked(person)
    after = role or person.role
    if person.role == Role.USER and after == Role.LEAD:
        raise Problem("Contact with user role can't be converted to a lead", code="client_error")
    claim = _claimed(person, offer, source)
    if after != Role.USER and claim.external_id:
        raise Problem("A lead cannot have a user_id (external_id).", field="external_id")
    if after == Role.USER and not claim.is_named:
        raise Problem("A user needs a user_id (external_id) or an email.", code="parameter_missing")
    if after == Role.USER and (after != person.role or {"external_id", "email"} & offer.keys()):
        identity.check_free(person.workspace, claim, own=person)
    if after != person.role:
        identified: dict[str, Any] = {"visitor_id": None} if after == Role.USER else {}
        if identified and person.is_mobile_unidentified:
            identified["is_mobile_unidentified"] = False
        Person.objects.filter(pk=person.pk).update(role=after, updated_at=now, **identified)
        person.role = after
    return write(Person, person.workspace, {person.pk: offer}, source, by=by, now=now)[person.pk]


def _locked(person: Person) -> Person:
    """The person as they stand now, theirs alone until the transaction ends. Raises Missing for one who was merged."""
    locked = fetch_one(Person, "it.id = %s AND it.state <> 'merged' FOR NO KEY UPDATE OF it", [person.pk])
    if locked is None:
        raise Missing("This person was merged into another or deleted meanwhile.")
    locked.workspace = person.workspace
    return locked


def _claimed(person: Person, offer: Offer, source: Source) -> Claim:
    """Who a person would be after an offer; a workflow fills what is empty and claims nothing else (QUAL-11)."""
    named = {key: getattr(person, key) for key in ("external_id", "email")}
    for key, held in named.items():
        if key in offer and not (held and source is Source.OPERATOR):
            named[key] = offer[key]
    return identity.claim(named["external_id"], named["email"], None, source)


@transaction.atomic
def release(person: Person, key: str, *, by: Hand, now: datetime) -> Report:
    """Re-sync one of a person's values (QUAL-15).

    Raises Problem where that would leave a user without user_id and email.
    """
    person = _locked(person)
    others = {"external_id": person.email, "email": person.external_id}
    if person.role == Role.USER and key in others and not others[key]:
        raise Problem("A user needs a user ID or an email, so the last of them cannot be re-synced.", field=key)
    return writing.release(Person, person.workspace, person.pk, key, by=by, now=now)
