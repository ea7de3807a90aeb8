"""What a lead did is what the user did, once the two are one (IDN-14, EVT-01)."""

from typing import Any

from django.db import connection

from apps.people.following import Merging, moves

from .models import Event, EventSummary

# What both did in the same second is one occurrence (EVT-04): the lead's stays behind, and is not counted.
MOVE = """
    UPDATE events_event AS moved SET person_id = %(user)s
    WHERE workspace_id = %(workspace)s AND person_id = %(lead)s AND NOT EXISTS (
        SELECT FROM events_event AS own
        WHERE own.workspace_id = %(workspace)s AND own.person_id = %(user)s
          AND own.name_id = moved.name_id AND own.at = moved.at
    )
    RETURNING id
"""
ADD_UP = """
    WITH gone AS (
        DELETE FROM events_eventsummary WHERE workspace_id = %(workspace)s AND person_id = %(lead)s
        RETURNING name_id, count, first_at, last_at
    ), twice AS (
        SELECT name_id, count(*) AS count FROM events_event
        WHERE workspace_id = %(workspace)s AND person_id = %(lead)s GROUP BY name_id
    ), added AS (
        INSERT INTO events_eventsummary AS summary (workspace_id, person_id, name_id, count, first_at, last_at)
        SELECT %(workspace)s, %(user)s, name_id, gone.count - coalesce(twice.count, 0), first_at, last_at
        FROM gone LEFT JOIN twice USING (name_id)
        ORDER BY name_id
        ON CONFLICT (workspace_id, person_id, name_id) DO UPDATE SET
            count = summary.count + excluded.count,
            first_at = least(summary.first_at, excluded.first_at),
            last_at = greatest(summary.last_at, excluded.last_at)
    )
    SELECT name_id, count, first_at, last_at FROM gone ORDER BY name_id
"""


def move_occurrences(merging: Merging) -> list[int]:
    """Move what the lead did to the user's timeline: the keys of the occurrences."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, _values(merging))
        return sorted(pk for (pk,) in cursor.fetchall())


def add_up_summaries(merging: Merging) -> list[list[Any]]:
    """Count it as the user's, after it moved: what the lead's own summaries were."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_UP, _values(merging))
        rows = cursor.fetchall()
    return [[name, count, first.isoformat(), last.isoformat()] for name, count, first, last in rows]


def _values(merging: Merging) -> dict[str, int]:
    return {"workspace": merging.workspace.pk, "lead": merging.lead, "user": merging.user}


def register_moves() -> None:
    # by name: occurrences move first, what of them stayed behind is not added up
    moves(Event, move_occurrences)
    moves(EventSummary, add_up_summaries)
