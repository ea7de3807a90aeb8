"""Queries that a page can do without: they are stopped when they take too long, and the page says so (BEY-10)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class OutOfPatience(Exception):
    """A query took longer than anybody would wait for it."""


@contextmanager
def patience(seconds: float, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Stop each query inside after so many seconds. Raises OutOfPatience; what was written inside is undone.

    `settings` of PostgreSQL hold inside as well. All of them end with the transaction; within another one they are put
    back as they were.
    """
    wanted = {"statement_timeout": f"{max(1, round(seconds * 1000))}ms", **(settings or {})}
    is_inner = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _set(wanted)
            yield
            if is_inner:
                _set(dict(zip(wanted, before, strict=True)))
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise OutOfPatience from error
        raise


def _set(settings: Mapping[str, str]) -> Sequence[str]:
    """Change settings until the transaction ends. Returns what they were."""
    columns = ", ".join(["current_setting(%s), set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [part for name, value in settings.items() for part in (name, name, value)])
        return cursor.fetchone()[::2]
