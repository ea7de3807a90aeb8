"""The dry run (BEY-04): what each row would do, told by the very path that will do it, and nothing of it kept.

Most rows are rehearsed: judged and not stored. A row may depend on earlier ones, though: the same user twice (IMP-24),
an email that an earlier row gave away. Then its whole step is really done, after what the earlier rows would have left
of the people concerned, in a savepoint that is rolled back. So a preview of a million rows of a million people writes
nothing at all, and one of a file that contradicts itself is as right.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from apps.attributes.models import State
from apps.attributes.reports import Report
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people import arrivals, identity
from apps.people.models import Person, Role
from apps.workspace.problems import Conflict

from . import columns, landing, passing, running, telling
from .landing import Landing, Plan
from .models import ImportRow, ImportRun, Note, Outcome
from .reading import Row
from .telling import hashed

REACHED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
# each looked up by itself, whatever the planner knows of a table that has just begun to grow
LATERALLY = """
    SELECT told.id FROM unnest(%({many})s::bigint[]) AS wanted(name) CROSS JOIN LATERAL (
        SELECT id FROM imports_importrow WHERE run_id = %(run)s AND {column} = wanted.name OFFSET 0
    ) AS told
"""
EARLIER = " UNION ".join(
    LATERALLY.format(many=many, column=column)
    for many, column in (("users", "user_id_hash"), ("emails", "email_hash"), ("subjects", "subject"))
)
WIDE = 4_000  # characters of a row from which on only storing it can tell whether it fits


def step(run: ImportRun, now: datetime) -> bool:
    """Look at the next rows; False when none is left. Raises Problem where they cannot be imported at all."""
    plan = Plan.of(run.upload, running.hand_of(run))
    if run.cursor == 0 and (gone := columns.fits(plan.workspace, plan.columns)):
        raise Conflict(gone)
    with passing.table(run) as table:
        rows = passing.some(table)
        passing.note(run, table)
    if not rows:
        return False
    scene = Scene.of(plan, run, landing.read(plan, rows))
    with _defined(plan, now):
        scene.play(now)
        lines = scene.lines(now)
    telling.add(run, scene.landings)
    superseded = {subject: row.pk for subject, row in scene.earlier.items() if subject in scene.last}
    ImportRow.objects.filter(pk__in=superseded.values()).update(
        subject=None, carried=None, user_id_hash=None, email_hash=None
    )
    telling.write(lines)
    run.total = max(run.total, run.done)
    return True


@contextmanager
def _defined(plan: Plan, now: datetime) -> Iterator[None]:
    """While it lasts the new attributes stand, as they will when the file is imported; then all is as it was."""
    version = plan.workspace.attributes_version
    with transaction.atomic():
        running.define_new(plan, now)
        yield
        transaction.set_rollback(True)
    plan.workspace.attributes_version = version


@dataclass(frozen=True, slots=True)
class Standing:
    """What earlier rows would have left of somebody: who they are while it is played, and what was set."""

    subject: int
    values: dict[str, str]


@dataclass
class Scene:
    """Some rows, whom they may reach, and what earlier rows of the file would have done to those."""

    plan: Plan
    run: ImportRun
    landings: list[Landing]
    holders: dict[str, int] = field(default_factory=dict)  # user ID → who has it
    emails: set[str] = field(default_factory=set)  # that users have
    earlier: dict[int, ImportRow] = field(default_factory=dict)  # subject → their last row
    stand_ins: dict[int, Standing] = field(default_factory=dict)  # by the key that they have while it is played
    last: dict[int, int] = field(default_factory=dict)  # subject → the place of their last row here

    @classmethod
    def of(cls, plan: Plan, run: ImportRun, landings: list[Landing]) -> "Scene":
        scene = cls(plan, run, landings)
        claims = [one.claim for one in landings if one.claim]
        user_ids = {claim.external_id for claim in claims if claim.external_id}
        emails = {claim.email for claim in claims if claim.email}
        by_user_id = identity.people_by(plan.workspace, "external_id", user_ids)
        by_email = identity.people_by(plan.workspace, "email", emails)
        scene.holders = {user_id: rows[0].pk for user_id, rows in by_user_id.items()}
        scene.emails = {email for email, rows in by_email.items() if any(row.role == Role.USER for row in rows)}
        pks = {row.pk for rows in (*by_user_id.values(), *by_email.values()) for row in rows}
        scene.earlier = _earlier(run, user_ids, emails, pks) if run.done > len(landings) else {}
        return scene

    # ---- playing it --------------------------------------------------------------------------------------------------

    def play(self, now: datetime) -> None:
        """Find out what would become of the rows."""
        if not self.earlier and not self._repeats_names() and not self._is_wide():
            landing.land(self.plan, self.landings, now=now, rehearsed=True)
            if not self._meet():
                return
        with transaction.atomic():
            self._bring_back(now)
            landing.land(self.plan, self.landings, now=now)
            transaction.set_rollback(True)

    def _repeats_names(self) -> bool:
        names = [name for one in self.landings if one.claim for name in one.claim.names]
        return len(names) != len(set(names))

    def _is_wide(self) -> bool:
        return any(sum(map(len, one.row.cells)) > WIDE for one in self.landings)

    def _meet(self) -> bool:
        """Whether one row's doing may matter to another, though they share no name: they mean the same person by
        different ones, or one gives away an email, or wakes somebody, that another goes by."""
        pks = [one.pk for one in self.landings if one.pk]
        if len(pks) != len(set(pks)) or any(one.note == Note.REVIVED for one in self.landings):
            return True
        asked = {one.claim.email for one in self.landings if one.claim}
        changes = (one.report.changed.get("email") for one in self.landings)
        return any(change.old in asked for change in changes if change and change.old)

    def _bring_back(self, now: datetime) -> None:
        """Do for a moment what earlier rows would have done to the people of these ones."""
        said = self._said_earlier()
        newcomers = {subject: values for subject, values in said.items() if subject < 0}
        standing = {subject: values for subject, values in said.items() if subject > 0}
        for subject, values in list(newcomers.items()):
            if pk := self.holders.get(values.get("external_id", "")):  # somebody else has made them meanwhile
                standing[pk] = newcomers.pop(subject)
        Person.objects.filter(pk__in=standing, state=State.ARCHIVED).update(state=State.ACTIVE)
        reports = write(Person, self.plan.workspace, standing, Source.CSV, by=self.plan.by, now=now)
        for pk, values in standing.items():
            self.stand_ins[pk] = Standing(pk, _accepted(values, reports.get(pk)))
        role, offers = self.plan.upload.role, list(newcomers.values())
        made = arrivals.make(self.plan.workspace, role, offers, Source.CSV, by=self.plan.by, now=now)
        for subject, (pk, report) in zip(newcomers, made, strict=True):
            self.stand_ins[pk] = Standing(subject, _accepted(newcomers[subject], report))

    def _said_earlier(self) -> dict[int, dict[str, str]]:
        """What earlier rows offered, by subject, newcomers in the order of the file."""
        rows = sorted(self.earlier.items(), key=lambda one: one[0], reverse=True)
        places = {row.number: row.offset for _, row in rows if row.carried is None and row.offset is not None}
        reread = {one.row.number: one for one in self._reread(places)}
        said: dict[int, dict[str, str]] = {}
        for subject, row in rows:
            payload = reread[row.number].payload if row.number in reread else None
            values = row.carried if row.carried is not None else payload.values if payload else {}
            said[subject] = _said(values)
        return said

    def _reread(self, places: Mapping[int, int]) -> list[Landing]:
        rows: Iterable[Row] = passing.rows_at(self.run.upload, dict(places)).values() if places else ()
        return landing.read(self.plan, rows)

    # ---- telling it --------------------------------------------------------------------------------------------------

    def lines(self, now: datetime) -> list[dict[str, Any]]:
        """What is kept of each row; the last one of each person carries on what is to be known of later ones."""
        self._note_duplicates()
        so_far = {standing.subject: standing.values for standing in self.stand_ins.values()}
        repeated = set(so_far)
        subjects = [self._subject(one) for one in self.landings]
        for place, (one, subject) in enumerate(zip(self.landings, subjects, strict=True)):
            if subject is not None:
                if subject in so_far:
                    repeated.add(subject)
                so_far[subject] = so_far.get(subject, {}) | _offered(one)
                self.last[subject] = place
        return [
            self._line(place, one, subject, so_far, repeated, now)
            for place, (one, subject) in enumerate(zip(self.landings, subjects, strict=True))
        ]

    def _subject(self, one: Landing) -> int | None:
        """Whom a row reaches, by a key that later rows can be told."""
        if one.outcome not in REACHED or one.pk is None:
            return None
        if one.arrival and one.arrival.created:
            self.stand_ins[one.pk] = Standing(-one.row.number, {})
        standing = self.stand_ins.get(one.pk)
        return standing.subject if standing else one.pk

    def _line(
        self,
        place: int,
        one: Landing,
        subject: int | None,
        so_far: Mapping[int, dict[str, str]],
        repeated: set[int],
        now: datetime,
    ) -> dict[str, Any]:
        told = telling.line(self.plan, self.run, one, now)
        if subject is None:
            return told
        if subject > 0:
            told["record_id"] = subject
        if one.outcome == Outcome.UPDATED:
            told["changes"] = telling.changes(one)
        if self.last[subject] == place:
            values = so_far[subject]
            told["subject"] = subject
            told["user_id_hash"], told["email_hash"] = hashed(values.get("external_id")), hashed(values.get("email"))
            told["carried"] = orjson.dumps(values).decode() if subject in repeated else None
        return told

    def _note_duplicates(self) -> None:
        """New users under an email that another user has: their user ID made them (IMP-07)."""
        if self.plan.upload.role != Role.USER:
            return
        taken = self.emails | {standing.values.get("email", "") for standing in self.stand_ins.values()}
        for one in self.landings:
            if one.claim is None or not one.claim.email or one.outcome not in REACHED:
                continue
            if one.outcome == Outcome.CREATED and one.claim.external_id and one.claim.email in taken:
                one.note = Note.DUPLICATE
            taken.add(one.claim.email)


def _said(values: Mapping[str, str]) -> dict[str, str]:
    """What counts of what a row says: an empty user ID clears nobody's."""
    return dict(arrivals.said(values, Source.CSV))


def _offered(one: Landing) -> dict[str, str]:
    """What a row has set, under the names by which its person is known then."""
    values = _said(_accepted(one.payload.values if one.payload else {}, one.report))
    names = {"external_id": one.claim.external_id, "email": one.claim.email} if one.claim else {}
    return values | {key: name for key, name in names.items() if name and key in values}


def _earlier(run: ImportRun, user_ids: set[str], emails: set[str], pks: set[int]) -> dict[int, ImportRow]:
    """Of everybody who goes by these names, or is one of these, the last row so far that reaches them."""
    names: dict[str, Any] = {"run": run.pk}
    names |= {"users": [hashed(name) for name in user_ids], "emails": [hashed(name) for name in emails]}
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, {**names, "subjects": list(pks)})
        found = [pk for (pk,) in cursor.fetchall()]
    return {row.subject: row for row in ImportRow.objects.filter(pk__in=found) if row.subject} if found else {}


def _accepted(values: Mapping[str, str], report: Report | None) -> dict[str, str]:
    """Of what was offered what was not refused."""
    refused = report.refused if report else {}
    return {key: value for key, value in values.items() if key not in refused}
