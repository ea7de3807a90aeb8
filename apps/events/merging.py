"""What a lead did is what the user did, once the two are one (IDN-14, EVT-01); once they are two, it is told apart."""

from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Sum

from apps.people.following import Merging, Tally, moves

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
    ), own AS (
        SELECT name_id, first_at, last_at FROM events_eventsummary
        WHERE workspace_id = %(workspace)s AND person_id = %(user)s
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
    SELECT name_id, gone.count, gone.first_at, gone.last_at, gone.count - coalesce(twice.count, 0),
        own.first_at, own.last_at
    FROM gone LEFT JOIN twice USING (name_id) LEFT JOIN own USING (name_id) ORDER BY name_id
"""
MOVE_BACK = """
    UPDATE events_event SET person_id = %(lead)s
    WHERE workspace_id = %(workspace)s AND person_id = %(user)s AND id = ANY(%(moved)s)
"""
# First and last are those of before, and of what the survivor has done since; with nothing left there is no summary.
COUNT_APART = """
    WITH told AS (
        SELECT told.* FROM jsonb_to_recordset(%(told)s::jsonb) AS told(
            name_id bigint, count bigint, first_at timestamptz, last_at timestamptz, added bigint,
            own_first_at timestamptz, own_last_at timestamptz
        ) JOIN events_eventname AS name ON name.id = told.name_id AND name.workspace_id = %(workspace)s
    ), ended AS (
        DELETE FROM events_eventsummary AS summary USING told
        WHERE summary.workspace_id = %(workspace)s AND summary.person_id = %(user)s
          AND summary.name_id = told.name_id AND summary.count <= told.added
    ), counted AS (
        UPDATE events_eventsummary AS summary SET count = summary.count - told.added,
            first_at = least(told.own_first_at, done.first_at), last_at = greatest(told.own_last_at, done.last_at)
        FROM told CROSS JOIN LATERAL (
            SELECT min(at) AS first_at, max(at) AS last_at FROM events_event
            WHERE workspace_id = %(workspace)s AND person_id = %(user)s AND name_id = told.name_id
        ) AS done
        WHERE summary.workspace_id = %(workspace)s AND summary.person_id = %(user)s
          AND summary.name_id = told.name_id AND summary.count > told.added
    )
    INSERT INTO events_eventsummary (workspace_id, person_id, name_id, count, first_at, last_at)
    SELECT %(workspace)s, %(lead)s, name_id, told.count, first_at, last_at FROM told ORDER BY name_id
"""


def move_occurrences(merging: Merging) -> list[int]:
    """Move what the lead did to the user's timeline: the keys of the occurrences."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, _values(merging))
        return sorted(pk for (pk,) in cursor.fetchall())


def move_occurrences_back(merging: Merging, moved: list[int]) -> None:
    """Move them back to the lead's timeline."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE_BACK, _values(merging) | {"moved": moved})


def add_up_summaries(merging: Merging) -> list[dict[str, Any]]:
    """Count it as the user's, after it moved: of each event what the lead's own summary was, how much of it was
    added, and what the user's was."""
    with connection.cursor() as cursor:
        cursor.execute(ADD_UP, _values(merging))
        names = ("name_id", "count", "first_at", "last_at", "added", "own_first_at", "own_last_at")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{key: one.isoformat() if isinstance(one, datetime) else one for key, one in row.items()} for row in rows]


def count_summaries_apart(merging: Merging, told: list[dict[str, Any]]) -> None:
    """Count the two apart again, after what happened moved back; what has happened since is the survivor's."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_APART, _values(merging) | {"told": orjson.dumps(told).decode()})


def tally(merging: Merging) -> Tally:
    done = EventSummary.objects.filter(workspace=merging.workspace, person=merging.lead).aggregate(sum=Sum("count"))
    return Tally("event", "events", done["sum"] or 0)


def _values(merging: Merging) -> dict[str, Any]:
    return {"workspace": merging.workspace.pk, "lead": merging.lead, "user": merging.user}


def register_moves() -> None:
    # by name: occurrences move first, and back, what of them stayed behind is not added up
    moves(Event, move_occurrences, move_occurrences_back)
    moves(EventSummary, add_up_summaries, count_summaries_apart, tally=tally)
