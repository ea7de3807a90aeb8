"""Records that come from another system with an id and a past of their own: what people and companies share (BEY-17).

They keep their id where nobody has it here. Whoever is here already stays who they are: the id that they had there
leads to them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from . import other_ids
from .models import PUBLIC_ID, Attributed
from .reports import Refusal
from .sources import Source
from .writing import Offer, write


class Newcomer(Protocol):
    """A record as another system knew it."""

    @property
    def public_id(self) -> str: ...

    @property
    def offer(self) -> Offer: ...


@dataclass(slots=True)
class Settled:
    """Which record it is here, and what was refused of its values; or why it is none here."""

    pk: int | None = None
    why: str = ""
    created: bool = False
    refused: dict[str, Refusal] = field(default_factory=dict)


def keeps_its_id(newcomer: Newcomer) -> bool:
    """Whether the id that it had is one that it can have here as well."""
    return bool(PUBLIC_ID.fullmatch(newcomer.public_id))


def take_values(
    model: type[Attributed],
    workspace: Workspace,
    newcomers: Sequence[Newcomer],
    settled: Sequence[Settled],
    births: Mapping[int, dict[str, Any]],
    fitting: Callable[[dict[int, Offer]], dict[int, Any]],
    *,
    by: Hand,
    now: datetime,
) -> None:
    """The one write path: who is new brings all that they had, who is here takes of it what is `fitting`."""
    offers: dict[int, Offer] = {}
    standing: dict[int, Offer] = {}
    for newcomer, one in zip(newcomers, settled, strict=True):
        if one.pk:
            (offers if one.created else standing)[one.pk] = newcomer.offer
    offers |= fitting(standing)
    reports = write(model, workspace, offers, Source.REST, by=by, now=now, births=births) if offers else {}
    for one in settled:
        if one.pk in reports:
            one.refused = reports[one.pk].refused


def remember_ids(
    model: type[Attributed],
    workspace: Workspace,
    newcomers: Sequence[Newcomer],
    settled: Sequence[Settled],
    known: Mapping[str, int],
) -> None:
    """Keep the ids that lead to nobody here yet beside the records' own."""
    others = {
        newcomer.public_id: one.pk
        for newcomer, one in zip(newcomers, settled, strict=True)
        if one.pk and newcomer.public_id not in known and not (one.created and keeps_its_id(newcomer))
    }
    other_ids.remember(workspace, model.about, others)
