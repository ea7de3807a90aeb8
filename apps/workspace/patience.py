"""Queries that a page can do without: they are stopped when they take too long, and the page says so (BEY-10)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class OutOfPatience(Exception):
    """A query took longer than anybody would wait for it."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Stop each query inside after so many seconds. Raises OutOfPatience; what was written inside is undone."""
    try:
        with transaction.atomic():
            _limit(f"{max(1, round(seconds * 1000))}ms")
            yield
            _limit("0")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise OutOfPatience from error
        raise


def _limit(span: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [span])
