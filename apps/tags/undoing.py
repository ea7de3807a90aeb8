"""Taking a tag off records so that it can be put on again as it was: with when and by whom (BEY-14, TAG-04)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from apps.attributes.models import Attributed
from apps.workspace.models import Teammate, Workspace

from .models import Tag

TAKE_OFF = """
    DELETE FROM tags_tagging
    WHERE workspace_id = %(workspace)s AND about = %(about)s AND tag_id = %(tag)s AND record_id = ANY(%(pks)s)
    RETURNING record_id, applied_at, applied_by_id, hand
"""
# As in `tagging.add` the records and the tag are held until the transaction ends: nothing is hung on, or with, what is
# being deleted just then.
PUT_ON_AGAIN = """
    WITH held AS (
        SELECT record.id FROM {table} AS record, tags_tag AS tag
        WHERE record.workspace_id = %(workspace)s AND record.id = ANY(%(pks)s) AND record.state <> 'merged'
          AND tag.workspace_id = %(workspace)s AND tag.id = %(tag)s
        ORDER BY record.id FOR KEY SHARE
    )
    INSERT INTO tags_tagging (workspace_id, tag_id, about, record_id, applied_at, applied_by_id, hand)
    SELECT %(workspace)s, %(tag)s, %(about)s, held.id, was.applied_at, teammate.id, was.hand
    FROM held
    JOIN unnest(%(pks)s::bigint[], %(at)s::timestamptz[], %(teammates)s::bigint[], %(hands)s::text[])
        AS was(id, applied_at, applied_by_id, hand) USING (id)
    LEFT JOIN {teammates} AS teammate ON teammate.id = was.applied_by_id
    ORDER BY held.id
    ON CONFLICT (workspace_id, about, tag_id, record_id) DO NOTHING
    RETURNING record_id
"""


def take_off(model: type[Attributed], workspace: Workspace, pks: Iterable[int], tag: Tag) -> dict[int, dict[str, Any]]:
    """Take a tag from records: of each that carried it, when and by whom it was hung there, as JSON has it."""
    which: dict[str, Any] = {"workspace": workspace.pk, "about": model.about, "tag": tag.pk, "pks": sorted(set(pks))}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OFF, which)
        return {pk: {"at": at.isoformat(), "by": by, "hand": hand} for pk, at, by, hand in cursor.fetchall()}


def put_on_again(
    model: type[Attributed], workspace: Workspace, was: Mapping[int, Mapping[str, Any]], tag: Tag
) -> list[int]:
    """Hang the tag back as it was: the keys of the records that did not carry it (again) already."""
    quote = connection.ops.quote_name
    pks = sorted(was)
    values: dict[str, Any] = {
        "workspace": workspace.pk,
        "about": model.about,
        "tag": tag.pk,
        "pks": pks,
        "at": [datetime.fromisoformat(was[pk]["at"]) for pk in pks],
        "teammates": [was[pk]["by"] for pk in pks],
        "hands": [was[pk]["hand"] for pk in pks],
    }
    statement = PUT_ON_AGAIN.format(table=quote(model._meta.db_table), teammates=quote(Teammate._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor.fetchall()]
