"""Sums that another system counted: how often somebody did something, first and last, told at once (API-12).

What is told once more is told once: of two counts the higher one stands, so that a move can be taken up again, and what
was recorded here meanwhile is never counted down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.attributes.kinds import KINDS, Setting
from apps.attributes.reports import Reason, Refusal
from apps.attributes.sources import Source
from apps.workspace.models import Workspace

from .naming import checked_name
from .recording import Known, Occurrence, Outcome, known_names

MOST_COUNTED = 2**53

STORE = """
    WITH present AS (
        SELECT id FROM people_person WHERE workspace_id = %(workspace)s AND id = %(person)s AND state <> 'merged'
        FOR KEY SHARE
    ), told AS (
        INSERT INTO events_eventsummary AS summary (workspace_id, person_id, name_id, count, first_at, last_at)
        SELECT %(workspace)s, present.id, sent.name_id, max(sent.count), min(sent.first_at), max(sent.last_at)
        FROM present, unnest(
            %(names)s::bigint[], %(counts)s::bigint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[]
        ) AS sent(name_id, count, first_at, last_at)
        GROUP BY present.id, sent.name_id ORDER BY sent.name_id
        ON CONFLICT (workspace_id, person_id, name_id) DO UPDATE SET
            count = greatest(summary.count, excluded.count),
            first_at = least(summary.first_at, excluded.first_at),
            last_at = greatest(summary.last_at, excluded.last_at)
    )
    SELECT count(*) FROM present
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """How often somebody did something, first and last."""

    name: str
    count: int
    first: datetime
    last: datetime


def sum_of(workspace: Workspace, told: Mapping[str, Any], source: Source) -> Sum:
    """Clean what a door was sent. Raises Refusal: its message reads on after "event_summaries"."""
    name = checked_name(told.get("event_name"))
    count = told.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_COUNTED:
        raise Refusal(Reason.INVALID, "needs a count: a whole number from 1")
    first, last = (_moment(workspace, told.get(key), key, source) for key in ("first", "last"))
    if first > last:
        raise Refusal(Reason.INVALID, "has a first that is later than its last")
    return Sum(name, count, first, last)


def _moment(workspace: Workspace, raw: Any, key: str, source: Source) -> datetime:
    if raw is None or raw == "":
        raise Refusal(Reason.INVALID, f"needs a {key}: unix time in seconds")
    moment: datetime = KINDS["date"].clean(raw, Setting(source, workspace.zone))
    return moment


@transaction.atomic
def tell(workspace: Workspace, person_pk: int, sums: Sequence[Sum], *, now: datetime) -> list[Outcome]:
    """Keep what was counted elsewhere. What became of each, in order; two statements, whatever their number."""
    known = known_names(workspace, [Occurrence(person_pk, one.name, one.last) for one in sums], now)
    fitting = [one for one in sums if one.name in known and known[one.name].is_open]
    present = _store(workspace, person_pk, fitting, known)
    return [_outcome(known.get(one.name), present) for one in sums]


def _store(workspace: Workspace, person_pk: int, sums: Sequence[Sum], known: Mapping[str, Known]) -> bool:
    values: dict[str, Any] = {
        "workspace": workspace.pk,
        "person": person_pk,
        "names": [known[one.name].pk for one in sums],
        "counts": [one.count for one in sums],
        "firsts": [one.first for one in sums],
        "lasts": [one.last for one in sums],
    }
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
        return bool(cursor.fetchone()[0])


def _outcome(name: Known | None, present: bool) -> Outcome:
    if name is None or not present:
        return Outcome.NOBODY
    if not name.is_open:
        return Outcome.LIMIT if name.pk is None else Outcome.ARCHIVED
    return Outcome.RECORDED
