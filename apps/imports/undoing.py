"""Taking an import back (BEY-05): who was made by it and touched by nobody since goes; what it changed becomes what it
was, with where that came from; what was changed since is left alone, and listed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import around
from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import Former, Was, take_back
from apps.people import following, states
from apps.people.models import Person
from apps.tags import tagging
from apps.tags.models import Tag, Tagging
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.jobs import JobState
from apps.workspace.notifying import notify
from apps.workspace.problems import Conflict

from . import running, telling
from .models import Import, ImportRow, ImportRun, Note, Outcome, Purpose

BATCH = 500
MEANT = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
REMAINS = "was changed since, so it stays"
STAYS = "was made by this import and touched since, so they stay"
BACK = "came back from the archive by this import and was touched since, so they stay in the lists"


@transaction.atomic
def begin(run: ImportRun, *, by: Hand, now: datetime) -> ImportRun:
    """Start taking back what an import did. Raises Conflict where that cannot be (any more)."""
    run = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("workspace", "upload__workspace")
        .get(pk=run.pk)
    )
    if not run.can_be_undone(now):
        raise Conflict("This import can no longer be undone.")
    if stopped := run.upload.runs.filter(purpose=Purpose.UNDO).first():
        stopped.state, stopped.attempts, stopped.error, stopped.finished_at = JobState.WAITING, 0, "", None
        stopped.save()
        stopped.wake()
        return stopped
    return running.begin_run(run.upload, Purpose.UNDO, by=by, now=now, total=run.created + run.updated + run.unchanged)


def step(undoing: ImportRun, now: datetime) -> bool:
    """The next rows, the last ones of the file first: of several rows of one person the later is taken back first."""
    run = undone(undoing.upload)
    rows = ImportRow.objects.filter(run=run, outcome__in=MEANT)
    if undoing.cursor:
        rows = rows.filter(number__lt=undoing.cursor)
    batch = list(rows.order_by("-number")[:BATCH])
    if not batch:
        close(undoing, now)
        return False
    scene = Scene(undoing, run, now)
    for one_each in _rounds([row for row in batch if row.record_id]):  # else they were destroyed since
        scene.take_back(one_each)
    telling.write(scene.told_of_left())
    undoing.cursor = batch[-1].number
    undoing.done += len(batch)
    return True


def undone(upload: Import) -> ImportRun:
    return upload.runs.get(purpose=Purpose.RUN)


def _rounds(rows: Sequence[ImportRow]) -> list[list[ImportRow]]:
    """In rounds in which nobody comes twice, in their order."""
    rounds: list[list[ImportRow]] = []
    next_round: dict[int | None, int] = {}
    for row in rows:
        number = next_round.get(row.record_id, 0)
        next_round[row.record_id] = number + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(row)
    return rounds


class Scene:
    """Some rows that are taken back: by whom, when, and what of them stays."""

    def __init__(self, undoing: ImportRun, run: ImportRun, now: datetime) -> None:
        self.undoing, self.run, self.now = undoing, run, now
        self.workspace, self.by = undoing.workspace, running.hand_of(undoing)
        self.left: dict[int, tuple[ImportRow, list[list[str]]]] = {}  # by the row's number: what stays, and why

    def take_back(self, rows: Sequence[ImportRow]) -> None:
        made = self._made_by_it(rows)
        self._remove([row for row in rows if row.outcome == Outcome.CREATED])
        others = [row for row in rows if row.outcome != Outcome.CREATED and row.record_id not in made]
        self._restore([row for row in others if row.changes])
        self._untag([row for row in others if row.tagged])
        self._archive_again([row for row in others if row.note == Note.REVIVED])

    def _made_by_it(self, rows: Sequence[ImportRow]) -> set[int | None]:
        """Who was made by an earlier row of the file: they go, or stay, as a whole."""
        pks = [row.record_id for row in rows]
        made = ImportRow.objects.filter(run=self.run, outcome=Outcome.CREATED, record_id__in=pks)
        return set(made.values_list("record_id", flat=True))

    # ---- who was made ------------------------------------------------------------------------------------------------

    def _remove(self, rows: Sequence[ImportRow]) -> None:
        by_pk = {row.record_id: row for row in rows if row.record_id}
        people = Person.objects.of(self.workspace).filter(pk__in=by_pk).order_by("pk")
        standing = set(people.select_for_update(of=("self",)).values_list("pk", flat=True))
        touched = self._touched(standing)
        gone = sorted(standing - touched)
        if gone:
            following.destroy(self.workspace, gone)
            ImportRow.objects.filter(run=self.run, record_id__in=gone).update(record_id=None)
        self.undoing.removed += len(gone)
        for pk in sorted(touched):
            self._leave(by_pk[pk], [["", STAYS]])

    def _touched(self, pks: set[int]) -> set[int]:
        """Of those that the import made, whom somebody or something else touched since."""
        if not pks:
            return set()
        touched = self._seen_since(pks) | self._written_since(pks)
        for label, follower in following.FOLLOWERS.items():
            if label not in OWN:
                touched |= _referred_to(follower.model, self.workspace, pks)
        others = Tagging.objects.filter(workspace=self.workspace, about=Person.about, record_id__in=pks)
        if self.run.tag_id:
            others = others.exclude(tag=self.run.tag_id)
        return touched | set(others.values_list("record_id", flat=True))

    def _seen_since(self, pks: set[int]) -> set[int]:
        """They came to the site, were archived, merged, given an owner: their own row says so."""
        people = Person.objects.filter(pk__in=pks)
        since = people.values_list("pk", "state", "last_seen_at", "updated_at", "role")
        role, ours = self.undoing.upload.role, set(self._rows_of(pks).values_list("record_id", "at"))
        return {
            pk
            for pk, state, seen, updated, now_is in since
            if state != State.ACTIVE or seen or (pk, updated) not in ours or now_is != role
        }

    def _written_since(self, pks: set[int], until: datetime | None = None) -> set[int]:
        """Values of theirs were written after the import, or more often in its seconds than it did.

        `until`: before the undoing itself began to write.
        """
        if not pks:
            return set()
        ours = Counter(self._rows_of(pks).exclude(outcome=Outcome.UNCHANGED).values_list("record_id", "at"))
        first = min(at for _, at in ours) if ours else self.run.created_at
        with connection.cursor() as cursor:
            cursor.execute(WRITES, [self.workspace.pk, Person.about, list(pks), first, until])
            return {pk for pk, at, source, count in cursor.fetchall() if source != Source.CSV or count > ours[pk, at]}

    def _rows_of(self, pks: set[int]) -> QuerySet[ImportRow]:
        return ImportRow.objects.filter(run=self.run, record_id__in=pks)

    # ---- what was changed --------------------------------------------------------------------------------------------

    def _restore(self, rows: Sequence[ImportRow]) -> None:
        """Put back what was there before, where it still is what the import had set."""
        if not rows:
            return
        writes = self._writes(rows)
        told = around(Person.about, self.workspace, writes.values())
        were: dict[int, dict[str, Was]] = {}
        for row in rows:
            pk = row.record_id or 0
            if pk in writes:
                were[pk] = {
                    key: Was(new, Former(old, holder, told.before.get((pk, key), 0)))
                    for key, (old, new, holder) in (row.changes or {}).items()
                    if (pk, key) not in told.changed_since
                }
        back = take_back(Person, self.workspace, were, Source.CSV, now=self.now, by=self.by)
        for row in rows:
            stays = [key for key in row.changes or {} if key not in back.get(row.record_id or 0, ())]
            self.undoing.restored += not stays
            self._leave(row, [[self._label(key), REMAINS] for key in stays])

    def _writes(self, rows: Sequence[ImportRow]) -> dict[int, int]:
        """The line of history that each of these rows wrote, one row a person: {person: line}.

        Times are whole seconds, so of several rows of one person in one second the first wrote the first line. Where
        lines and rows do not match, somebody else has been there: those people are left out.
        """
        pks = [row.record_id for row in rows]
        ours = ImportRow.objects.filter(run=self.run, record_id__in=pks).exclude(outcome=Outcome.UNCHANGED)
        told: dict[tuple[int | None, datetime], list[int]] = {}
        for pk, at, number in ours.order_by("number").values_list("record_id", "at", "number"):
            told.setdefault((pk, at), []).append(number)
        with connection.cursor() as cursor:
            cursor.execute(LINES, [self.workspace.pk, Person.about, pks, [row.at for row in rows]])
            lines: dict[tuple[int, datetime], list[int]] = {(pk, at): ids for pk, at, ids in cursor.fetchall()}
        found: dict[int, int] = {}
        for row in rows:
            numbers, ids = told[row.record_id, row.at], lines.get((row.record_id or 0, row.at), [])
            if row.record_id and len(numbers) == len(ids):
                found[row.record_id] = ids[numbers.index(row.number)]
        return found

    def _label(self, key: str) -> str:
        known = catalogue_of(self.workspace, Person.about).get(key)
        return known.label if known else key

    def _untag(self, rows: Sequence[ImportRow]) -> None:
        tag = Tag.objects.filter(workspace=self.workspace, pk=self.run.tag_id or 0).first()
        at = {row.record_id: row.at for row in rows if row.record_id}
        if tag is None or not at:
            return
        ours = Tagging.objects.filter(workspace=self.workspace, about=Person.about, tag=tag, record_id__in=at)
        still = [one.record_id for one in ours if one.applied_at == at[one.record_id]]
        tagging.remove(Person, self.workspace, still, tag)

    def _archive_again(self, rows: Sequence[ImportRow]) -> None:
        """Who came back by the file goes back, unless they were seen or written to since."""
        by_pk = {row.record_id: row for row in rows if row.record_id}
        pks = set(by_pk)
        seen = Person.objects.filter(pk__in=pks, last_seen_at__gte=self.run.created_at)
        touched = set(seen.values_list("pk", flat=True)) | self._written_since(pks, self.undoing.created_at)
        states.archive_all(self.workspace, pks - touched, now=self.now)
        active = Person.objects.filter(pk__in=touched, state=State.ACTIVE).order_by("pk")
        for pk in active.values_list("pk", flat=True):
            self._leave(by_pk[pk], [["", BACK]])

    def _leave(self, row: ImportRow, reasons: list[list[str]]) -> None:
        if reasons:
            self.undoing.left_alone += row.number not in self.left
            self.left.setdefault(row.number, (row, []))[1].extend(reasons)

    def told_of_left(self) -> list[dict[str, Any]]:
        """A line for each row of which something stays."""
        return [
            {
                "workspace_id": self.workspace.pk,
                "run_id": self.undoing.pk,
                "number": number,
                "outcome": Outcome.LEFT.value,
                "record_id": row.record_id,
                "at": self.now.isoformat(),
                "note": "",
                "tagged": False,
                "problems": orjson.dumps(reasons).decode(),
            }
            for number, (row, reasons) in self.left.items()
        ]


# Models whose rows an import writes itself: they are looked at one by one.
OWN = {"attributes.RecordChange", "attributes.RefusedWrite", "tags.Tagging"}
LINES = """
    SELECT record_id, at, array_agg(id ORDER BY id) FROM attributes_recordchange
    WHERE workspace_id = %s AND about = %s AND record_id = ANY(%s) AND at = ANY(%s) AND source = 'csv'
        AND former_id IS NULL
    GROUP BY record_id, at
"""
WRITES = """
    SELECT record_id, at, source, count(*) FROM attributes_recordchange
    WHERE workspace_id = %s AND about = %s AND record_id = ANY(%s)
        AND at >= %s AND at < coalesce(%s, 'infinity'::timestamptz)
    GROUP BY record_id, at, source
"""


def _referred_to(model: Any, workspace: Any, pks: set[int]) -> set[int]:
    """Of some people, those that a model has rows about."""
    found: set[int] = set()
    for key in following.refers_by(model):
        column = key if key == "record_id" else f"{key}_id"
        about = {"about": Person.about} if key == "record_id" else {}
        rows = model._default_manager.filter(workspace=workspace, **about, **{f"{column}__in": pks})
        found.update(rows.values_list(column, flat=True))
    return found


def close(undoing: ImportRun, now: datetime, *, how: str = "undone") -> None:
    """Say what it came to, however it ended."""
    told = {"removed": undoing.removed, "restored": undoing.restored, "left_alone": undoing.left_alone}
    by = running.hand_of(undoing)
    file = undoing.upload.file_name
    record(Activity.CSV_IMPORT_UNDO, workspace=undoing.workspace, by=by, now=now, job=undoing.pk, file=file, **told)
    message = (
        f"The import of {file} was {how}: {undoing.removed:,} people removed, {undoing.restored:,} values restored, "
        f"{undoing.left_alone:,} left alone."
    )
    notify(undoing.by_id, workspace=undoing.workspace, message=message, url=undoing.upload.page(), now=now)
