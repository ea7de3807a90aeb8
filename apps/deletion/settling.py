"""What PostgreSQL itself still keeps of rows that are gone: their bytes on pages that nobody has written over, samples
of columns, and its log of changes. It lets go of them by and by; after a destruction it is asked to do so now.

Small tables are written anew, which takes a moment in which nobody else reaches them; large ones are swept, and their
freed places are written over in time, unless somebody asks for all (`purge_due --rewrite`). A server that is not ours
may refuse some of it; then it keeps to its own time.
"""

import logging

from django.db import DatabaseError, connection

from . import reach
from .reach import Fate

log = logging.getLogger(__name__)
SMALL = 64 * 2**20  # bytes, with indexes: written anew within about a second
PATIENCE = "2s"  # for others to leave a table alone; they wait in line behind us meanwhile
SWEEP, REWRITE = "VACUUM (ANALYZE, INDEX_CLEANUP ON)", "VACUUM (FULL, ANALYZE)"
SAMPLES, LOG = "pg_statistic", ("SELECT pg_switch_wal()", "CHECKPOINT")
SIZES = """
    SELECT oid::regclass::text, pg_total_relation_size(oid) FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'
"""


def settle(*, rewrite_all: bool = False) -> None:
    """Have PostgreSQL let go of what was deleted. Not within a transaction, where nothing can be vacuumed."""
    if connection.in_atomic_block:
        return
    _told(f"SET lock_timeout = '{PATIENCE}'")
    for table, size in _tables().items():
        small = rewrite_all or size <= SMALL
        if not (small and _told(f"{REWRITE} {table}")):
            _told(f"{SWEEP} {table}")
    if not _told(f"VACUUM (FULL) {SAMPLES}"):  # after the new ones were taken
        _told(f"VACUUM {SAMPLES}")
    for statement in LOG:
        _told(statement)
    _told("RESET lock_timeout")


def _tables() -> dict[str, int]:
    """Every table that may have held something, with its size in bytes."""
    models = {place.model for place in reach.places() if place.model and place.fate is not Fate.SPARED}
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
