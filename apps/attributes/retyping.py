"""Changing an attribute's kind without losing a value, while people go on being written (ATT-18, ATT-19, BEY-06).

    begin ──▶ settle ──▶ copy ──▶ swap ──▶ note          undo, for seven days
     a column of the new kind is      the attribute moves to the new column;
     filled beside the old one        the old one goes on being filled beside it

From `begin` on every writer fills both columns (the second one is the attribute's *shadow*), so nothing that arrives
meanwhile is lost. `settle` waits for the transactions that do not know that yet. The copy takes rows in batches, in the
order of their keys as all writers do, so the table is never locked. Nobody sees the new column before the swap, which
is one row of one table. After it the old column is the shadow: undoing swaps back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.jobs import Left
from apps.workspace.patience import OutOfPatience, patience
from apps.workspace.problems import Conflict, Problem

from . import sampling
from .defining import OFFERED_KINDS, announce, check_unchanging, checked_options, free_column, lock_definitions
from .kinds import KINDS, Kind, Setting, converted
from .models import Attribute, ColumnClearance, Phase, RecordChange, TypeChange, model_of
from .settling import LOOK_AGAIN, has_settled
from .sources import Source
from .usage import uses_of

UNDO = timedelta(days=7)
BATCH = 1_000  # rows that stay locked together: a ping of one of them waits
PREVIEWED = 200_000  # different values; beyond that the preview says "≈"
PREVIEW_PATIENCE = 8.0  # seconds
SAMPLES = 5


# ---- looking ahead ---------------------------------------------------------------------------------------------------


@dataclass
class Preview:
    """What a change would do, before it is done."""

    kind: Kind
    converts: int = 0
    clears: int = 0
    is_exact: bool = True
    samples: list[tuple[str, str]] = field(default_factory=list)  # (before, after)
    cleared: list[str] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)

    def scale(self, total: int, share: float) -> None:
        """Conclude from the values that were looked at, out of a total that is a share of all, to all of them."""
        looked_at = self.converts + self.clears
        self.is_exact = looked_at == total and share == 100
        all_values = round(total * 100 / share)
        self.converts = round(self.converts * all_values / looked_at)
        self.clears = all_values - self.converts


def preview(attribute: Attribute, kind: str, options: Sequence[str] = ()) -> Preview:
    """Count what converts and what clears, with samples, and name what uses the attribute.

    Where looking at every value takes too long, some are looked at, and the counts are concluded from them.
    """
    before, after, setting = _kinds(attribute, kind, options)
    seen = Preview(after, uses=uses_of(attribute))
    try:
        with patience(PREVIEW_PATIENCE):
            rows, share = _different_values(attribute), 100.0
    except OutOfPatience:
        share = sampling.share(model_of(attribute.about))
        rows = _different_values(attribute, share)
    for stored, amount, _ in rows:
        value = before.loaded(stored)
        new = converted(value, before, after, setting)
        if new is None:
            seen.clears += amount
            if len(seen.cleared) < SAMPLES:
                seen.cleared.append(before.words(value))
        else:
            seen.converts += amount
            if len(seen.samples) < SAMPLES:
                seen.samples.append((before.words(value), after.words(new)))
    if rows:
        seen.scale(rows[0][2], share)
    return seen


def _kinds(attribute: Attribute, kind: str, options: Sequence[str]) -> tuple[Kind, Kind, Setting]:
    if kind not in OFFERED_KINDS:
        raise Problem("That is not a type of attribute.", field="kind")
    options = checked_options(options) if kind == "list" else []
    # as strict as a file: a list takes its options alone
    return KINDS[attribute.kind], KINDS[kind], Setting(Source.CSV, attribute.workspace.zone, tuple(options))


def _different_values(attribute: Attribute, share: float = 100) -> list[tuple[Any, int, int]]:
    """(value, how many hold it, how many hold any) of all records, or of a share of them in percent."""
    table, column = _table(attribute), connection.ops.quote_name(attribute.column)
    sample = "" if share == 100 else f"TABLESAMPLE SYSTEM ({share:.6f})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*), (sum(count(*)) OVER ())::bigint FROM {table} {sample} "  # noqa: S608
            f"WHERE workspace_id = %s AND {column} IS NOT NULL GROUP BY {column} LIMIT %s",
            [attribute.workspace_id, PREVIEWED],
        )
        return cursor.fetchall()


def _table(attribute: Attribute) -> str:
    return connection.ops.quote_name(model_of(attribute.about)._meta.db_table)


# ---- the job ---------------------------------------------------------------------------------------------------------


def step(change: TypeChange, now: datetime) -> Left:
    """One step of the job, by its phase."""
    return {Phase.SETTLING: _settle, Phase.COPYING: _copy, Phase.NOTING: _note}[Phase(change.phase)](change, now)


def _settle(change: TypeChange, now: datetime) -> Left:
    if not has_settled(change):
        return LOOK_AGAIN
    change.phase = Phase.COPYING
    return True


def _copy(change: TypeChange, now: datetime) -> bool:
    rows = _next_rows(
        change, f"{{old}} IS NOT NULL AND id > %s ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE", [change.cursor]
    )
    if rows:
        _convert(change, rows)
        change.cursor, change.done = rows[-1][0], change.done + len(rows)
        return True
    _swap(change, now)
    change.phase, change.cursor = Phase.NOTING, 0
    return True


def _convert(change: TypeChange, rows: list[tuple[int, Any]]) -> None:
    before, after = KINDS[change.from_kind], KINDS[change.to_kind]
    setting = Setting(Source.CSV, change.workspace.zone, tuple(change.to_options))
    values = [converted(before.loaded(stored), before, after, setting) for _, stored in rows]
    kept = sum(value is not None for value in values)
    change.converted, change.cleared = change.converted + kept, change.cleared + len(rows) - kept
    table, column = _table(change.attribute), connection.ops.quote_name(change.to_column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS held SET {column} = new.value "  # noqa: S608 - our own columns
            f"FROM unnest(%s::bigint[], %s::{SQL_ARRAYS[after.column]}) AS new(id, value) WHERE held.id = new.id",
            [[pk for pk, _ in rows], values],
        )


def _swap(change: TypeChange, now: datetime) -> None:
    lock_definitions(change.workspace)
    attribute = Attribute.objects.get(pk=change.attribute_id)
    attribute.kind, attribute.column, attribute.options = change.to_kind, change.to_column, change.to_options
    attribute.shadow_kind, attribute.shadow_column = change.from_kind, change.from_column
    attribute.shadow_options = change.from_options
    announce(attribute, now)
    change.swapped_at, change.undo_until = now, now + UNDO


def _note(change: TypeChange, now: datetime) -> bool:
    """A line in the history of each value that did not fit, once the change is seen."""
    rows = _next_rows(
        change, f"{{old}} IS NOT NULL AND {{new}} IS NULL AND id > %s ORDER BY id LIMIT {BATCH}", [change.cursor]
    )
    if not rows:
        return False
    before = KINDS[change.from_kind]
    RecordChange.objects.bulk_create(
        RecordChange(
            workspace_id=change.workspace_id,
            about=change.attribute.about,
            record_id=pk,
            changes={change.attribute.name: [_as_kept(before.loaded(stored)), None]},
            source=Source.AUTO,
            hand=f"Type changed to {KINDS[change.to_kind].label}",
            teammate_id=change.by_id,
            at=now,
        )
        for pk, stored in rows
    )
    change.cursor = rows[-1][0]
    return True


def _as_kept(value: Any) -> Any:
    """A value as its history keeps it: dates as text."""
    return value.isoformat() if isinstance(value, datetime) else value


def _next_rows(change: TypeChange, condition: str, parameters: list[Any]) -> list[tuple[int, Any]]:
    quote = connection.ops.quote_name
    old, new = quote(change.from_column), quote(change.to_column)
    where = condition.format(old=old, new=new)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {old} FROM {_table(change.attribute)} WHERE workspace_id = %s AND {where}",  # noqa: S608
            [change.workspace_id, *parameters],
        )
        return cursor.fetchall()


def call_off(change: TypeChange, now: datetime) -> None:
    """The attribute stays what it is; the half-filled column is emptied."""
    if change.swapped_at:
        return
    lock_definitions(change.workspace)
    attribute = Attribute.objects.get(pk=change.attribute_id)
    drop_shadow(attribute, now)


SQL_ARRAYS = {"text": "text[]", "number": "double precision[]", "date": "timestamptz[]", "flag": "boolean[]"}


def clear(job: ColumnClearance) -> Left:
    """Empty the next rows of a column."""
    if not has_settled(job):
        return LOOK_AGAIN
    quote = connection.ops.quote_name
    table, column = quote(model_of(job.about)._meta.db_table), quote(job.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH full_rows AS (
                SELECT id FROM {table} WHERE workspace_id = %s AND id > %s AND {column} IS NOT NULL
                ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE
            ), emptied AS (
                UPDATE {table} AS held SET {column} = NULL FROM full_rows WHERE held.id = full_rows.id
            )
            SELECT max(id), count(*) FROM full_rows
            """,  # noqa: S608 - our own columns
            [job.workspace_id, job.cursor],
        )
        last, amount = cursor.fetchone()
    job.cursor, job.done = last or job.cursor, job.done + amount
    return amount == BATCH


# ---- what teammates ask for ------------------------------------------------------------------------------------------


@transaction.atomic
def begin(attribute: Attribute, kind: str, *, by: Hand, now: datetime, options: Sequence[str] = ()) -> TypeChange:
    """Start changing an attribute's kind. Raises Problem or Refusal with what stands in the way."""
    lock_definitions(attribute.workspace)
    attribute = Attribute.objects.select_related("workspace").get(pk=attribute.pk)
    _, after, setting = _kinds(attribute, kind, options)
    if attribute.archived_at:
        raise Conflict(f"{attribute.name} is archived. Unarchive it first.")
    if kind == attribute.kind:
        raise Problem(f"{attribute.name} is {after.label} already.", field="kind")
    check_unchanging(attribute)
    if attribute.shadow_column:  # an earlier change can no longer be undone
        _forget_undo(attribute, now)
    column = free_column(attribute.workspace, attribute.about, after)
    change = TypeChange.objects.create(
        workspace=attribute.workspace,
        by_id=by.teammate_id,
        attribute=attribute,
        from_kind=attribute.kind,
        to_kind=kind,
        from_column=attribute.column,
        to_column=column,
        from_options=attribute.options,
        to_options=list(setting.options),
        total=_filled(attribute),
        created_at=now,
    )
    attribute.shadow_kind, attribute.shadow_column, attribute.shadow_options = kind, column, list(setting.options)
    announce(attribute, now)
    _audit(change, by, now, to=kind)
    change.wake()
    return change


@transaction.atomic
def undo(change: TypeChange, *, by: Hand, now: datetime) -> Attribute:
    """Swap back: every value is what it was, and what was written since is kept as far as it fits.

    Raises Conflict when it is too late or done already.
    """
    lock_definitions(change.workspace)
    change = (
        TypeChange.objects.select_for_update(of=("self",)).select_related("workspace", "attribute").get(pk=change.pk)
    )
    attribute = change.attribute
    if not change.can_be_undone(now) or attribute.shadow_column != change.from_column:
        raise Conflict("This change can no longer be undone.")
    attribute.kind, attribute.column, attribute.options = change.from_kind, change.from_column, change.from_options
    attribute.shadow_kind, attribute.shadow_column = change.to_kind, change.to_column
    drop_shadow(attribute, now)
    change.undone_at = now
    if change.is_under_way:
        change.cancel()
    change.save(update_fields=["undone_at"])
    _audit(change, by, now, to=change.from_kind, undone=True)
    return attribute


def lost_by_undoing(change: TypeChange) -> int:
    """How many values, written since the change, do not fit the old type and would become unknown."""
    old, new = connection.ops.quote_name(change.from_column), connection.ops.quote_name(change.to_column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {_table(change.attribute)} "  # noqa: S608 - our own columns
            f"WHERE workspace_id = %s AND {new} IS NOT NULL AND {old} IS NULL",
            [change.workspace_id],
        )
        return cursor.fetchone()[0]


def _audit(change: TypeChange, by: Hand, now: datetime, **more: Any) -> None:
    metadata = {"attribute": change.attribute.name, "about": change.attribute.about, **more}
    record(Activity.ATTRIBUTE_TYPE_CHANGE, workspace=change.workspace, by=by, now=now, **metadata)


def _filled(attribute: Attribute) -> int:
    condition = f"workspace_id = %s AND {connection.ops.quote_name(attribute.column)} IS NOT NULL"
    return sampling.counted(model_of(attribute.about), condition, [attribute.workspace_id])


def drop_shadow(attribute: Attribute, now: datetime) -> None:
    """Writers fill one column again; the other is emptied and becomes free."""
    if not attribute.shadow_column:
        return
    clearance = ColumnClearance.objects.create(
        workspace=attribute.workspace, about=attribute.about, column=attribute.shadow_column, created_at=now
    )
    attribute.shadow_kind, attribute.shadow_column, attribute.shadow_options = "", "", []
    announce(attribute, now)
    clearance.wake()


def _forget_undo(attribute: Attribute, now: datetime) -> None:
    TypeChange.objects.filter(attribute=attribute, undo_until__gt=now).update(undo_until=now)
    drop_shadow(attribute, now)


def let_go(now: datetime) -> int:
    """The seven days of some changes are over: their old columns are emptied. Returns how many."""
    due = TypeChange.objects.filter(undo_until__lte=now, undone_at=None).exclude(attribute__shadow_column="")
    gone = 0
    for change in due.select_related("attribute__workspace"):
        with transaction.atomic():
            lock_definitions(change.attribute.workspace)
            attribute = Attribute.objects.select_related("workspace").get(pk=change.attribute_id)
            if attribute.shadow_column == change.from_column and attribute.column == change.to_column:
                drop_shadow(attribute, now)
                gone += 1
    return gone
