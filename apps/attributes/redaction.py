"""Refused values are kept for seven days, to find out what went wrong; then they are removed, and the rest stays."""

from datetime import datetime, timedelta

from django.db import connection

KEPT = timedelta(days=7)
BATCH = 5_000

REDACT = """
    WITH due AS (
        SELECT id FROM attributes_refusedwrite WHERE redacted_at IS NULL AND last_at <= %s
        ORDER BY last_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE attributes_refusedwrite AS kept SET raw = '', redacted_at = %s FROM due WHERE kept.id = due.id
"""


def redact(now: datetime) -> int:
    """Remove what was sent from every refusal that has not happened again for seven days (BEY-02). Returns how many.

    In batches of their own, so that no door waits; what a door holds at that moment has just happened again.
    """
    redacted = 0
    while done := _next(now):
        redacted += done
    return redacted


def _next(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(REDACT, [now - KEPT, BATCH, now])
        return cursor.rowcount
