"""What another system held, beside what is here already: it fills what is empty and renews what came by REST, and
takes nothing that a ping, a file, a workflow or a teammate wrote here (BEY-17)."""

from collections.abc import Mapping
from typing import Any

from apps.workspace.models import Workspace

from . import values
from .catalogue import catalogue_of
from .models import Attributed
from .precedence import holder_of
from .sources import Source
from .writing import Offer


def fitting(model: type[Attributed], workspace: Workspace, offers: Mapping[int, Offer]) -> dict[int, dict[str, Any]]:
    """Of what is offered to records that stand, what is not somebody's here. Two queries, whatever their number.

    The later of two times at which somebody was last seen stands, whoever told it.
    """
    if not offers:
        return {}
    known = catalogue_of(workspace, model.about)
    asked = {definition.key: definition for offer in offers.values() for key in offer if (definition := known.get(key))}
    standing = values.read(model, offers, asked.values())
    holders = dict(model._default_manager.filter(pk__in=offers).values_list("pk", "holders"))
    return {
        pk: {key: raw for key, raw in offer.items() if _fits(key, raw, standing[pk], holders[pk])}
        for pk, offer in offers.items()
        if pk in holders
    }


def _fits(key: str, raw: Any, standing: Mapping[str, Any], holders: Mapping[str, str]) -> bool:
    value = standing.get(key)
    if key == "last_seen_at" and value is not None:
        return type(raw) is int and raw > value.timestamp()
    return holder_of(holders, key, value) in (None, Source.REST)
