"""A cursor whose statements PostgreSQL remembers once it has met them a few times, for the paths that run all day.

Understanding a statement about people or companies costs several times what carrying it out does: their tables have
over six hundred columns. Statements meant for this cursor have few shapes, and name their columns.
"""

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """Like `connection.cursor()`, but values go to PostgreSQL beside the statement (settings: `prepare_threshold`)."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    return connection._prepare_cursor(cursor)  # type: ignore[attr-defined]
