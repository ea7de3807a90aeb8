"""The history of values and the log of refusals: written by `writing` and by doors that refuse whole, read by pages.

A write is one row, with all that it changed of a record. Of a record that was written ten thousand times the lines of
one value, or the latest line of every value, are found in a few hundredths of a second, by the record's rows alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet

from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from .copying import HANDFUL, copied
from .models import Attributed, RecordChange, RefusedWrite
from .reports import Change, Report
from .sources import Source

LONGEST_RAW = 255
MOST_REFUSALS = 100  # noted of one record in one write: what is sent to fill the log does not

ADD_CHANGES = """
    COPY attributes_recordchange (workspace_id, about, source, hand, teammate_id, token_id, at, record_id, changes)
    FROM STDIN
"""

LATEST_CHANGES = """
    WITH latest AS (
        SELECT key, max(id) AS id FROM attributes_recordchange, jsonb_object_keys(changes) AS key
        WHERE workspace_id = %s AND about = %s AND record_id = %s AND former_id IS NULL GROUP BY key
    ), origin AS (
        SELECT key, coalesce((changes -> key ->> 2)::bigint, id) AS id
        FROM latest JOIN attributes_recordchange USING (id)
    )
    SELECT key, id, changes -> key -> 0, changes -> key -> 1, source, hand, at
    FROM origin JOIN attributes_recordchange USING (id)
"""
ORIGINS = """
    SELECT DISTINCT ON (record_id) record_id, coalesce((changes -> %s ->> 2)::bigint, id)
    FROM attributes_recordchange
    WHERE workspace_id = %s AND about = %s AND record_id = ANY(%s) AND former_id IS NULL AND changes ? %s
    ORDER BY record_id, id DESC
"""

# Of writes of some records, value by value: where each came from before, and whether it comes from elsewhere since.
AROUND = """
    WITH ours AS (
        SELECT line.record_id, line.id, key
        FROM attributes_recordchange AS line, jsonb_object_keys(line.changes) AS key WHERE line.id = ANY(%s)
    ), others AS (
        SELECT ours.record_id, ours.id AS ours, ours.key, line.id,
            coalesce((line.changes -> ours.key ->> 2)::bigint, line.id) AS origin
        FROM ours JOIN attributes_recordchange AS line ON line.workspace_id = %s AND line.about = %s
            AND line.record_id = ours.record_id AND line.id <> ours.id AND line.changes ? ours.key
        WHERE line.former_id IS NULL
    )
    SELECT record_id, key,
        (array_agg(origin ORDER BY id DESC) FILTER (WHERE id < ours))[1],
        coalesce((array_agg(origin ORDER BY id DESC) FILTER (WHERE id > ours))[1] <> ours, false)
    FROM others GROUP BY record_id, key, ours
"""

# What is told of a merged record is told of its survivor from now on, but says nothing of where its values come from.
# A line that came from somebody before keeps saying from whom.
MOVE_CHANGES = """
    UPDATE attributes_recordchange SET record_id = %s, former_id = coalesce(former_id, %s)
    WHERE workspace_id = %s AND about = %s AND record_id = %s
"""
MOVE_CHANGES_BACK = """
    UPDATE attributes_recordchange SET record_id = %s, former_id = nullif(former_id, %s)
    WHERE workspace_id = %s AND about = %s AND record_id = %s AND former_id = ANY(%s)
"""
# What was refused to both is one line: the survivor's. What the other's line was is told, in JSON's words.
MOVE_REFUSALS = """
    WITH twice AS (
        DELETE FROM attributes_refusedwrite AS gone USING attributes_refusedwrite AS kept
        WHERE gone.workspace_id = %(workspace)s AND gone.about = %(about)s AND gone.record_id = %(gone)s
          AND kept.workspace_id = gone.workspace_id AND kept.about = gone.about AND kept.record_id = %(kept)s
          AND (kept.key, kept.source, kept.reason) = (gone.key, gone.source, gone.reason)
        RETURNING gone.*, kept.id AS kept_id, kept.first_at AS kept_first_at, kept.last_at AS kept_last_at
    ), counted AS (
        UPDATE attributes_refusedwrite AS kept SET count = kept.count + twice.count,
            first_at = least(kept.first_at, twice.first_at), last_at = greatest(kept.last_at, twice.last_at)
        FROM twice WHERE kept.id = twice.kept_id
    ), moved AS (
        UPDATE attributes_refusedwrite SET record_id = %(kept)s
        WHERE workspace_id = %(workspace)s AND about = %(about)s AND record_id = %(gone)s
          AND id NOT IN (SELECT id FROM twice)
        RETURNING id
    )
    SELECT ARRAY(SELECT id FROM moved ORDER BY id), (SELECT jsonb_agg(to_jsonb(twice) ORDER BY id) FROM twice)
"""
MOVE_REFUSALS_BACK = """
    UPDATE attributes_refusedwrite SET record_id = %(gone)s
    WHERE workspace_id = %(workspace)s AND about = %(about)s AND record_id = %(kept)s AND id = ANY(%(moved)s)
"""
# Where nothing was refused once more since, the survivor's line reads as it did before.
COUNT_REFUSALS_APART = """
    WITH twice AS (
        SELECT * FROM jsonb_to_recordset(%(twice)s::jsonb) AS told(
            workspace_id bigint, about text, record_id bigint, key text, source text, reason text, message text,
            raw text, hand text, count int, first_at timestamptz, last_at timestamptz, redacted_at timestamptz,
            kept_id bigint, kept_first_at timestamptz, kept_last_at timestamptz
        )
    ), counted AS (
        UPDATE attributes_refusedwrite AS kept SET count = kept.count - twice.count, first_at = twice.kept_first_at,
            last_at = CASE WHEN kept.last_at = greatest(twice.last_at, twice.kept_last_at)
                THEN twice.kept_last_at ELSE kept.last_at END
        FROM twice WHERE kept.id = twice.kept_id AND kept.record_id = %(kept)s AND kept.count > twice.count
    )
    INSERT INTO attributes_refusedwrite
        (workspace_id, about, record_id, key, source, reason, message, raw, hand, count, first_at, last_at, redacted_at)
    SELECT workspace_id, about, record_id, key, source, reason, message, raw, hand, count, first_at, last_at,
        redacted_at
    FROM twice ORDER BY key, source, reason
"""

COUNT_REFUSALS = """
    INSERT INTO attributes_refusedwrite AS kept
        (workspace_id, about, record_id, key, source, reason, message, raw, hand, count, first_at, last_at)
    SELECT %s, %s, line.record_id, line.key, %s, line.reason, line.message, line.raw, %s, 1, %s, %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS line(record_id, key, reason, message, raw)
    ORDER BY line.record_id, line.key, line.reason
    ON CONFLICT (workspace_id, about, record_id, key, source, reason) DO UPDATE
    SET count = kept.count + 1, last_at = excluded.last_at, raw = excluded.raw, message = excluded.message,
        hand = excluded.hand, redacted_at = NULL
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One value's part in what a write changed. `pk` is the write's: it has one line for each value.

    A former line is one of a record that has been merged into this one since.
    """

    pk: int
    about: str
    key: str
    old: Any
    new: Any
    source: str
    hand: str
    at: datetime
    is_former: bool = False


def add_changes(
    about: str, workspace: Workspace, reports: Mapping[int, Report], source: Source, by: Hand, now: datetime
) -> None:
    """One row for each record that changed, in one statement: COPY, since an import has thousands of them."""
    said = (workspace.pk, about, source.value, by.name[:120], by.teammate_id, by.token_id, now.isoformat())
    head = "\t".join(map(copied, said))
    changed = [(pk, report) for pk, report in reports.items() if report.changed]
    if changed:
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(ADD_CHANGES) as copy:
            for begin in range(0, len(changed), HANDFUL):
                some = changed[begin : begin + HANDFUL]
                copy.write("".join([f"{head}\t{pk}\t{_changed(report)}\n" for pk, report in some]))


def count_refusals(
    about: str,
    workspace: Workspace,
    reports: Mapping[int | None, Report] | Mapping[int, Report],
    source: Source,
    by: Hand,
    now: datetime,
) -> None:
    """One line a refused value; the same refusal again is counted. `None` as pk: the record never came to be."""
    lines = {
        (pk, _bounded(key, 190), refusal.reason): (_bounded(refusal.message, 500), shown(report.raw.get(key)))
        for pk, report in reports.items()
        for key, refusal in islice(report.refused.items(), MOST_REFUSALS)
    }
    if lines:
        columns = [list(column) for column in zip(*((*line, *said) for line, said in lines.items()), strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(COUNT_REFUSALS, [workspace.pk, about, source, by.name[:120], now, now, *columns])


def latest_changes(record: Attributed) -> dict[str, Line]:
    """The line of every value of a record that tells where it comes from. One query.

    It is the newest one, but for a value that was put back: it reads as if nothing had happened to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(LATEST_CHANGES, [record.workspace_id, record.about, record.pk])
        return {
            key: Line(pk, record.about, key, orjson.loads(old), orjson.loads(new), source, hand, at)
            for key, pk, old, new, source, hand, at in cursor.fetchall()
        }


def origins_of(about: str, workspace: Workspace, pks: Iterable[int], key: str) -> dict[int, int]:
    """The write that tells where one value of each record comes from; records that none tells of are left out."""
    with connection.cursor() as cursor:
        cursor.execute(ORIGINS, [key, workspace.pk, about, list(pks), key])
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Around:
    """Of (record, key): the write that it came from before, and which of them come from elsewhere since."""

    before: Mapping[tuple[int, str], int]
    changed_since: frozenset[tuple[int, str]]


def around(about: str, workspace: Workspace, writes: Collection[int]) -> Around:
    """What stands in the history before and after some writes, one of a record. A value put back is as it was."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, [list(writes), workspace.pk, about])
        rows = cursor.fetchall()
    before = {(pk, key): origin for pk, key, origin, _ in rows if origin is not None}
    return Around(before, frozenset((pk, key) for pk, key, _, changed in rows if changed))


def history_of(record: Attributed, key: str) -> list[Line]:
    """Every line of one value, newest first (AUD-05)."""
    return lines_of(key, _changes(record, key))


def changes_of(record: Attributed, key: str, most: int, before: int | None = None) -> list[Line]:
    """The newest lines of one value, or the newest before a line: newest first."""
    changes = _changes(record, key)
    return lines_of(key, (changes.filter(pk__lt=before) if before else changes)[:most])


def lines_of(key: str, changes: Iterable[RecordChange]) -> list[Line]:
    """One value's part in what some writes changed."""
    told = ((change, *change.changes[key][:2]) for change in changes)
    return [Line(c.pk, c.about, key, old, new, c.source, c.hand, c.at, c.former_id is not None) for c, old, new in told]


def _changes(record: Attributed, key: str) -> QuerySet[RecordChange]:
    changes = RecordChange.objects.filter(
        workspace_id=record.workspace_id, about=record.about, record_id=record.pk, changes__has_key=key
    )
    return changes.order_by("-id")


def refusals_of(record: Attributed, keys: Iterable[str] | None = None) -> QuerySet[RefusedWrite]:
    """What was refused to a record, newest first (BEY-02): of all keys, or of some."""
    lines = RefusedWrite.objects.filter(workspace_id=record.workspace_id, about=record.about, record_id=record.pk)
    if keys is not None:
        lines = lines.filter(key__in=list(keys))
    return lines.order_by("-last_at", "-id")


def move_changes(about: str, workspace: Workspace, gone: int, kept: int) -> int:
    """Tell the history of a merged record as its survivor's: how many writes. Both rows must be locked."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE_CHANGES, [kept, gone, workspace.pk, about, gone])
        return cursor.rowcount


def move_changes_back(about: str, workspace: Workspace, gone: int, kept: int, others: Iterable[int] = ()) -> int:
    """The history of a record that is told apart again, with that of those merged into it before (`others`)."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE_CHANGES_BACK, [gone, gone, workspace.pk, about, kept, [gone, *others]])
        return cursor.rowcount


def move_refusals(about: str, workspace: Workspace, gone: int, kept: int) -> dict[str, Any]:
    """Count what was refused to a merged record as its survivor's: what `move_refusals_back` needs.

    Both rows must be locked.
    """
    values: dict[str, Any] = {"workspace": workspace.pk, "about": about, "gone": gone, "kept": kept}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_REFUSALS, values)
        moved, twice = cursor.fetchone()
    told = {"moved": moved, "twice": orjson.loads(twice) if twice else []}
    return told if moved or twice else {}


def move_refusals_back(about: str, workspace: Workspace, gone: int, kept: int, told: Mapping[str, Any]) -> None:
    """Count the two apart again; what was refused meanwhile stays with the survivor."""
    values: dict[str, Any] = {"workspace": workspace.pk, "about": about, "gone": gone, "kept": kept}
    values["moved"] = told["moved"]
    with connection.cursor() as cursor:
        cursor.execute(MOVE_REFUSALS_BACK, values)
        if told["twice"]:
            cursor.execute(COUNT_REFUSALS_APART, values | {"twice": orjson.dumps(told["twice"]).decode()})


def _changed(report: Report) -> str:
    """Old and new values as JSON, as COPY reads it."""
    return copied({key: _kept(change) for key, change in report.changed.items()})


def _kept(change: Change) -> Sequence[Any]:
    return change[:2] if change.origin is None else (*change[:2], change.origin)


def shown(raw: Any) -> str:
    """What was sent, as text that can be kept: bounded, without what PostgreSQL cannot hold."""
    return _bounded(raw if isinstance(raw, str) else _as_json(raw), LONGEST_RAW)


def _as_json(raw: Any) -> str:
    try:
        return orjson.dumps(raw, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # nested more deeply than it writes
        return "(too deeply nested to show)"


def _bounded(text: str, longest: int) -> str:
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()[:longest]
