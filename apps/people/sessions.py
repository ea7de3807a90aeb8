"""Last seen, and what a web session is: 30 minutes of silence or a day of activity end it (SESS-01…04)."""

from datetime import datetime, timedelta

from django.db import connection

SILENCE = timedelta(minutes=30)
LONGEST = timedelta(hours=24)

STARTS = """
    (web_seen_at IS NULL OR web_seen_at < %(silent_since)s OR session_started_at < %(begun_before)s)
"""
STARTS_ONE = f"SELECT {STARTS} FROM people_person WHERE id = %(pk)s"  # noqa: S608 (our own condition)
TOUCH = f"""
    UPDATE people_person
    SET last_seen_at = %(now)s, web_seen_at = %(now)s,
        session_count = session_count + {STARTS}::int,
        session_started_at = CASE WHEN {STARTS} THEN %(now)s ELSE session_started_at END
    WHERE id = %(pk)s AND state = 'active'
"""  # noqa: S608 (our own condition)


def starts(pk: int, now: datetime) -> bool:
    """Whether a person who is seen now begins a session. Their row must be locked, and not touched yet."""
    with connection.cursor() as cursor:
        cursor.execute(STARTS_ONE, _moments(pk, now))
        [begins] = cursor.fetchone()
        return begins


def touch(pk: int, now: datetime) -> bool:
    """This person was just seen in a browser. Whether they stand to be seen: nobody else is touched (DEL-17)."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, _moments(pk, now))
        return cursor.rowcount == 1


def _moments(pk: int, now: datetime) -> dict[str, int | datetime]:
    return {"pk": pk, "now": now, "silent_since": now - SILENCE, "begun_before": now - LONGEST}
