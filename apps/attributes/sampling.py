"""Looking at some records in place of all, where all are too many for a page (BEY-10)."""

from django.db import connection

from .models import Attributed

ROWS = 50_000


def share(model: type[Attributed], rows: int = ROWS) -> float:
    """How many percent of a table's pages hold about so many rows, for `TABLESAMPLE SYSTEM`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return min(100.0, 100 * rows / max(cursor.fetchone()[0], 1))
