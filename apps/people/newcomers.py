"""People who come from another system with an id, a role and a past of their own, many at once (BEY-17).

Whoever is here already is found by id, or as the user of a user_id or email.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from apps.attributes import filling, other_ids
from apps.attributes.models import State
from apps.attributes.newcomers import Settled, keeps_its_id, remember_ids, take_values
from apps.attributes.sources import Source
from apps.attributes.writing import Offer
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Problem

from . import identity
from .arrivals import amend, birth, next_keys
from .identity import Claim, Fate
from .models import Person, Role
from .surviving import survivors

NAMES = ("external_id", "email")
TURNED_AWAY = {
    Fate.BLOCKED: "is blocked here",
    Fate.IN_GRACE: "was deleted here",
    Fate.AMBIGUOUS: "has an email that several users have here, and no user_id",
}
HIDDEN = {State.BLOCKED: TURNED_AWAY[Fate.BLOCKED], State.PENDING_DELETION: TURNED_AWAY[Fate.IN_GRACE]}


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody as another system knew them: `past` are columns that only a birth sets, such as when they were first
    seen and where."""

    public_id: str
    role: str
    offer: Offer
    past: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def settle(workspace: Workspace, newcomers: Sequence[Newcomer], *, by: Hand, now: datetime) -> list[Settled]:
    """Bring each to whom they are here, or make them. The same again changes nothing and makes nobody."""
    claims = [_claim(newcomer) for newcomer in newcomers]
    identity.lock(workspace, [claim for claim in claims if isinstance(claim, Claim)])
    keys = _keys(workspace, newcomers)
    settled = _known(workspace, newcomers, keys)
    _find_users(workspace, newcomers, claims, settled)
    births = _births(workspace, newcomers, claims, settled, now)
    fitting = partial(_of_those_here, workspace, by, now)
    take_values(Person, workspace, newcomers, settled, births, fitting, by=by, now=now)
    remember_ids(Person, workspace, newcomers, settled, keys)
    return settled


def _claim(newcomer: Newcomer) -> Claim | str:
    """Who a user says they are, or why that cannot be; a lead claims nothing."""
    if newcomer.role != Role.USER:
        return Claim()
    try:
        claim = identity.claim(newcomer.offer.get("external_id"), newcomer.offer.get("email"), None, Source.REST)
    except Problem as problem:
        return problem.message
    return claim if claim.is_named else "is a user without user_id and email"


def _keys(workspace: Workspace, newcomers: Sequence[Newcomer]) -> dict[str, int]:
    """Whom their ids mean here."""
    ids = [newcomer.public_id for newcomer in newcomers]
    own = Person.objects.of(workspace).exclude(role=Role.VISITOR).filter(public_id__in=ids)
    return other_ids.meant(workspace, Person.about, ids) | dict(own.values_list("public_id", "pk"))


def _known(workspace: Workspace, newcomers: Sequence[Newcomer], keys: dict[str, int]) -> list[Settled]:
    """Those whose id is known here, be they merged into somebody since."""
    states = dict(Person.objects.of(workspace).filter(pk__in=keys.values()).values_list("pk", "state"))
    kept = survivors(workspace, [pk for pk, state in states.items() if state == State.MERGED])
    settled = []
    for newcomer in newcomers:
        pk = keys.get(newcomer.public_id, 0)
        state = kept[pk].state if pk in kept else states.get(pk, "")
        pk = kept[pk].pk if pk in kept else pk
        settled.append(Settled(why=HIDDEN[State(state)]) if state in HIDDEN else Settled(pk if state else None))
    return settled


def _find_users(
    workspace: Workspace, newcomers: Sequence[Newcomer], claims: Sequence[Claim | str], settled: list[Settled]
) -> None:
    """Users who are here by their names. A claim that somebody else stands in the way of is turned away."""
    unknown = [place for place, one in enumerate(settled) if not one.pk and not one.why]
    seen: set[tuple[str, str | None]] = set()
    asked: dict[int, Claim] = {}
    for place in unknown:
        claim = claims[place]
        if isinstance(claim, str):
            settled[place].why = claim
        elif claim.is_named and claim.strongest in seen:
            settled[place].why = "has the same user_id or email as another who came with them"
        elif claim.is_named:
            seen.add(claim.strongest)
            asked[place] = claim
    taken = _emails_taken(workspace, asked.values())
    for place, standing in zip(asked, identity.find(workspace, list(asked.values())), strict=True):
        if standing.fate is Fate.FOUND:
            settled[place].pk = standing.pk
        elif standing.fate in TURNED_AWAY:
            settled[place].why = TURNED_AWAY[standing.fate]
        elif asked[place].email in taken:
            settled[place].why = _in_the_way(workspace, asked[place])


def _emails_taken(workspace: Workspace, claims: Iterable[Claim]) -> set[str | None]:
    users = Person.objects.of(workspace).filter(role=Role.USER, email__in={claim.email for claim in claims})
    return set(users.values_list("email", flat=True))


def _in_the_way(workspace: Workspace, claim: Claim) -> str:
    """Why a new user cannot have an email that a user here has (IDN-06); empty where they can."""
    try:
        identity.check_free(workspace, claim)
    except identity.Taken as taken:
        return f"has the email of a user who is here, {taken.holder.public_id}, and they are not one by their user_id"
    return ""


def _births(
    workspace: Workspace,
    newcomers: Sequence[Newcomer],
    claims: list[Claim | str],
    settled: list[Settled],
    now: datetime,
) -> dict[int, dict[str, Any]]:
    """Give each who is new a key, and the columns they start from: their own id and their own past."""
    places = [place for place, one in enumerate(settled) if not one.pk and not one.why]
    births: dict[int, dict[str, Any]] = {}
    drawn: set[str] = set()
    for place, pk in zip(places, next_keys(len(places)), strict=True):
        newcomer, claim = newcomers[place], claims[place]
        is_named = isinstance(claim, Claim) and (claim.is_named or bool(newcomer.offer.get("email")))
        start = birth(workspace, newcomer.role, now, needs_pseudonym=not is_named, drawn=drawn)
        own_id = {"public_id": newcomer.public_id} if keeps_its_id(newcomer) else {}
        births[pk] = start | newcomer.past | own_id
        settled[place].pk, settled[place].created = pk, True
    return births


def _of_those_here(workspace: Workspace, by: Hand, now: datetime, offers: dict[int, Offer]) -> dict[int, Offer]:
    """What they may take over; of their names none that another user has."""
    fitting = filling.fitting(Person, workspace, offers)
    for person in Person.objects.filter(pk__in=fitting).select_related("workspace"):
        names = {key: fitting[person.pk].pop(key) for key in NAMES if key in fitting[person.pk]}
        became_user = person.role == Role.LEAD and bool(names.get("external_id"))
        changed = {key: raw for key, raw in names.items() if raw and raw != getattr(person, key)}
        if changed and (became_user or person.role == Role.USER or "external_id" not in changed):
            with suppress(Problem):  # theirs is another's here: they stay as they are
                role = Role.USER.value if became_user else None
                amend(person, changed, Source.REST, by=by, now=now, role=role)
    return dict(fitting)
