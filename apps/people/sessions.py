"""Last seen, and what a web session is: 30 minutes of silence or a day of activity end it (SESS-01…04)."""

from datetime import datetime, timedelta

from apps.workspace.prepared import prepared_cursor

SILENCE = timedelta(minutes=30)
LONGEST = timedelta(hours=24)


def _interval(span: timedelta) -> str:
    return f"interval '{span.total_seconds():.0f} seconds'"


MOMENT = "(SELECT %s::timestamptz AS now) AS moment"
STARTS = f"""(
    web_seen_at IS NULL OR web_seen_at < moment.now - {_interval(SILENCE)}
    OR session_started_at < moment.now - {_interval(LONGEST)}
)"""
SEEN = f"""
    last_seen_at = greatest(last_seen_at, moment.now), web_seen_at = greatest(web_seen_at, moment.now),
    session_count = session_count + {STARTS}::int,
    session_started_at = CASE WHEN {STARTS} THEN moment.now ELSE session_started_at END
"""


def starts(pk: int, now: datetime) -> bool:
    """Whether a person who is seen now begins a session. Their row must be locked, and not touched yet."""
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT {STARTS} FROM people_person, {MOMENT} WHERE id = %s", [now, pk])  # noqa: S608
        [begins] = cursor.fetchone()
        return begins


def touch(pk: int, now: datetime) -> None:
    """This person was just seen in a browser."""
    with prepared_cursor() as cursor:
        cursor.execute(f"UPDATE people_person SET {SEEN} FROM {MOMENT} WHERE id = %s AND state = 'active'", [now, pk])  # noqa: S608
