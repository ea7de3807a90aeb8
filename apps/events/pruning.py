"""Occurrences are kept for 90 days, what they sum up to for good (EVT-07).

An occurrence goes when both its own time and its arrival are 90 days past. Until then its row also stands against
duplicates (EVT-04): whatever is imported or retried, however old, counts once for at least 90 days after it came.
Sent once more after that, it is counted once more.

Keys are given in the order of arrival, so the oldest arrivals are found by the primary key: no index on time is needed,
and a run costs what it deletes.
"""

from datetime import datetime, timedelta

from django.db import connection

KEPT = timedelta(days=90)
BATCH = 5_000

NEXT = """
    WITH oldest AS (
        SELECT id, at, created_at FROM events_event WHERE id > %(after)s ORDER BY id LIMIT %(batch)s
    ), gone AS (
        DELETE FROM events_event USING oldest
        WHERE events_event.id = oldest.id AND oldest.at < %(until)s AND oldest.created_at < %(until)s
        RETURNING events_event.id
    )
    SELECT (SELECT max(id) FROM oldest), (SELECT bool_or(created_at < %(until)s) FROM oldest), count(*) FROM gone
"""


def prune(now: datetime) -> int:
    """Forget the occurrences that are past keeping. Returns how many. In batches of their own, so that no door waits.

    Over at the first batch in which everything came within the 90 days.
    """
    pruned, after, is_due = 0, 0, True
    while is_due:
        with connection.cursor() as cursor:
            cursor.execute(NEXT, {"after": after, "batch": BATCH, "until": now - KEPT})
            last, is_due, gone = cursor.fetchone()
        pruned, after = pruned + gone, last or after
    return pruned
