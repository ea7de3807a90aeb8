"""Who changes a record by hand. The floors above register how: they know whose identifiers may not be taken."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.attributes.models import Attributed
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.workspace.hands import Hand


@dataclass(frozen=True)
class Editor:
    """How one sort of record is edited by hand."""

    amend: Callable[..., Report]  # (record, offer, source, *, by, now)
    release: Callable[..., Report]  # (record, key, *, by, now)
    always: frozenset[str]  # what may be edited though it is not in the qualification set (IDN-24)
    closed: Callable[[Any], frozenset[str]]  # what such a record, as it is now, cannot have


_registered: dict[type[Attributed], Editor] = {}


def register(
    model: type[Attributed],
    amend: Callable[..., Report],
    release: Callable[..., Report],
    always: frozenset[str] = frozenset(),
    closed: Callable[[Any], frozenset[str]] = lambda record: frozenset(),
) -> None:
    _registered[model] = Editor(amend, release, always, closed)


def always_editable(record: Attributed) -> frozenset[str]:
    """Keys that teammates edit on such a record whatever the set says."""
    return _registered[type(record)].always


def closed(record: Attributed) -> frozenset[str]:
    """Keys that no teammate can fill in on this very record, such as a lead's user ID."""
    return _registered[type(record)].closed(record)


def edit(record: Attributed, key: str, value: Any, *, by: Hand, now: datetime) -> Report:
    """A teammate's edit of one value (QUAL-01). Raises Problem, such as Conflict, where identity forbids it."""
    return _registered[type(record)].amend(record, {key: value}, Source.MANUAL, by=by, now=now)


def release(record: Attributed, key: str, *, by: Hand, now: datetime) -> Report:
    """Re-sync one value (QUAL-15). Raises Conflict where no teammate holds it, Problem where identity needs it."""
    return _registered[type(record)].release(record, key, by=by, now=now)
