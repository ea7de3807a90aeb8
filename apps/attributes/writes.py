"""All that was ever written to a record: write by write, with what each changed (AUD-05)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .catalogue import catalogue_of
from .chronicle import by_of, told_value
from .definitions import Definition
from .facts import teammate_names
from .history import lines_of
from .models import Attributed, RecordChange
from .sources import Source

PAGE = 50  # writes
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Changed:
    """One value in a write: what it was, what it became."""

    definition: Definition
    old: Any
    new: Any


@dataclass(frozen=True)
class Write:
    """What one hand changed at once."""

    source: Source
    by: str
    at: datetime
    changes: Sequence[Changed]


@dataclass(frozen=True)
class Told:
    """A page of writes, the latest first, and before which one the next page begins."""

    writes: Sequence[Write]
    earlier: int | None


def writes_of(record: Attributed, *, before: int | None = None) -> Told:
    """The latest writes to a record, or the latest before one: one query, and one for teammates' names."""
    whose = {"workspace_id": record.workspace_id, "about": record.about, "record_id": record.pk}
    rows = RecordChange.objects.filter(**whose, pk__lt=min(before or LARGEST, LARGEST))
    found = list(rows.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    known = catalogue_of(record.workspace, record.about)
    keys = {key: known.get(key) for change in shown for key in change.changes}
    definitions = {key: definition for key, definition in keys.items() if definition}
    names = teammate_names(_members(shown, definitions))
    writes = [_write(change, definitions, names) for change in shown]
    return Told([write for write in writes if write.changes], shown[-1].pk if len(found) > PAGE else None)


def _members(changes: Iterable[RecordChange], definitions: dict[str, Definition]) -> Iterable[int | None]:
    """The keys of the teammates that values speak of."""
    for change in changes:
        for key, (old, new, *_) in change.changes.items():
            if key in definitions and definitions[key].kind.name == "member":
                yield from (old, new)


def _write(change: RecordChange, definitions: dict[str, Definition], names: dict[int, str]) -> Write:
    told = [_changed(definitions[key], change, names) for key in change.changes if key in definitions]
    [line, *_] = lines_of(next(iter(change.changes)), [change])
    return Write(Source(change.source), by_of(line), change.at, told)


def _changed(definition: Definition, change: RecordChange, names: dict[int, str]) -> Changed:
    old, new, *_ = change.changes[definition.key]
    return Changed(definition, told_value(definition, old, names), told_value(definition, new, names))
