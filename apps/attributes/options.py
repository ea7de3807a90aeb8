"""The options of lists: renaming one, with the values that hold it (QUAL-05…07, ATT-56)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.jobs import Left
from apps.workspace.patience import OutOfPatience, patience
from apps.workspace.problems import Problem

from .defining import announce, check_unchanging, checked_options, lock_definitions
from .kinds import KINDS, Setting, converted
from .models import Attribute, OptionRename, model_of
from .sampling import counted
from .settling import LOOK_AGAIN, has_settled
from .sources import Source

BATCH = 1_000
PATIENCE = 3.0
MOST_STRAYS = 100


@dataclass(frozen=True)
class Choice:
    """A value that records hold, or may hold; `count` is None where counting took too long."""

    value: str
    is_option: bool
    count: int | None = None

    @property
    def words(self) -> str:
        held = "" if self.count is None else f"{self.count:,} record{'' if self.count == 1 else 's'}"
        said = ", ".join(filter(None, ("" if self.is_option else "not in list", held)))
        return f"{self.value} ({said})" if said else self.value


def choices(attribute: Attribute, seconds: float = PATIENCE) -> list[Choice]:
    """The options in their order, then the stray values: what REST sent, or what was an option once (QUAL-06).

    The options alone where the values cannot be counted in so many seconds.
    """
    try:
        with patience(seconds):
            found = _counted(attribute)
    except OutOfPatience:
        return [Choice(option, True) for option in attribute.options]
    listed = [Choice(option, True, found.pop(option, 0)) for option in attribute.options]
    return listed + [Choice(value, False, count) for value, count in sorted(found.items())]


def _counted(attribute: Attribute) -> dict[str, int]:
    column = connection.ops.quote_name(attribute.column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*) FROM {_table(attribute)} "  # noqa: S608 - our own columns
            f"WHERE workspace_id = %s AND {column} IS NOT NULL GROUP BY {column} "
            f"ORDER BY {column} = ANY(%s) DESC, count(*) DESC LIMIT %s",
            [attribute.workspace_id, attribute.options, len(attribute.options) + MOST_STRAYS],
        )
        return dict(cursor.fetchall())


@transaction.atomic
def rename(
    attribute: Attribute, old: str, new: str, *, by: Hand, now: datetime, values: bool = True
) -> OptionRename | None:
    """Give an option, or a stray value, another name; one that is an option already takes the old one's place.

    With `values` the records that hold the old name follow, in the background; without, they keep it as a value that
    is not in the list (QUAL-07). Raises Problem, Refusal or Conflict with what stands in the way.
    """
    lock_definitions(attribute.workspace)
    attribute = Attribute.objects.select_related("workspace").get(pk=attribute.pk)
    check_unchanging(attribute)
    new = new.strip()
    attribute.options = checked_options(_renamed(attribute, old, new))
    announce(attribute, now)
    record(
        Activity.ATTRIBUTE_CHANGE,
        workspace=attribute.workspace,
        by=by,
        now=now,
        attribute=attribute.name,
        renamed={"from": old, "to": new, "values": values},
    )
    return _begin(attribute, old, new, by, now) if values else None


def _renamed(attribute: Attribute, old: str, new: str) -> Sequence[str]:
    if attribute.kind != "list":
        raise Problem(f"{attribute.name} has no options.")
    if new in ("", old):
        raise Problem("Enter another name.", field="new")
    if old not in attribute.options and new not in attribute.options:
        raise Problem(f"“{old}” is not an option, so it can only become one of: {', '.join(attribute.options)}.")
    return [new if option == old else option for option in attribute.options]


def _begin(attribute: Attribute, old: str, new: str, by: Hand, now: datetime) -> OptionRename:
    condition = f"workspace_id = %s AND {connection.ops.quote_name(attribute.column)} = %s"
    total = counted(model_of(attribute.about), condition, [attribute.workspace_id, old])
    job = OptionRename.objects.create(
        workspace=attribute.workspace,
        by_id=by.teammate_id,
        attribute=attribute,
        old=old,
        new=new,
        total=total,
        created_at=now,
    )
    job.wake()
    return job


def step(job: OptionRename, now: datetime) -> Left:
    """The next records that hold the old name; nothing is left either where the attribute is no list any more."""
    if not has_settled(job):
        return LOOK_AGAIN
    lock_definitions(job.workspace)
    attribute = Attribute.objects.select_related("workspace").get(pk=job.attribute_id)
    if attribute.kind != "list":
        return False
    with connection.cursor() as cursor:
        statement, parameters = _batch(job, attribute, now)
        cursor.execute(statement, parameters)
        last, amount = cursor.fetchone()
    job.cursor, job.done = last or job.cursor, job.done + amount
    return amount == BATCH


def _batch(job: OptionRename, attribute: Attribute, now: datetime) -> tuple[str, list[Any]]:
    """The statement that renames a batch, in both columns of an attribute that has two, and notes it in the history."""
    quote = connection.ops.quote_name
    table, values = _table(attribute), {attribute.column: job.new}
    if attribute.shadow_column:
        setting = Setting(Source.CSV, attribute.workspace.zone, tuple(attribute.shadow_options))
        values[attribute.shadow_column] = converted(
            job.new, KINDS[attribute.kind], KINDS[attribute.shadow_kind], setting
        )
    statement = f"""
        WITH holding AS (
            SELECT id FROM {table} WHERE workspace_id = %s AND id > %s AND {quote(attribute.column)} = %s
            ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE
        ), renamed AS (
            UPDATE {table} AS held SET {", ".join(f"{quote(name)} = %s" for name in values)}, updated_at = %s
            FROM holding WHERE held.id = holding.id
        ), noted AS (
            INSERT INTO attributes_recordchange
                (workspace_id, about, record_id, changes, source, hand, teammate_id, at)
            SELECT %s, %s, id, jsonb_build_object(%s::text, jsonb_build_array(%s::text, %s::text)), %s, %s, %s, %s
            FROM holding
        )
        SELECT max(id), count(*) FROM holding
    """  # noqa: S608 - our own columns
    line = [job.workspace_id, attribute.about, attribute.name, job.old, job.new]
    return statement, [
        *(job.workspace_id, job.cursor, job.old, *values.values(), now),
        *(*line, Source.AUTO, "Option renamed", job.by_id, now),
    ]


def _table(attribute: Attribute) -> str:
    return connection.ops.quote_name(model_of(attribute.about)._meta.db_table)
