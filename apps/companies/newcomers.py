"""Companies that come from another system with an id and a past of their own, many at once (BEY-17).

A company of the same company_id is the same company.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from apps.attributes import filling, other_ids
from apps.attributes.models import State, new_public_id
from apps.attributes.newcomers import Settled, keeps_its_id, remember_ids, take_values
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.attributes.writing import Offer
from apps.people.identity import Claim, lock
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from .arrivals import company_id_of, next_keys
from .models import Company

DELETED = "was deleted here"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A company as another system knew it: `past` are columns that only a birth sets."""

    public_id: str
    company_id: Any
    offer: Offer
    past: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def settle(workspace: Workspace, newcomers: Sequence[Newcomer], *, by: Hand, now: datetime) -> list[Settled]:
    """Bring each to the company that it is here, or make it. The same again changes nothing and makes none."""
    own_ids, settled = _own_ids(newcomers)
    lock(workspace, [Claim(external_id=f"company:{own_id}") for own_id in own_ids if own_id])
    keys = _keys(workspace, newcomers)
    _find(workspace, newcomers, own_ids, keys, settled)
    births = _births(workspace, newcomers, own_ids, settled, now)
    fitting = partial(filling.fitting, Company, workspace)
    take_values(Company, workspace, newcomers, settled, births, fitting, by=by, now=now)
    remember_ids(Company, workspace, newcomers, settled, keys)
    return settled


def _own_ids(newcomers: Sequence[Newcomer]) -> tuple[list[str | None], list[Settled]]:
    """The customer's own ids, made good; one that cannot be kept turns its company away."""
    own_ids: list[str | None] = []
    settled = [Settled() for _ in newcomers]
    for newcomer, one in zip(newcomers, settled, strict=True):
        try:
            own_id = company_id_of(newcomer.company_id, Source.REST)
        except Refusal as refusal:
            own_id, one.why = None, f"has a company_id that {refusal.message}"
        if own_id and own_id in own_ids:
            one.why = "has the same company_id as another that came with it"
        own_ids.append(own_id)
    return own_ids, settled


def _keys(workspace: Workspace, newcomers: Sequence[Newcomer]) -> dict[str, int]:
    ids = [newcomer.public_id for newcomer in newcomers]
    own = Company.objects.of(workspace).filter(public_id__in=ids)
    return other_ids.meant(workspace, Company.about, ids) | dict(own.values_list("public_id", "pk"))


def _find(
    workspace: Workspace,
    newcomers: Sequence[Newcomer],
    own_ids: Sequence[str | None],
    keys: dict[str, int],
    settled: list[Settled],
) -> None:
    by_own_id = Company.objects.of(workspace).filter(company_id__in=[own_id for own_id in own_ids if own_id])
    named = dict(by_own_id.values_list("company_id", "pk"))
    pks = {*keys.values(), *named.values()}
    states = dict(Company.objects.of(workspace).filter(pk__in=pks).values_list("pk", "state"))
    for newcomer, own_id, one in zip(newcomers, own_ids, settled, strict=True):
        pk = keys.get(newcomer.public_id) or named.get(own_id or "")
        if pk in states and not one.why:
            one.pk = pk if states[pk] == State.ACTIVE else None
            one.why = "" if one.pk else DELETED


def _births(
    workspace: Workspace,
    newcomers: Sequence[Newcomer],
    own_ids: Sequence[str | None],
    settled: list[Settled],
    now: datetime,
) -> dict[int, dict[str, Any]]:
    births: dict[int, dict[str, Any]] = {}
    new = [place for place, one in enumerate(settled) if not one.pk and not one.why]
    for place, pk in zip(new, next_keys(len(new)), strict=True):
        newcomer = newcomers[place]
        births[pk] = {
            "workspace_id": workspace.pk,
            "state": State.ACTIVE,
            "company_id": own_ids[place],
            "created_at": now,
            "updated_at": now,
            **newcomer.past,
            "public_id": newcomer.public_id if keeps_its_id(newcomer) else new_public_id(),
        }
        settled[place].pk, settled[place].created = pk, True
    return births
