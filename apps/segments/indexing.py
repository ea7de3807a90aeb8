"""Indexes on demand (BEY-12): what large workspaces filter and sort by often is fast after a while.

    want ──▶ a row of ValueIndex ──▶ maintain, in the queue: CREATE INDEX CONCURRENTLY ──▶ ready ──▶ unused: dropped

An index is wanted when a segment asks for its column, or when a list in its order, or under a filter of it, was slow.
It is over the records that lists show of that one workspace, in the order of the lists, which is read backwards for the
other way: `(value DESC NULLS LAST, id DESC)`. Of people it also holds the role, so that counts need not look at them.

What a killed worker leaves is an index that PostgreSQL calls invalid: it is dropped, and made anew.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.models import model_of
from apps.workspace.models import Workspace

from . import catalogue, counting
from .language import Condition, Filter, Unreadable
from .models import IndexState, ValueIndex
from .predefined import abouts, own_of
from .standing import all_of

LARGE = 50_000  # records that lists show: below that no index is missed
SLOW = 0.5  # seconds of a page that an index would have made faster
MOST = 24  # of a workspace
UNUSED = timedelta(days=30)
MOST_ATTEMPTS = 5
BUILDERS = 0x76616C75  # the lock that keeps them apart
OURS = r"~ '^value_index_[0-9]+$'"
PATIENCE = "2h"  # for one index
# What an index finds, by comparison. Text is compared as it is written; what is part of a text is no range of an index.
RANGES = {"is", "greater_than", "less_than", "more_than", "exactly", "on", "after", "before"}
# In their order from the first day on.
AT_HAND = {("person", "last_seen_at", False), ("company", "last_request_at", False)}
log = logging.getLogger(__name__)


# ---- wanting ---------------------------------------------------------------------------------------------------------


def took(
    workspace: Workspace, about: str, order: Definition | None, asked: Filter, seconds: float, now: datetime
) -> str:
    """A list in the order of an attribute, under a filter, took so long: where that was slow, indexes are wanted.

    Returns what to say of those that are under way; nothing where there are none.
    """
    if seconds < SLOW or not is_large(workspace, about):
        return ""
    wanted: dict[str, ValueIndex | None] = {}
    if order and order.kind.name != "member":
        wanted[order.label] = _want(workspace, order, order.kind.column == "text", now)
    for definition in _asked(workspace, about, asked.conditions()):
        wanted[definition.label] = _want(workspace, definition, False, now)
    waiting = [label for label, index in wanted.items() if index and index.state == IndexState.WANTED]
    verb = "is" if len(waiting) == 1 else "are"
    return f"{' and '.join(waiting)} {verb} being indexed: this list will be fast soon." if waiting else ""


def want_for_segments(now: datetime) -> None:
    """What the segments of large workspaces ask for is indexed before anybody waits for it."""
    for workspace in Workspace.objects.all():
        for about in abouts():
            if is_large(workspace, about):
                for definition in _asked_by_segments(workspace, about):
                    _want(workspace, definition, False, now)


def is_large(workspace: Workspace, about: str) -> bool:
    return counting.expected(_listed(workspace, about)) >= LARGE


def _listed(workspace: Workspace, about: str) -> QuerySet:
    return own_of(about).listed(workspace)


def _asked_by_segments(workspace: Workspace, about: str) -> Iterator[Definition]:
    for standing in all_of(workspace, about):
        with suppress(Unreadable):
            yield from _asked(workspace, about, standing.filter.conditions())


def _asked(workspace: Workspace, about: str, conditions: Iterable[Condition]) -> Iterator[Definition]:
    """The attributes that some conditions ask for in a way that an index serves."""
    for condition in conditions:
        field = catalogue.find(workspace, about, condition.field)
        own = field.definition if field and not field.relation else None
        if own and condition.comparison in RANGES and own.column not in own_of(about).counted_with:
            yield own


def _want(workspace: Workspace, definition: Definition, is_folded: bool, now: datetime) -> ValueIndex | None:
    """The index that is there, or is wanted from now on; None where there are too many."""
    key = {"workspace": workspace, "about": definition.about, "column": definition.column, "is_folded": is_folded}
    if (definition.about, definition.column, is_folded) in AT_HAND:
        return None
    found = ValueIndex.objects.filter(**key).first()
    if found or ValueIndex.objects.filter(workspace=workspace).count() >= MOST:
        return found
    return ValueIndex.objects.get_or_create(**key, defaults={"wanted_at": now, "used_at": now})[0]


# ---- in the queue ----------------------------------------------------------------------------------------------------


def maintain(now: datetime) -> None:
    """Drop what nobody needs, mend what is broken, make what is wanted. One worker at a time."""
    with _alone() as alone:
        if not alone:
            return
        _note_use(now)
        for index in ValueIndex.objects.select_related("workspace").order_by("pk"):
            if _is_stale(index) or now - index.used_at > UNUSED:
                _drop(index.name)
                index.delete()
        for name in _strays():
            _drop(name)
        wanted = ValueIndex.objects.exclude(state=IndexState.READY).filter(attempts__lt=MOST_ATTEMPTS)
        for index in wanted.select_related("workspace").order_by("attempts", "wanted_at", "pk"):
            _build(index, now)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at it. PostgreSQL lets go when the connection ends, which is when a worker dies."""
    (alone,) = _row("SELECT pg_try_advisory_lock(%s)", [BUILDERS])
    try:
        yield alone
    finally:
        if alone:
            _row("SELECT pg_advisory_unlock(%s)", [BUILDERS])


def _note_use(now: datetime) -> None:
    used = dict(
        _rows("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE 'value\\_index\\_%%'")
    )
    for index in ValueIndex.objects.filter(state=IndexState.READY):
        scans = used.get(index.name, 0)
        if scans != index.scans:
            ValueIndex.objects.filter(pk=index.pk).update(scans=scans, used_at=now)


def _is_stale(index: ValueIndex) -> bool:
    """Whether no attribute lives in the column any more: it was archived, or has another type."""
    return all(one.column != index.column for one in catalogue_of(index.workspace, index.about).active)


def _strays() -> list[str]:
    """Indexes that no row knows: their workspace is gone."""
    known = {index.name for index in ValueIndex.objects.all()}
    there = _rows(f"SELECT relname FROM pg_class WHERE relkind = 'i' AND relname {OURS}")  # noqa: S608 - a constant
    return [name for (name,) in there if name not in known]


def _build(index: ValueIndex, now: datetime) -> None:
    ValueIndex.objects.filter(pk=index.pk).update(attempts=index.attempts + 1)
    outcome: dict[str, Any] = {"state": IndexState.READY, "built_at": now, "used_at": now, "error": ""}
    try:
        if _is_valid(index.name) is not True:
            _drop(index.name)
            _create(index)
    except DatabaseError as error:
        log.exception("The index %s was not made", index.name)
        _drop(index.name)  # half made, it would be written and never read
        outcome = {"state": IndexState.FAILED, "error": str(error)[:500]}
    ValueIndex.objects.filter(pk=index.pk).update(**outcome)


def _is_valid(name: str) -> bool | None:
    """None: it is not there at all."""
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
    return next((valid for (valid,) in _rows(query, [name])), None)


def _create(index: ValueIndex) -> None:
    quoted, model = connection.ops.quote_name, model_of(index.about)
    table, column = quoted(model._meta.db_table), quoted(index.column)
    value = f"lower({column})" if index.is_folded else column
    held = ", ".join(map(quoted, own_of(index.about).counted_with))
    with _unhurried():
        _do(
            f"CREATE INDEX CONCURRENTLY {quoted(index.name)} ON {table} ({value} DESC NULLS LAST, id DESC) "
            f"{f'INCLUDE ({held}) ' if held else ''}WHERE {_condition(index)}"
        )


def _condition(index: ValueIndex) -> str:
    """Which rows it is over, in the words in which lists ask for them: so the planner sees that they are the same."""
    query = _listed(index.workspace, index.about).query
    sql, given = query.where.as_sql(query.get_compiler(connection=connection), connection)
    with connection.cursor() as cursor:
        return cursor.mogrify(sql, given)


def _drop(name: str) -> None:
    _do(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(name)}")


@contextmanager
def _unhurried() -> Iterator[None]:
    """What a page may not take, a build may."""
    (before,) = _row("SELECT current_setting('statement_timeout')", [])
    _row("SELECT set_config('statement_timeout', %s, false)", [PATIENCE])
    try:
        yield
    finally:
        _row("SELECT set_config('statement_timeout', %s, false)", [before])


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _row(query: str, given: Iterable[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, list(given))
        return cursor.fetchone()


def _rows(query: str, given: Iterable[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(given))
        return cursor.fetchall()
