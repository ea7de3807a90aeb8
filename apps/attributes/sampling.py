"""Looking at some records in place of all, where all are too many for a page (BEY-10)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from apps.workspace.patience import OutOfPatience, patience

from .models import Attributed

ROWS = 50_000
PATIENCE = 2.0  # seconds for counting all


def share(model: type[Attributed], rows: int = ROWS) -> float:
    """How many percent of a table's pages hold about so many rows, for `TABLESAMPLE SYSTEM`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return min(100.0, 100 * rows / max(cursor.fetchone()[0], 1))


def counted(model: type[Attributed], condition: str, parameters: Sequence[Any]) -> int:
    """How many rows a condition holds for; about how many, where counting them takes too long."""
    try:
        with patience(PATIENCE):
            return _counted(model, "", condition, parameters)
    except OutOfPatience:
        percent = share(model)
        sample = f"TABLESAMPLE SYSTEM ({percent:.6f})"
        return round(_counted(model, sample, condition, parameters) * 100 / percent)


def _counted(model: type[Attributed], sample: str, condition: str, parameters: Sequence[Any]) -> int:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} {sample} WHERE {condition}", parameters)  # noqa: S608 - our own columns
        return cursor.fetchone()[0]
