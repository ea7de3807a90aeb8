"""Values as a page shows them: each with where it comes from (UPD-04, BEY-01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.workspace.models import Teammate

from .definitions import Definition
from .history import Line, latest_changes
from .kinds import is_web_address
from .models import Attributed, RefusedWrite
from .precedence import holder_of
from .sources import Source
from .values import read

MARKS = {
    Source.MANUAL: "hand",
    Source.PING: "radio",
    Source.SIGNED_PING: "shield-check",
    Source.OPERATOR: "bot",
    Source.CSV: "file-spreadsheet",
    Source.REST: "braces",
    Source.AUTO: "wand-sparkles",
}


@dataclass(frozen=True)
class Provenance:
    """A value's source, hand and time, and what that means for the next value that comes in."""

    source: Source
    by: str
    at: datetime | None
    hint: str = ""
    basis: str = ""  # in place of the source's name

    @property
    def icon(self) -> str:
        return MARKS[self.source]

    @property
    def label(self) -> str:
        return self.basis or str(self.source.label)


@dataclass(frozen=True)
class Fact:
    """One value of one record; `name` words what is a number in the table (a teammate)."""

    record: Attributed
    definition: Definition
    value: Any
    holder: Source | None
    provenance: Provenance | None
    name: str = ""

    @property
    def id(self) -> str:
        return f"{self.definition.about}-{self.definition.slug}"

    @property
    def is_link(self) -> bool:
        """Whether it is shown as a link, which cannot stand inside another (ATT-37)."""
        return isinstance(self.value, str) and is_web_address(self.value)

    @property
    def is_id(self) -> bool:
        """Whether people copy it rather than read it."""
        return self.value is not None and (self.definition.kind.name == "identifier" or self.definition.key == "id")

    @property
    def history_url(self) -> str:
        place = [self.record.workspace.app_id, self.definition.about, self.record.public_id, self.definition.key]
        return reverse("attributes:history", args=place)


def facts_of(record: Attributed, definitions: Iterable[Definition]) -> dict[str, Fact]:
    """Some values of a record, by key: two queries, whatever their number, and one for teammates' names."""
    asked = list(definitions)
    values = read(type(record), [record.pk], asked)[record.pk]
    lines = latest_changes(record)
    names = teammate_names(values[d.key] for d in asked if d.kind.name == "member")
    return {d.key: _fact(record, d, values[d.key], lines, names) for d in asked}


def teammate_names(pks: Iterable[int | None]) -> dict[int, str]:
    """Teammates by key, in words."""
    wanted = {pk for pk in pks if pk}
    return {t.pk: str(t) for t in Teammate.objects.filter(pk__in=wanted)} if wanted else {}


def _fact(
    record: Attributed,
    definition: Definition,
    value: Any,
    lines: dict[str, Line],
    names: dict[int, str],
) -> Fact:
    holder = holder_of(record.holders, definition.key, value)
    origin = _provenance(record, definition, value, holder, lines)
    name = names.get(value, "") if definition.kind.name == "member" else ""
    return Fact(record, definition, value, holder, origin, name)


def _provenance(
    record: Attributed, definition: Definition, value: Any, holder: Source | None, lines: dict[str, Line]
) -> Provenance | None:
    if definition.key in record.observed:
        return _observed(record, definition.key, value)
    if line := lines.get(definition.key):
        hint = _hint(record, value, holder, line)
        return Provenance(Source(line.source), hand_in_words(line), line.at, hint)
    if value is None:
        return None
    parent = record.derived_from.get(definition.key, "")
    if line := lines.get(parent):
        return Provenance(Source(line.source), hand_in_words(line), line.at, f"Follows from {parent}.")
    moved = record.dated_by.get(definition.key, "created_at")
    return Provenance(Source.AUTO, "The platform", getattr(record, moved) or record.created_at)


def _observed(record: Attributed, key: str, value: Any) -> Provenance | None:
    """What visits tell: no line is written of it, and one from elsewhere tells of a former value."""
    if value is None:
        return None
    basis, hint = record.observed[key]
    moved = record.dated_by.get(key)
    return Provenance(Source.AUTO, "The platform", getattr(record, moved) if moved else None, hint, basis)


def hand_in_words(line: Line | RefusedWrite) -> str:
    """Who wrote a line: the name that was kept, else who else it can have been."""
    if line.hand:
        return line.hand
    if Source(line.source).is_ping:
        return "The person’s own browser" if line.about == "person" else "A member’s browser"
    return "The platform" if line.source == Source.AUTO else ""


def _hint(record: Attributed, value: Any, holder: Source | None, line: Line) -> str:
    if holder is Source.MANUAL:
        what = "This blank" if value is None else "This"
        if record.about == "company":
            return f"{what} stays until your app or the REST API sends another value."
        return f"{what} stays, whatever your app sends, until it is re-synced or written by CSV or REST."
    if value is None and line.source == Source.MANUAL:
        return "Re-synced: the next value that comes in is taken."
    return ""
