"""The rows of a file, written by the database: what it sends goes into the file as it comes.

Nobody is held in memory, however many there are, and no row is made in Python: the database writes a cell in less time
than it takes to hand it over.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from apps.attributes.csv_cells import escaped
from apps.companies.fields import of_latest
from apps.companies.models import Company
from apps.workspace.models import Workspace

from .columns import Column

COMPANY = "company_pk"  # of the company that a person's row speaks of


def header(columns: Iterable[Column], now: datetime) -> bytes:
    """The first line. `now`: in the workspace's zone, for its abbreviation (EXP-03)."""
    return line(column.header(now) for column in columns)


def line(cells: Iterable[str]) -> bytes:
    """One line of a file, as the database writes its own."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([escaped(cell) for cell in cells])
    return text.getvalue().encode()


def write(file: IO[bytes], workspace: Workspace, columns: Sequence[Column], records: QuerySet, zone: str) -> int:
    """Write records into a file, in the order of their keys: how many there were."""
    try:
        statement, parameters = _statement(workspace, columns, records, zone)
    except EmptyResultSet:  # what is asked cannot be met by anybody
        return 0
    written = 0
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as rows:
        for row in rows:  # the database sends a row at a time
            file.write(row)
            written += 1
    return written


def _statement(
    workspace: Workspace, columns: Sequence[Column], records: QuerySet, zone: str
) -> tuple[str, Sequence[Any]]:
    own = {f"c{place}": column.value for place, column in enumerate(columns) if not column.of_company}
    joins = any(column.of_company for column in columns)
    if joins:
        own[COMPANY] = of_latest(workspace, F("pk"))
    asked = records.order_by("pk").annotate(**{f"cell_{name}": value for name, value in own.items()})
    inner, parameters = asked.values_list("pk", *(f"cell_{name}" for name in own)).query.sql_with_params()
    cells = ", ".join(column.sql(place, zone) for place, column in enumerate(columns))
    names = ", ".join(["pk", *own])
    join = f"LEFT JOIN {Company._meta.db_table} AS company ON company.id = row.{COMPANY}" if joins else ""
    # its order keeps the query within from being taken apart: every expression is asked once for a row
    query = f"SELECT {cells} FROM ({inner}) AS row ({names}) {join} ORDER BY row.pk"  # noqa: S608 - our own names
    return f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters
