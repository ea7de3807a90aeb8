"""The rows of a file, written by the database: what it sends goes into the file as it comes.

Nobody is held in memory, however many there are, and no row is made in Python: the database writes a cell in less time
than it takes to hand it over.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from apps.attributes.csv_cells import escaped
from apps.workspace.models import Workspace

from .columns import Column

# What is found for all records of a stretch at once, rather than for each: its name, and how it is joined to them.
JOINS = {
    "tagged": """
        LEFT JOIN (
            SELECT tagging.record_id, string_agg(tag.name, ',' ORDER BY lower(tag.name), tag.name) AS names
            FROM tags_tagging AS tagging JOIN tags_tag AS tag ON tag.id = tagging.tag_id
            WHERE tagging.workspace_id = %(workspace)s AND tagging.about = %(about)s
              AND tagging.record_id BETWEEN %(first)s AND %(last)s
              AND tagging.record_id IN (SELECT pk FROM record)
            GROUP BY tagging.record_id
        ) AS tagged ON tagged.record_id = record.pk
    """,
    # the one they were last seen with, as lists and panels have it
    "company": """
        LEFT JOIN (
            SELECT DISTINCT ON (membership.person_id) membership.person_id, membership.company_id
            FROM companies_membership AS membership
            JOIN companies_company AS met ON met.id = membership.company_id
            WHERE met.workspace_id = %(workspace)s AND met.state = 'active'
              AND membership.person_id BETWEEN %(first)s AND %(last)s
              AND membership.person_id IN (SELECT pk FROM record)
            ORDER BY membership.person_id, membership.last_seen_at DESC NULLS LAST, membership.created_at DESC,
              membership.id DESC
        ) AS latest ON latest.person_id = record.pk
        LEFT JOIN companies_company AS company ON company.id = latest.company_id
    """,
}


@dataclass(frozen=True)
class Stretch:
    """Some of the records that a file is to hold: those with keys above `after`, up to `until`."""

    workspace: Workspace
    about: str
    records: QuerySet
    after: int
    until: int

    @property
    def met(self) -> QuerySet:
        return self.records.filter(pk__gt=self.after, pk__lte=self.until).order_by("pk")

    @property
    def parameters(self) -> dict[str, Any]:
        whose = {"workspace": self.workspace.pk, "about": self.about}
        return {**whose, "first": self.after + 1, "last": self.until}


def header(columns: Iterable[Column], now: datetime) -> bytes:
    """The first line. `now`: in the workspace's zone, for its abbreviation (EXP-03)."""
    return line(column.header(now) for column in columns)


def line(cells: Iterable[str]) -> bytes:
    """One line of a file, as the database writes its own."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([escaped(cell) for cell in cells])  # it quotes what its own line end is made of
    return text.getvalue().removesuffix("\r\n").encode() + b"\n"


def write(file: IO[bytes], columns: Sequence[Column], stretch: Stretch, zone: str) -> int:
    """Write records into a file, in the order of their keys: how many there were."""
    try:
        statement, parameters = _statement(columns, stretch, zone)
    except EmptyResultSet:  # what is asked cannot be met by anybody
        return 0
    written = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'ISO'; SET LOCAL work_mem = '64MB'")
        with cursor.copy(statement, parameters) as rows:
            for row in rows:  # the database sends a row at a time
                file.write(row)
                written += 1
    return written


def _statement(columns: Sequence[Column], stretch: Stretch, zone: str) -> tuple[str, dict[str, Any]]:
    own = {f"c{place}": column.value for place, column in enumerate(columns) if not column.joined}
    asked = stretch.met.annotate(**{f"cell_{name}": value for name, value in own.items()})
    inner, parameters = asked.values_list("pk", *(f"cell_{name}" for name in own)).query.sql_with_params()
    named = {f"p{place}": value for place, value in enumerate(parameters)}
    names = ", ".join(["pk", *own])
    cells = ", ".join(column.sql(place, zone) for place, column in enumerate(columns))
    joined = {column.joined.partition(".")[0] for column in columns if column.joined}
    joins = "".join(join for name, join in JOINS.items() if name in joined)
    query = f"""
        WITH record ({names}) AS MATERIALIZED ({_named(inner, named)})
        SELECT {cells} FROM record {joins} ORDER BY record.pk
    """  # noqa: S608 - our own names
    return f"COPY ({query}) TO STDOUT (FORMAT csv)", {**named, **stretch.parameters}


def _named(statement: str, names: Iterable[str]) -> str:
    """A statement with its places for parameters named, in their order."""
    return statement.replace("%%", "%%%%") % tuple(f"%({name})s" for name in names)
