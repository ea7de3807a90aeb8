"""A cursor whose statements PostgreSQL remembers once it has met them a few times, for the paths that run all day.

Understanding a statement about people or companies costs several times what carrying it out does: their tables have
over six hundred columns. Statements meant for this cursor have few shapes, and name their columns.
"""

from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


class Remembered(ServerBindingCursor):
    """Tells Django's log of statements what it asked; psycopg itself keeps that of cursors that bind in the client."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)  # type: ignore[misc]
        return self._query


def prepared_cursor() -> CursorWrapper:
    """Like `connection.cursor()`, but values go to PostgreSQL beside the statement (settings: `prepare_threshold`)."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = Remembered(connection.connection)  # type: ignore[call-arg]
    return connection._prepare_cursor(cursor)  # type: ignore[attr-defined]


def trust() -> None:
    """Take the connection for whole until a statement fails: whoever does so catches that, and asks `first_row` next.

    That spares the round trip in which Django asks before (settings: `conn_health_checks`).
    """
    connection.health_check_done = True  # type: ignore[attr-defined]


def first_row(statement: str, given: Sequence[Any]) -> Any:
    """What the first question of a request finds: a row, or None.

    Where the connection broke while nobody used it, this question finds that out, and is asked once more over a new
    one.
    """
    trust()
    try:
        return _row(statement, given)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.connection is None or connection.is_usable():
            raise
        connection.close()
        return _row(statement, given)


def _row(statement: str, given: Sequence[Any]) -> Any:
    with prepared_cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()
