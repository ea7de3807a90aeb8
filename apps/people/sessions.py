"""Last seen, and what a web session is: 30 minutes of silence or a day of activity end it (SESS-01…04)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

SILENCE = timedelta(minutes=30)
LONGEST = timedelta(hours=24)

TOUCH = """
    UPDATE people_person AS person
    SET last_seen_at = %(now)s, web_seen_at = %(now)s,
        session_count = person.session_count + visit.starts::int,
        session_started_at = CASE WHEN visit.starts THEN %(now)s ELSE person.session_started_at END
    FROM (
        SELECT id, web_seen_at IS NULL OR web_seen_at < %(silent_since)s
                   OR session_started_at < %(begun_before)s AS starts
        FROM people_person WHERE id = ANY(%(pks)s) AND state = 'active' ORDER BY id FOR NO KEY UPDATE
    ) AS visit
    WHERE person.id = visit.id
    RETURNING person.id, visit.starts
"""


def touch(pks: Iterable[int], now: datetime) -> dict[int, bool]:
    """These people were just seen in a browser. Returns whether that began a session, for each who is active still."""
    with connection.cursor() as cursor:
        moments = {"now": now, "silent_since": now - SILENCE, "begun_before": now - LONGEST}
        cursor.execute(TOUCH, {**moments, "pks": list(pks)})
        return dict(cursor.fetchall())
