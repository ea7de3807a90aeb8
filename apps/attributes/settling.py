"""Waiting for writers that may still see the attributes as they were.

A job that moves values announces what it is about, and then lets every transaction end that began before: each of them
may have read the attributes earlier; those that began later cannot have.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from .models import ColumnClearance, OptionRename, TypeChange

LOOK_AGAIN = timedelta(seconds=1)

BLOCKERS = """
    SELECT pid, application_name, clock_timestamp() - xact_start FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND xact_start <= %s
    ORDER BY xact_start
"""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A transaction that began before: its process, what it calls itself, and how long it has been open."""

    pid: int
    name: str
    age: timedelta

    def __str__(self) -> str:
        return f"a transaction that began {_ago(self.age)} ({self.name or 'unnamed'}, process {self.pid})"


def has_settled(job: TypeChange | ColumnClearance | OptionRename) -> bool:
    """Whether every transaction that began before the job's first step has ended."""
    if job.settled_from is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            [job.settled_from] = cursor.fetchone()
    return not blockers(job.settled_from)


def blockers(since: datetime | None) -> list[Blocker]:
    """The transactions, other than this one, that began before a moment and go on; the oldest first."""
    if since is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(BLOCKERS, [since])
        return [Blocker(*row) for row in cursor.fetchall()]


def _ago(age: timedelta) -> str:
    for unit, seconds in (("hour", 3600), ("minute", 60)):
        if amount := int(age.total_seconds()) // seconds:
            return f"{amount} {unit}{'' if amount == 1 else 's'} ago"
    return "just now"
