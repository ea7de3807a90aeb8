"""The story of one value as a page tells it: every change, and what was ignored and why (AUD-05, BEY-01).

Told from the oldest line to the newest, the newest page first: what came before is a page further, found by keyset.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .definitions import Definition
from .facts import hand_in_words, teammate_names
from .history import Line, changes_of, refusals_of
from .kinds import KINDS
from .models import Attributed, RefusedWrite, TypeChange
from .paging import Place
from .reports import Reason
from .sources import Source

YIELDED = "was ignored: "
TYPE_CHANGED = "Type changed"  # how the platform signs the lines of values that a change of type cleared
PAGE = 50  # changes


@dataclass(frozen=True)
class Entry:
    """One line: a change from `old` to `new`; or, where `ignored` says why, a value that was not taken.

    With a `note`, something that befell the attribute itself.
    """

    source: Source
    by: str
    at: datetime
    old: Any = None
    new: Any = None
    ignored: str = ""
    times: int = 1
    note: str = ""


@dataclass(frozen=True)
class Story:
    """A page of lines, oldest first, and where the page before it begins."""

    entries: Sequence[Entry]
    earlier: Place | None = None


@dataclass(frozen=True)
class Span:
    """The time that a page tells of: every line that is no change stands on one page and on no other."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def chronicle(record: Attributed, definition: Definition, *, before: Place | None = None, most: int = PAGE) -> Story:
    """The latest lines of one value, or the latest before a place: three queries, and one for teammates' names."""
    found = changes_of(record, definition.key, most + 1, before.pk if before else None)
    changes = found[:most][::-1]
    is_whole = len(found) <= most
    span = Span(None if is_whole else changes[0].at, before.value if before else None)
    told = [*_changed(definition, changes), *_ignored(record, definition, changes, span)]
    if told:  # what befell the attribute while nothing stood here is no part of the story
        begin = min(entry.at for entry in told)
        befallen = [entry for entry in _type_changes(definition) if entry.at in span and entry.at >= begin]
        told = [*befallen, *told]  # a value is cleared after its type has changed, at the same instant
    entries = sorted(told, key=lambda entry: entry.at)
    return Story(entries, None if is_whole else Place(changes[0].at, changes[0].pk, 1))


# ---- what was taken --------------------------------------------------------------------------------------------------


def _changed(definition: Definition, changes: list[Line]) -> Iterator[Entry]:
    names = _names(definition, changes)
    for line in changes:
        yield Entry(
            source=Source(line.source),
            by=by_of(line),
            at=line.at,
            old=told_value(definition, line.old, names),
            new=told_value(definition, line.new, names),
        )


def by_of(line: Line) -> str:
    """Whose hand it was, in words."""
    if line.source == Source.AUTO and line.hand.startswith(TYPE_CHANGED):
        return f"{line.hand}: the value did not fit"
    return f"{hand_in_words(line)} (before a merge)".strip() if line.is_former else hand_in_words(line)


def _names(definition: Definition, changes: list[Line]) -> dict[int, str]:
    if definition.kind.name != "member":
        return {}
    return teammate_names(value for change in changes for value in (change.old, change.new))


def told_value(definition: Definition, kept: Any, names: dict[int, str]) -> Any:
    """A value of the history, as the attribute's own: dates were kept as text.

    One from a time when the attribute had another type is text, as it was read then.
    """
    if kept is None:
        return None
    if definition.kind.name == "member":
        return names.get(kept, kept)
    return {"date": _date, "number": _number, "flag": _flag, "text": _text}[definition.kind.column](kept)


def _date(kept: Any) -> Any:
    try:
        read = datetime.fromisoformat(kept)
    except (TypeError, ValueError):
        return _text(kept)
    return read if read.tzinfo else kept


def _number(kept: Any) -> Any:
    return kept if isinstance(kept, int | float) and not isinstance(kept, bool) else _text(kept)


def _flag(kept: Any) -> Any:
    return kept if isinstance(kept, bool) else _text(kept)


def _text(kept: Any) -> str:
    if isinstance(kept, bool):
        return KINDS["boolean"].as_text(kept)
    return KINDS["decimal"].as_text(kept) if isinstance(kept, int | float) else str(kept)


# ---- what was not ----------------------------------------------------------------------------------------------------


def _ignored(record: Attributed, definition: Definition, changes: list[Line], span: Span) -> Iterator[Entry]:
    keys = {definition.key, definition.ping_key or definition.key}
    for line in refusals_of(record, keys):
        if line.last_at in span and _is_of(line, definition):
            yield Entry(
                source=Source(line.source),
                by=hand_in_words(line),
                at=line.last_at,
                new=None if line.redacted_at else line.raw,
                ignored=_why(line, definition, changes),
                times=line.count,
            )


def _is_of(line: RefusedWrite, definition: Definition) -> bool:
    """Pings name attributes by the snippet's keys. What a teammate mistyped was said beside the field already."""
    source = Source(line.source)
    if source is Source.MANUAL:
        return False
    return line.key == (definition.ping_key if source.is_ping else definition.key)


def _why(line: RefusedWrite, definition: Definition, changes: list[Line]) -> str:
    if line.reason != Reason.YIELDED:
        joined = ":" if line.reason == Reason.NESTED else ""  # that sentence has a subject of its own
        return f"{definition.label}{joined} {line.message}"
    before = [change for change in changes if change.at <= line.last_at]
    if before and before[-1].source == Source.MANUAL and before[-1].hand:
        return f"{before[-1].hand}’s value is kept"
    return line.message.removeprefix(YIELDED)


# ---- what befell the attribute ---------------------------------------------------------------------------------------


def _type_changes(definition: Definition) -> Iterable[Entry]:
    """Its changes of type, which every value of it went through (ATT-19)."""
    if definition.pk is None:
        return
    seen = TypeChange.objects.filter(attribute_id=definition.pk).exclude(swapped_at=None)
    for change in seen.select_related("by"):
        before, after = KINDS[change.from_kind].label, KINDS[change.to_kind].label
        by = str(change.by) if change.by else ""
        yield _befell(f"{TYPE_CHANGED} from {before} to {after}", by, change.swapped_at)
        if change.undone_at:
            yield _befell(f"{TYPE_CHANGED} back to {before}: every value is what it was", "", change.undone_at)


def _befell(note: str, by: str, at: datetime | None) -> Entry:
    assert at is not None  # noqa: S101 - only changes that were swapped in are told
    return Entry(Source.AUTO, by, at, note=note)
