"""Looking at what was told of rows: a page of a preview with its true differences, the errors, what an undoing left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import KINDS, Kind, Setting
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.attributes.writing import Anybody, is_blank
from apps.people.models import Person
from apps.workspace.jobs import JobState
from apps.workspace.pages import PageRequest

from . import landing, passing, running
from .landing import Landing, Plan
from .models import Import, ImportRow, ImportRun, Outcome, Purpose, Stage

PAGE = 50
SHOWN = 50  # errors on the page of an import
AT_ONCE = 12  # values of a row in a preview
FILTERS = {  # as the address has it → what it is called in a preview, and of a run
    Outcome.CREATED.value: "Create",
    Outcome.UPDATED.value: "Update",
    Outcome.UNCHANGED.value: "Unchanged",
    Outcome.SKIPPED.value: "Skip",
    Outcome.FAILED.value: "Reject",
}
ERRORS = "errors"
COUNTED = ("created", "updated", "unchanged", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: what stands there, what would. None: nothing."""

    label: str
    before: str | None
    after: str | None

    @property
    def changes_hands(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the preview."""

    row: ImportRow
    label: str
    url: str
    differences: list[Difference]

    @property
    def shown(self) -> list[Difference]:
        return self.differences[:AT_ONCE]

    @property
    def folded(self) -> list[Difference]:
        """The rest of a wide row, which is opened by who wants to see it."""
        return self.differences[AT_ONCE:]

    @property
    def verb(self) -> str:
        return FILTERS[self.row.outcome]


@dataclass(frozen=True, slots=True)
class Tab:
    slug: str
    label: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a preview, and the ways to others."""

    tabs: list[Tab]
    lines: list[Line]
    show: str
    previous: str
    next: str


def rows(run: ImportRun, params: Mapping[str, str]) -> Page:
    """The page of rows that an address asks for: `show` an outcome, `after` or `before` a row's number."""
    show = params.get("show", "")
    show = show if show in FILTERS or show == ERRORS else ""
    found, previous, following = _page(_shown(run, show), params)
    keep = f"show={show}&" if show else ""
    return Page(
        tabs=_tabs(run, show),
        lines=_lines(run, found),
        show=show,
        previous=f"?{keep}before={found[0].number}" if previous else "",
        next=f"?{keep}after={found[-1].number}" if following else "",
    )


def _shown(run: ImportRun, show: str) -> QuerySet[ImportRow]:
    told = ImportRow.objects.filter(run=run)
    if show == ERRORS:
        return told.filter(problems__isnull=False)
    return told.filter(outcome=show) if show else told


def _page(told: QuerySet[ImportRow], params: Mapping[str, str]) -> tuple[list[ImportRow], bool, bool]:
    """The rows, and whether there are any before and after them."""
    before, after = _number(params.get("before")), _number(params.get("after"))
    if before is not None:
        found = list(told.filter(number__lt=before).order_by("-number")[: PAGE + 1])
        return found[PAGE - 1 :: -1] if len(found) > PAGE else found[::-1], len(found) > PAGE, True
    found = list(told.filter(number__gt=after or 0).order_by("number")[: PAGE + 1])
    return found[:PAGE], bool(after and found), len(found) > PAGE


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _tabs(run: ImportRun, show: str) -> list[Tab]:
    counts = {
        Outcome.CREATED.value: run.created,
        Outcome.UPDATED.value: run.updated,
        Outcome.UNCHANGED.value: run.unchanged,
        Outcome.SKIPPED.value: run.skipped,
        Outcome.FAILED.value: run.failed,
    }
    tabs = [Tab("", "All rows", sum(counts.values()), not show)]
    tabs += [Tab(slug, FILTERS[slug], count, show == slug) for slug, count in counts.items() if count or show == slug]
    if run.faulty or show == ERRORS:
        tabs.append(Tab(ERRORS, "With errors", run.failed + run.faulty, show == ERRORS))
    return tabs


# ---- what a row would change -----------------------------------------------------------------------------------------


def _lines(run: ImportRun, found: list[ImportRow]) -> list[Line]:
    plan = Plan.of(run.upload, running.hand_of(run))
    words = Words(plan)
    reread = _reread(plan, found)
    people = Person.objects.filter(pk__in=[row.record_id for row in found if row.record_id])
    by_pk = {person.pk: person for person in people.heads().select_related("workspace")}
    lines = []
    for row in found:
        person, one = by_pk.get(row.record_id or 0), reread.get(row.number)
        label = person.label if person else _called(one)
        lines.append(Line(row, label, person.page() if person else "", _differences(row, one, words)))
    return lines


def _reread(plan: Plan, found: Iterable[ImportRow]) -> dict[int, Landing]:
    """The rows themselves, from the file, while it is there."""
    places = {row.number: row.offset for row in found if row.offset is not None}
    if not plan.upload.file or not places:
        return {}
    return {one.row.number: one for one in landing.read(plan, passing.rows_at(plan.upload, places).values())}


def _called(one: Landing | None) -> str:
    values = one.payload.values if one and one.payload else {}
    return values.get("name") or values.get("email") or values.get("external_id") or ""


def _differences(row: ImportRow, one: Landing | None, words: "Words") -> list[Difference]:
    if row.changes:
        return [
            Difference(words.label(key), words.of(key, old), words.of(key, new))
            for key, (old, new, _) in row.changes.items()
        ]
    if row.outcome == Outcome.CREATED and one and one.payload:
        told = ((words.label(key), words.of(key, value)) for key, value in one.payload.values.items())
        return [Difference(label, None, value) for label, value in told if value is not None]
    return []


class Words:
    """Values as words, known attributes and new ones alike."""

    def __init__(self, plan: Plan) -> None:
        self.known = catalogue_of(plan.workspace, "person")
        self.zone = plan.workspace.zone
        self.new = {landing.key_of(column): KINDS[column.kind] for column in plan.new}

    def label(self, key: str) -> str:
        definition = self.known.get(key)
        return definition.label if definition else key

    def of(self, key: str, value: Any) -> str | None:
        """None where there is no value, or where it is none of that kind."""
        definition = self.known.get(key)
        kind: Kind | None = definition.kind if definition else self.new.get(key)
        if kind is None or is_blank(value, Source.CSV):
            return None
        options = definition.options if definition else ()
        try:
            return kind.words(kind.clean(value, Setting(Source.REST, self.zone, options, Anybody())))
        except Refusal:
            return None


# ---- what an import came to ------------------------------------------------------------------------------------------


def foreseen_otherwise(run: ImportRun) -> ImportRun | None:
    """The preview of an import that came to something else: people were changed between the two (BEY-04)."""
    preview = run.upload.latest(Purpose.PREVIEW)
    if preview is None or run.state != JobState.DONE:
        return None
    return preview if any(getattr(preview, name) != getattr(run, name) for name in COUNTED) else None


def problems(run: ImportRun) -> list[ImportRow]:
    """The first rows with an error, by an index of theirs: of a million rows they may be the last."""
    return list(ImportRow.objects.filter(run=run, problems__isnull=False).order_by("number")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Left:
    """What an undoing left alone, and whose it is."""

    row: ImportRow
    person: Person | None


def left(undoing: ImportRun) -> list[Left]:
    """The first people whom an undoing left as they are."""
    found = list(ImportRow.objects.filter(run=undoing).order_by("number")[:SHOWN])
    people = Person.objects.of(undoing.workspace).listed().filter(pk__in=[row.record_id for row in found])
    by_pk = {person.pk: person for person in people.heads().select_related("workspace")}
    return [Left(row, by_pk.get(row.record_id or 0)) for row in found]


def recent(request: PageRequest) -> dict[str, Any]:
    """The latest imports of the workspace, newest first, each with what it came to (IMP-26)."""
    uploads = Import.objects.filter(workspace=request.workspace).exclude(stage=Stage.DISCARDED)
    latest = uploads.select_related("by", "workspace").prefetch_related("runs").order_by("-pk")[:SHOWN]
    imports = []
    for upload in latest:
        runs = {run.purpose: run for run in upload.runs.all()}
        imports.append({"upload": upload, "run": runs.get(Purpose.RUN), "undoing": runs.get(Purpose.UNDO)})
    return {"imports": imports}
