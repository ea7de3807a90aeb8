"""Who changes a record by hand. The floors above register how: they know whose identifiers may not be taken."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.attributes.models import Attributed
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.workspace.hands import Hand

Amend = Callable[..., Report]  # (record, offer, source, *, by, now)
_registered: dict[type[Attributed], Amend] = {}


def register(model: type[Attributed], amend: Amend) -> None:
    _registered[model] = amend


def editable_models() -> list[type[Attributed]]:
    return list(_registered)


def edit(record: Attributed, key: str, value: Any, *, by: Hand, now: datetime) -> Report:
    """A teammate's edit of one value (QUAL-01). Raises Problem, such as Conflict, where identity forbids it."""
    return _registered[type(record)](record, {key: value}, Source.MANUAL, by=by, now=now)
