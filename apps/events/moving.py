"""When two people turn out to be one, what both did is what that one did (IDN-14)."""

from django.db import connection, transaction

from apps.workspace.models import Workspace

# What both did in the same second counts once; so many fewer are added to what is summed up.
MOVE = """
    WITH twice AS (
        DELETE FROM events_event AS event USING events_event AS kept
        WHERE event.workspace_id = %(workspace)s AND event.person_id = %(leaving)s
        AND kept.workspace_id = event.workspace_id AND kept.person_id = %(staying)s
        AND kept.name_id = event.name_id AND kept.at = event.at
        RETURNING event.id, event.name_id
    ), moved AS (
        UPDATE events_event SET person_id = %(staying)s
        WHERE workspace_id = %(workspace)s AND person_id = %(leaving)s AND id NOT IN (SELECT id FROM twice)
    ), left_behind AS (
        DELETE FROM events_eventsummary WHERE workspace_id = %(workspace)s AND person_id = %(leaving)s RETURNING *
    )
    INSERT INTO events_eventsummary AS summary (workspace_id, person_id, name_id, count, first_at, last_at)
    SELECT workspace_id, %(staying)s, name_id,
           count - (SELECT count(*) FROM twice WHERE twice.name_id = left_behind.name_id), first_at, last_at
    FROM left_behind ORDER BY name_id
    ON CONFLICT (workspace_id, person_id, name_id) DO UPDATE SET
        count = summary.count + excluded.count,
        first_at = least(summary.first_at, excluded.first_at),
        last_at = greatest(summary.last_at, excluded.last_at)
"""


@transaction.atomic(savepoint=False)
def move(workspace: Workspace, leaving: int, staying: int) -> None:
    """Give everything that one person did to another. Lock both people before."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"workspace": workspace.pk, "leaving": leaving, "staying": staying})
