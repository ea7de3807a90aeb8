"""The ingest log: what every door refused, newest first, and what would let the next value in (BEY-02, MSG-13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet

from apps.workspace.models import Workspace

from .catalogue import catalogue_of
from .definitions import Definition
from .facts import MARKS, hand_in_words
from .finding import record_or_404
from .history import refusals_of
from .models import About, Attributed, RefusedWrite, model_of
from .paging import Page, Place, page_of
from .remedies import Remedy, remedies_of, since
from .reports import Reason
from .sections import Context, Section
from .sources import Source

PAGE = 50
ON_A_RECORD = 20

REASONS = {
    Reason.UNKNOWN: "Unknown key",
    Reason.NOT_CREATED: "Not created",
    Reason.LIMIT: "Limit reached",
    Reason.PROTECTED: "Protected",
    Reason.YIELDED: "Another’s value kept",
    Reason.INVALID: "Wrong type",
    Reason.NOT_AN_OPTION: "Not an option",
    Reason.NESTED: "Object or array",
    Reason.TOO_LONG: "Too long",
    Reason.TOO_LARGE: "Too large",
    Reason.ARCHIVED: "Archived",
    Reason.READ_ONLY: "Read-only",
    Reason.RESERVED: "Reserved name",
    Reason.FORBIDDEN: "Forbidden",
}


@dataclass(frozen=True)
class Filters:
    """Which refusals are looked at; as an address has them."""

    door: str = ""
    reason: str = ""
    key: str = ""
    record: Attributed | None = None

    @classmethod
    def read(cls, workspace: Workspace, asked: Mapping[str, str]) -> "Filters":
        """What an address asks for; a door or a reason that there is not is no filter. Raises Http404 for nobody."""
        about = next((about for about in About.values if asked.get(about)), "")
        return cls(
            door=asked.get("door", "") if asked.get("door") in Source.values else "",
            reason=asked.get("reason", "") if asked.get("reason") in set(Reason) else "",
            key=asked.get("attribute", "").replace("\x00", ""),
            record=record_or_404(workspace, about, asked[about]) if about else None,
        )

    @property
    def query(self) -> str:
        """The filters as an address has them."""
        said = {"door": self.door, "reason": self.reason, "attribute": self.key}
        if self.record:
            said[self.record.about] = self.record.public_id
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def without_record(self) -> str:
        return replace(self, record=None).query

    def of(self, workspace: Workspace) -> QuerySet[RefusedWrite]:
        """The refusals that are meant."""
        lines = refusals_of(self.record) if self.record else RefusedWrite.objects.filter(workspace=workspace)
        wanted = {"source": self.door, "reason": self.reason, "key": self.key}
        return lines.filter(**{name: value for name, value in wanted.items() if value})


@dataclass(frozen=True)
class Line:
    """One refusal, counted: with its attribute as it stands now, and the record that it was meant for."""

    refusal: RefusedWrite
    workspace: Workspace
    record: Attributed | None

    @cached_property
    def definition(self) -> Definition | None:
        return catalogue_of(self.workspace, self.refusal.about).find(self.refusal.key, self.door)

    @property
    def door(self) -> Source:
        return Source(self.refusal.source)

    @property
    def icon(self) -> str:
        return MARKS[self.door]

    @property
    def by(self) -> str:
        return hand_in_words(self.refusal)

    @property
    def title(self) -> str:
        return REASONS[Reason(self.refusal.reason)]

    @property
    def why(self) -> str:
        """The reason in plain words: a sentence about the attribute."""
        label = self.definition.label if self.definition else self.refusal.key
        joined = ":" if self.refusal.reason == Reason.NESTED else ""  # that sentence has a subject of its own
        return f"{label}{joined} {self.refusal.message.rstrip('.')}."

    @property
    def is_long(self) -> bool:
        return len(self.refusal.raw) > 80

    @cached_property
    def remedies(self) -> list[Remedy]:
        return remedies_of(self.refusal, self.definition, self.workspace)

    @property
    def since(self) -> str:
        return since(self.refusal, self.definition, self.workspace)

    @property
    def value_url(self) -> str:
        """Where the value stands that was kept: on its record's page, if teammates see that record."""
        if self.record is None or self.definition is None or not self.record.page():
            return ""
        return f"{self.record.page()}#fact-{self.definition.about}-{self.definition.slug}"


@dataclass(frozen=True)
class Look:
    """A page of the log as its filters let it through."""

    filters: Filters
    page: Page
    lines: Sequence[Line]


def look(workspace: Workspace, filters: Filters, *, after: Place | None = None, before: Place | None = None) -> Look:
    """One page, newest first: the same few queries whatever the number of lines."""
    page = page_of(filters.of(workspace), "last_at", PAGE, after=after, before=before)
    return Look(filters, page, lines_of(workspace, page.rows))


def lines_of(workspace: Workspace, refusals: Sequence[RefusedWrite]) -> list[Line]:
    """Refusals with their records: one query for people, one for companies."""
    records = {
        (about, record.pk): record
        for about in About.values
        for record in _records(workspace, about, {r.record_id for r in refusals if r.about == about and r.record_id})
    }
    return [Line(refusal, workspace, records.get((refusal.about, refusal.record_id or 0))) for refusal in refusals]


def _records(workspace: Workspace, about: str, pks: set[int]) -> Sequence[Attributed]:
    if not pks:
        return []
    records = list(model_of(about).objects.of(workspace).listed().heads().filter(pk__in=pks))
    for record in records:
        record.workspace = workspace
    return records


def ignored_values(record: Attributed) -> Context | None:
    """What was sent for a record and not taken: the newest, and how many. None where there is none (BEY-02)."""
    refusals = refusals_of(record)
    newest = list(refusals[: ON_A_RECORD + 1])
    if not newest:
        return None
    count = len(newest) if len(newest) <= ON_A_RECORD else refusals.count()
    lines = [Line(refusal, record.workspace, record) for refusal in newest[:ON_A_RECORD]]
    more = max(0, count - ON_A_RECORD)
    return {"lines": lines, "count": count, "more": more, "back": Filters(record=record).query}


IGNORED = Section(
    90, "ignored", "Ignored values", "attributes/ingest_ignored.html", lambda profile: ignored_values(profile.record)
)
