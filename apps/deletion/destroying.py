"""The end of the seven days: everything that `reach` knows is taken from its place, and a receipt is left (DEL-07).

People are destroyed in batches, each a transaction of its own: a person is gone wholly, with their receipt, or not at
all. What is killed on the way goes on where it stopped, of two that run at once one waits for the other, and who was
missed is due the next time (DEL-16).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from django.db import connection, transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.once_more import once_more

from . import reach
from .gathering import gathered
from .models import Deletion
from .reach import Going, array

TOGETHER = 10_000  # people whose names are looked for in one reading of every text
BATCH = 500  # people of one transaction

# Whoever is being destroyed by somebody else at this moment is left to them.
LOCK = """
    SELECT person.id, person.public_id, person.role, deletion.by_id, deletion.requested_at, deletion.swept::text
    FROM deletion_deletion AS deletion JOIN people_person AS person ON person.id = deletion.person_id
    WHERE deletion.workspace_id = %(workspace)s AND deletion.person_id = ANY(%(people)s::bigint[])
      AND deletion.due_at <= %(now)s
    ORDER BY person.id FOR UPDATE OF person, deletion SKIP LOCKED
"""
LOCK_FAMILY = """
    SELECT FROM people_person WHERE workspace_id = %s AND id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE
"""
ALONE = "SELECT pg_advisory_lock(hashtext('deletion.destroying'), %s)"
LET_OTHERS = "SELECT pg_advisory_unlock(hashtext('deletion.destroying'), %s)"
# What a run found that was killed before it came to the people themselves is added up with what the next one finds.
KEEP_SWEPT = """
    UPDATE deletion_deletion AS deletion SET swept = (
        SELECT jsonb_object_agg(place, number) FROM (
            SELECT place, sum(number::bigint) AS number FROM (
                SELECT * FROM jsonb_each_text(deletion.swept) UNION ALL SELECT * FROM jsonb_each_text(told.swept)
            ) AS parts(place, number) GROUP BY place
        ) AS sums
    )
    FROM jsonb_to_recordset(%s::jsonb) AS told(person_id bigint, swept jsonb)
    WHERE deletion.workspace_id = %s AND deletion.person_id = told.person_id
"""
LEAVE_RECEIPTS = """
    WITH told AS (
        SELECT * FROM jsonb_to_recordset(%(receipts)s::jsonb)
            AS told(public_id text, role text, by_id bigint, requested_at timestamptz, taken jsonb)
    ), receipts AS (
        INSERT INTO deletion_receipt (workspace_id, public_id, role, by_id, requested_at, destroyed_at, taken)
        SELECT %(workspace)s, public_id, role, by_id, requested_at, %(now)s, taken FROM told
    )
    INSERT INTO workspace_auditentry (workspace_id, activity, metadata, at)
    SELECT %(workspace)s, %(activity)s, jsonb_build_object('contact', public_id, 'taken', taken), %(now)s FROM told
"""
Taken = Mapping[str, Counter[int]]  # place → how much, by the key of who is destroyed


@dataclass(slots=True)
class Purge:
    """What a run came to: how many people, and how much of what."""

    people: int = 0
    taken: Counter[str] = field(default_factory=Counter)  # by place

    def lines(self) -> Iterator[str]:
        """In words, a line for each place that held something."""
        for place in reach.told():
            if number := self.taken[place.label]:
                yield f"{number:,} {place.one if number == 1 else place.many}"


def destroy_due(now: datetime) -> Purge:
    """Destroy everybody whose seven days are over, in all workspaces. As often as you like."""
    purge = Purge()
    for workspace in Workspace.objects.filter(deletions__due_at__lte=now).distinct().order_by("pk"):
        after = 0
        with _alone(workspace):
            while due := _due(workspace, now, after):
                _destroy_together(workspace, due, now, purge)
                after = due[-1]
    return purge


def would_destroy(now: datetime) -> Purge:
    """What a run would come to, and nothing is done."""
    purge = Purge()
    for workspace in Workspace.objects.filter(deletions__due_at__lte=now).distinct().order_by("pk"):
        after = 0
        while due := _due(workspace, now, after):
            purge.people += len(due)
            purge.taken += counted(gathered(workspace, due, now))
            after = due[-1]
    return purge


def counted(going: Going) -> Counter[str]:
    """How much goes with some people, by place: what can be counted without reading every text."""
    return Counter({place.label: place.count(going) for place in reach.places() if place.count})


def destroy_now(deletion: Deletion, *, by: Hand, now: datetime) -> Purge:
    """Destroy one person before their time: an operator's decision, noted as theirs."""
    purge = Purge()
    hurried = Deletion.objects.filter(pk=deletion.pk, due_at__gt=now).update(due_at=now)
    if hurried:
        told = {"contact": deletion.person.public_id, "due_at": [deletion.due_at.isoformat(), now.isoformat()]}
        record(Activity.DELETION_HURRIED, workspace=deletion.workspace, by=by, now=now, **told)
    with _alone(deletion.workspace):
        _destroy_together(deletion.workspace, [deletion.person_id], now, purge)
    return purge


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Whoever reads texts for people's names may not leave their destruction to another, who has read others."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [workspace.pk])
        try:
            yield
        finally:
            cursor.execute(LET_OTHERS, [workspace.pk])


def _due(workspace: Workspace, now: datetime, after: int) -> list[int]:
    found = Deletion.objects.filter(workspace=workspace, due_at__lte=now, person__gt=after)
    return list(found.order_by("person").values_list("person", flat=True)[:TOGETHER])


def _destroy_together(workspace: Workspace, due: list[int], now: datetime, purge: Purge) -> None:
    """First what may be read or done twice, for all of them; then themselves, batch by batch."""
    _keep_swept(workspace, sweep(gathered(workspace, due, now, named=True)))
    for begin in range(0, len(due), BATCH):
        batch = due[begin : begin + BATCH]
        people, taken = once_more(partial(_destroy_batch, workspace, batch, now))
        purge.people += people
        purge.taken += taken


def sweep(going: Going) -> Taken:
    """Take people's names out of what stays, and what is theirs out of places that know no transaction."""
    return {place.label: Counter(place.sweep(going)) for place in reach.places() if place.sweep}


def _keep_swept(workspace: Workspace, swept: Taken) -> None:
    by_person: dict[int, dict[str, int]] = defaultdict(dict)
    for place, numbers in swept.items():
        for person, number in numbers.items():
            by_person[person][place] = number
    if by_person:
        told = [{"person_id": person, "swept": numbers} for person, numbers in by_person.items()]
        with connection.cursor() as cursor:
            cursor.execute(KEEP_SWEPT, [orjson.dumps(told).decode(), workspace.pk])


@dataclass(frozen=True, slots=True)
class Due:
    """Whose time has come, and what the receipt says of them."""

    pk: int
    public_id: str
    role: str
    by_id: int | None
    requested_at: datetime
    swept: str  # as JSON

    @property
    def told(self) -> dict[str, Any]:
        of_request = {"by_id": self.by_id, "requested_at": self.requested_at}
        return {"public_id": self.public_id, "role": self.role} | of_request


@transaction.atomic
def _destroy_batch(workspace: Workspace, people: list[int], now: datetime) -> tuple[int, Counter[str]]:
    due = _locked(workspace, people, now)
    if not due:
        return 0, Counter()
    going = gathered(workspace, [one.pk for one in due], now)
    with connection.cursor() as cursor:  # nothing is added to those who were merged into them meanwhile
        cursor.execute(LOCK_FAMILY, [workspace.pk, going.array])
    taken = {place.label: Counter(place.take(going)) for place in reach.places() if place.take}
    receipts = {one: _taken_of(one, taken) for one in due}
    _leave(receipts, workspace, now)
    return len(due), sum((Counter(taken) for taken in receipts.values()), Counter())


def _locked(workspace: Workspace, people: list[int], now: datetime) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"workspace": workspace.pk, "people": array(people), "now": now})
        return [Due(*row) for row in cursor.fetchall()]


def _taken_of(one: Due, taken: Taken) -> dict[str, int]:
    all_taken: Counter[str] = Counter(orjson.loads(one.swept))
    for label, by_person in taken.items():
        if number := by_person[one.pk]:
            all_taken[label] += number
    return dict(sorted(all_taken.items()))


def _leave(receipts: Mapping[Due, dict[str, int]], workspace: Workspace, now: datetime) -> None:
    """A receipt for each, and a line of the activity log (BEY-09, DEL-22)."""
    told = orjson.dumps([one.told | {"taken": taken} for one, taken in receipts.items()]).decode()
    said: dict[str, Any] = {"receipts": told, "workspace": workspace.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_RECEIPTS, said | {"activity": Activity.DESTRUCTION.value})
