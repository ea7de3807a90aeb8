"""The story of one value as a page tells it: every change, and what was ignored and why (AUD-05, BEY-01)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .definitions import Definition
from .facts import hand_in_words, teammate_names
from .history import history_of, refusals_of
from .models import AttributeChange, Attributed, RefusedWrite
from .reports import Reason
from .sources import Source

YIELDED = "was ignored: "


@dataclass(frozen=True)
class Entry:
    """One line: a change from `old` to `new`, or, where `ignored` says why, a value that was not taken."""

    source: Source
    by: str
    at: datetime
    old: Any = None
    new: Any = None
    ignored: str = ""
    times: int = 1


def chronicle(record: Attributed, definition: Definition) -> list[Entry]:
    """Every line of one value, oldest first."""
    changes = history_of(record, definition.key)[::-1]
    names = _names(definition, changes)
    told = [
        Entry(
            source=Source(line.source),
            by=hand_in_words(line),
            at=line.at,
            old=_value(definition, line.old, names),
            new=_value(definition, line.new, names),
        )
        for line in changes
    ]
    ignored = [_ignored(line, definition, changes) for line in refusals_of(record) if _is_of(line, definition)]
    return sorted([*told, *ignored], key=lambda entry: entry.at)


def _is_of(line: RefusedWrite, definition: Definition) -> bool:
    """Pings name attributes by the snippet's keys. What a teammate mistyped was said beside the field already."""
    source = Source(line.source)
    if source is Source.MANUAL:
        return False
    return line.key == (definition.ping_key if source.is_ping else definition.key)


def _ignored(line: RefusedWrite, definition: Definition, changes: list[AttributeChange]) -> Entry:
    return Entry(
        source=Source(line.source),
        by=hand_in_words(line),
        at=line.last_at,
        new=line.raw,
        ignored=_why(line, definition, changes),
        times=line.count,
    )


def _why(line: RefusedWrite, definition: Definition, changes: list[AttributeChange]) -> str:
    if line.reason != Reason.YIELDED:
        return f"{definition.label} {line.message}"
    before = [change for change in changes if change.at <= line.last_at]
    if before and before[-1].source == Source.MANUAL and before[-1].hand:
        return f"{before[-1].hand}’s value is kept"
    return line.message.removeprefix(YIELDED)


def _names(definition: Definition, changes: list[AttributeChange]) -> dict[int, str]:
    if definition.kind.name != "member":
        return {}
    return teammate_names(value for change in changes for value in (change.old, change.new))


def _value(definition: Definition, kept: Any, names: dict[int, str]) -> Any:
    """A value of the history, as the attribute's own: dates were kept as text."""
    if definition.kind.column == "date":
        return datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return names.get(kept, kept) if definition.kind.name == "member" else kept
