"""Rows of a file on their way to people: what each offers to whom, and what became of it.

The preview and the import itself both come through here, to the one write path (UPD-01); the preview only has it
rehearsed, or taken back at once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Count

from apps.attributes.catalogue import catalogue_of
from apps.attributes.csv_cells import unescaped
from apps.attributes.definitions import Catalogue
from apps.attributes.keys import rewritten
from apps.attributes.models import State
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.deletion.models import Deletion
from apps.people import arrivals, identity
from apps.people.arrivals import Arrival, Payload, Terms
from apps.people.identity import Claim, Fate, Unfit
from apps.people.models import Person, Role
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from .columns import IGNORED, NEW, Column, columns_of, title
from .models import Import, Note, Only, Outcome
from .reading import Row

Problem = tuple[str, str]  # the column, or nothing for the row as a whole; the reason


@dataclass(frozen=True)
class Plan:
    """What a teammate confirmed, made ready for many rows."""

    upload: Import
    columns: list[Column]
    by: Hand

    @classmethod
    def of(cls, upload: Import, by: Hand) -> "Plan":
        return cls(upload, columns_of(upload), by)

    @property
    def workspace(self) -> Workspace:
        return self.upload.workspace

    @property
    def known(self) -> Catalogue:
        return catalogue_of(self.workspace, "person")

    @cached_property
    def keys(self) -> list[tuple[int, str]]:
        """(place in the row, key of the attribute) of the columns that are imported."""
        return [(place, key_of(column)) for place, column in enumerate(self.columns) if column.what != IGNORED]

    @cached_property
    def place_of(self) -> dict[str, int]:
        return {key: place for place, key in self.keys}

    @cached_property
    def headers(self) -> dict[str, str]:
        """What the column of an attribute is called in the file."""
        return {key: title(self.upload.headers, place) for place, key in self.keys}

    @cached_property
    def new(self) -> list[Column]:
        return [column for column in self.columns if column.what == NEW]

    def terms(self, *, rehearsed: bool) -> Terms:
        only = self.upload.only
        return Terms(self.upload.role, makes=only != Only.KNOWN, amends=only != Only.NEW, rehearsed=rehearsed)


def key_of(column: Column) -> str:
    return rewritten(column.key) if column.what == NEW else column.key


@dataclass(slots=True)
class Landing:
    """A row, what it says, and what became of it."""

    row: Row
    payload: Payload | None = None
    problems: list[Problem] = field(default_factory=list)
    outcome: str = Outcome.FAILED
    arrival: Arrival | None = None
    note: str = ""

    @property
    def claim(self) -> Claim | None:
        return self.payload.claim if self.payload else None

    @property
    def pk(self) -> int | None:
        return self.arrival.pk if self.arrival else None

    @property
    def report(self) -> Report:
        return self.arrival.reports[0] if self.arrival and self.arrival.reports else Report()


# ---- what rows say ---------------------------------------------------------------------------------------------------


def read(plan: Plan, rows: Iterable[Row]) -> list[Landing]:
    """Each row with whom it means and what it offers, or with why it cannot be told."""
    return [_read(plan, row) for row in rows]


def _read(plan: Plan, row: Row) -> Landing:
    if row.broken:
        return Landing(row, problems=[("", row.broken)])
    width = len(plan.columns)
    if len(row.cells) > width and any(row.cells[width:]):
        return Landing(row, problems=[("", f"has {len(row.cells)} cells, and there are {width} columns")])
    values = _values(plan, row.cells)
    user_id, email = values.get("external_id"), values.get("email")
    try:
        claim = identity.claim(user_id, email, None, Source.CSV)
    except Unfit as unfit:
        [(key, refusal)] = unfit.report.refused.items()
        return Landing(row, problems=[(plan.headers[key], refusal.message)])
    if reason := _unnamed(plan.upload.role, claim):
        return Landing(row, problems=[("", reason)])
    return Landing(row, Payload(claim, values))


def _values(plan: Plan, cells: Sequence[str]) -> dict[str, str]:
    """What a row offers: its cells by attribute. Empty ones are left out unless they clear (IMP-21)."""
    values: dict[str, str] = {}
    clears, width = plan.upload.clears, len(cells)
    for place, key in plan.keys:
        cell = cells[place] if place < width else ""
        if cell and not cell.isspace():
            values[key] = unescaped(cell) if cell[0] == "'" else cell
        elif clears:
            values[key] = ""
    return values


def _unnamed(role: str, claim: Claim) -> str:
    if role == Role.LEAD:
        return "" if claim.email else "leads need an email"  # IMP-09
    return "" if claim.is_named else "needs a user ID or an email"


# ---- what becomes of them --------------------------------------------------------------------------------------------


def land(plan: Plan, landings: Sequence[Landing], *, now: datetime, rehearsed: bool = False) -> None:
    """Bring the rows to the people they mean, in their order, and note what became of each."""
    meant = [landing for landing in landings if landing.payload]
    payloads = [landing.payload for landing in meant if landing.payload]
    terms = plan.terms(rehearsed=rehearsed)
    arrived = arrivals.receive(plan.workspace, payloads, Source.CSV, now=now, by=plan.by, terms=terms)
    for landing, arrival in zip(meant, arrived, strict=True):
        landing.arrival = arrival
        _judge(plan, landing, arrival)
    _explain(plan, [landing for landing in meant if landing.arrival and landing.arrival.fate in NOT_WRITTEN])


def _judge(plan: Plan, landing: Landing, arrival: Arrival) -> None:
    landing.problems, landing.note = [], ""
    if arrival.fate is Fate.PASSED_OVER:
        landing.outcome = Outcome.SKIPPED
    elif arrival.fate is not Fate.FOUND:
        landing.outcome = Outcome.FAILED
    else:
        report = landing.report
        changed = report.changed or arrival.revived
        landing.outcome = Outcome.CREATED if arrival.created else Outcome.UPDATED if changed else Outcome.UNCHANGED
        landing.problems = [(plan.headers[key], refusal.message) for key, refusal in report.refused.items()]
        if arrival.revived:
            landing.note = Note.REVIVED
        elif plan.upload.role == Role.LEAD and arrival.role == Role.USER:
            landing.note = Note.JOINED


NOT_WRITTEN = (Fate.AMBIGUOUS, Fate.BLOCKED, Fate.IN_GRACE)


def _explain(plan: Plan, landings: Sequence[Landing]) -> None:
    """Say why rows were not written to anybody: who holds their names, and until when."""
    by_fate = {fate: [one for one in landings if one.arrival and one.arrival.fate is fate] for fate in NOT_WRITTEN}
    if by_fate[Fate.AMBIGUOUS]:
        _tell(by_fate[Fate.AMBIGUOUS], _how_many(plan, by_fate[Fate.AMBIGUOUS]))
    _tell(by_fate[Fate.BLOCKED], lambda claim: "belongs to somebody who is blocked; unblock them first")
    if by_fate[Fate.IN_GRACE]:
        _tell(by_fate[Fate.IN_GRACE], _until_when(plan, by_fate[Fate.IN_GRACE]))


def _tell(landings: Sequence[Landing], reason: Callable[[Claim], str]) -> None:
    for landing in landings:
        if landing.claim:
            landing.problems = [("", reason(landing.claim))]


def _how_many(plan: Plan, landings: Sequence[Landing]) -> Callable[[Claim], str]:
    """IMP-08"""
    emails = {landing.claim.email for landing in landings if landing.claim}
    people = Person.objects.of(plan.workspace).filter(email__in=emails, state__in=[State.ACTIVE, State.ARCHIVED])
    number: dict[tuple[str | None, str], int] = {(email, role): count for email, role, count in _counted(people)}

    def reason(claim: Claim) -> str:
        if plan.upload.role == Role.LEAD and (leads := number.get((claim.email, Role.LEAD), 0)) > 1:
            return f"email matches {leads} leads; merge them or archive all but one"
        users = number.get((claim.email, Role.USER), 0)
        return f"email matches {max(users, 2)} users; add user_id"

    return reason


def _counted(people: object) -> Iterable[tuple[str, str, int]]:
    return people.order_by().values("email", "role").annotate(n=Count("pk")).values_list("email", "role", "n")  # type: ignore[attr-defined]


def _until_when(plan: Plan, landings: Sequence[Landing]) -> Callable[[Claim], str]:
    """IMP-15"""
    claims = [landing.claim for landing in landings if landing.claim]
    waiting = Deletion.objects.filter(workspace=plan.workspace).values_list("person__external_id", "due_at")
    by_user_id = dict(waiting.filter(person__external_id__in=[c.external_id for c in claims if c.external_id]))
    waiting = Deletion.objects.filter(workspace=plan.workspace).values_list("person__email", "due_at")
    by_email = dict(waiting.filter(person__email__in=[c.email for c in claims if c.email]))

    def reason(claim: Claim) -> str:
        due = by_user_id.get(claim.external_id) or by_email.get(claim.email)
        until = f" until {due.astimezone(plan.workspace.zone):%Y-%m-%d %H:%M}" if due else ""
        return f"held by a deleted contact{until}"

    return reason
