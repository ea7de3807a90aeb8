"""What the stores themselves still keep of rows that are gone: PostgreSQL their bytes on pages that nobody has written
over, samples of columns, and its log of changes; Redis every command since its file was last written anew. They let go
of it by and by; after a destruction they are asked to do so now, and the receipts say when nothing was left (BEY-09).

Small tables are written anew at once, which takes a moment in which nobody else reaches them. A large one takes about a
minute for a million people, so it waits for the night, unless somebody asks for it. As long as a transaction is open
that began before the destruction, PostgreSQL keeps what it may still read: then it is tried again an hour later. A
server that is not ours may refuse some of it and keep to its own time.
"""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from redis import RedisError

from apps.workspace.jobs import Job
from apps.workspace.models import Workspace
from apps.workspace.redis_line import ask

from . import reach
from .models import Receipt
from .reach import Fate

log = logging.getLogger(__name__)
SMALL = 64 * 2**20  # bytes, with indexes: written anew within a few seconds
NIGHT = range(2, 5)  # the hours in which large tables are written anew, where the workspace is
PATIENCE = "2s"  # for others to leave a table alone; they wait in line behind us meanwhile
READERS_MAY_TAKE = 10.0  # seconds for those who began to read before the destruction
SWEEP, REWRITE = "VACUUM (ANALYZE, INDEX_CLEANUP ON)", "VACUUM (FULL, ANALYZE, VERBOSE)"
SAMPLES, LOG = "pg_statistic", ("SELECT pg_switch_wal()", "CHECKPOINT")
SIZES = """
    SELECT oid::regclass::text, pg_total_relation_size(oid) FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'
"""
ALONE = "SELECT pg_try_advisory_lock(hashtext('deletion.settling'))"
LET_OTHERS = "SELECT pg_advisory_unlock(hashtext('deletion.settling'))"
NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
# Who writes in another database of the server counts as well: a snapshot taken here reaches back to them.
EARLIER_READERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker' AND (
        age(backend_xid) > age(%(since)s::xid)
        OR datname = current_database() AND age(backend_xmin) > age(%(since)s::xid)
    )
"""
KEPT = re.compile(r"\d+")  # "2 dead row versions cannot be removed yet", in whatever language


def settle_what_is_left(now: datetime, *, rewrite_all: bool = False) -> bool:
    """Settle as long as a receipt says that something is left. Whether nothing is now."""
    left = list(Receipt.objects.filter(settled_at=None).order_by("pk").values_list("pk", flat=True))
    if not left:
        return True
    if not settle(rewrite_all=rewrite_all or is_night(now)):
        return False
    return bool(Receipt.objects.filter(pk__range=(left[0], left[-1]), pk__in=left).update(settled_at=now))


def is_night(now: datetime) -> bool:
    """Whether large tables may be written anew: where any workspace of this server that destroyed somebody sleeps."""
    waiting = Receipt.objects.filter(settled_at=None).values("workspace")
    zones = {workspace.zone for workspace in Workspace.objects.filter(pk__in=waiting)}
    return any(now.astimezone(zone).hour in NIGHT for zone in zones)


def settle(*, rewrite_all: bool = False) -> bool:
    """Have the stores let go of what was deleted: whether not a byte is left in any table.

    Not within a transaction, where nothing can be vacuumed; and by one process at a time.
    """
    if connection.in_atomic_block:
        return False
    with _alone() as is_alone:
        if not is_alone:
            return False
        _wait_for_earlier_readers()
        all_anew = _tables_written_anew(rewrite_all)
        if not _told(f"VACUUM (FULL) {SAMPLES}"):  # after the new ones were taken
            _told(f"VACUUM {SAMPLES}")
        for statement in LOG:
            _told(statement)
        _rewrite_log_of_redis()
        return all_anew


@contextmanager
def _alone() -> Iterator[bool]:
    _told(f"SET lock_timeout = '{PATIENCE}'")
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            _told(LET_OTHERS)
        _told("RESET lock_timeout")


def _wait_for_earlier_readers() -> None:
    """Wait a little for transactions that may still read what was deleted: a table written anew would keep it."""
    until = time.monotonic() + READERS_MAY_TAKE
    with connection.cursor() as cursor:
        cursor.execute(NEXT_TRANSACTION)
        (since,) = cursor.fetchone()
        bound = str(int(since) % 2**32)
        while time.monotonic() < until:
            cursor.execute(EARLIER_READERS, {"since": bound})
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.1)


def _tables_written_anew(rewrite_all: bool) -> bool:
    """Whether all were; those that were not are swept."""
    left = []
    for table, size in _tables().items():
        may = rewrite_all or size <= SMALL
        if not (may and _written_anew(table)):
            _told(f"{SWEEP} {table}")
            left.append(table)
    return not left


def _written_anew(table: str) -> bool:
    """Whether it was, and without anything that is deleted: PostgreSQL says how much of that it still had to keep."""
    kept: list[str] = []

    def heard(said: Any) -> None:
        kept.extend(KEPT.findall(said.message_detail or "")[:1])

    connection.ensure_connection()
    line: Any = connection.connection
    line.add_notice_handler(heard)
    try:
        return _told(f"{REWRITE} {table}") and not any(map(int, kept))
    finally:
        line.remove_notice_handler(heard)


def _tables() -> dict[str, int]:
    """Every table that may have held something, errors of jobs as well, with its size in bytes."""
    known = ((place.model, place.fate) for place in reach.places() if place.model)
    models = {model for model, fate in known if fate is not Fate.SPARED or issubclass(model, Job)}
    names = sorted(model._meta.db_table for model in models)
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [names])
        return dict(cursor.fetchall())


def _told(statement: str) -> bool:
    """Whether PostgreSQL did it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as refused:
        log.info("PostgreSQL lets go of what was deleted in its own time: %s", refused)
        return False
    return True


def _rewrite_log_of_redis() -> None:
    """It holds every command since it was last written, those about somebody who was online or counted as well."""
    try:
        if b"aof_enabled:1" in ask("INFO", "persistence"):
            ask("BGREWRITEAOF")
    except RedisError as refused:
        log.info("Redis lets go of what was deleted in its own time: %s", refused)
