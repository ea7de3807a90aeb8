"""Tags and notes of a record that is merged into another, or told apart from it again (IDN-14, BEY-07).

Both records must be locked, so that nothing new is hung on them meanwhile.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from apps.attributes.models import Attributed
from apps.workspace.models import Workspace

from .models import Note

# A tag that both carry stays behind: since when and by whose hand the survivor carries it is told already (TAG-04).
MOVE_TAGS = """
    UPDATE tags_tagging AS moved SET record_id = %(kept)s
    WHERE workspace_id = %(workspace)s AND about = %(about)s AND record_id = %(gone)s AND NOT EXISTS (
        SELECT FROM tags_tagging AS own
        WHERE own.workspace_id = %(workspace)s AND own.about = %(about)s AND own.record_id = %(kept)s
          AND own.tag_id = moved.tag_id
    )
    RETURNING tag_id
"""
# A tag that the survivor was given anew since is theirs.
MOVE_TAGS_BACK = """
    UPDATE tags_tagging AS moved SET record_id = %(gone)s
    WHERE workspace_id = %(workspace)s AND about = %(about)s AND record_id = %(kept)s AND tag_id = ANY(%(tags)s)
      AND applied_at <= %(at)s
"""
COUNT_TAGS = """
    SELECT count(*) FILTER (WHERE NOT carried), count(*) FILTER (WHERE carried) FROM (
        SELECT EXISTS (
            SELECT FROM tags_tagging AS own
            WHERE own.workspace_id = gone.workspace_id AND own.about = gone.about AND own.record_id = %(kept)s
              AND own.tag_id = gone.tag_id
        ) AS carried
        FROM tags_tagging AS gone JOIN tags_tag AS tag ON tag.id = gone.tag_id
        WHERE gone.workspace_id = %(workspace)s AND gone.about = %(about)s AND gone.record_id = %(gone)s
    ) AS tagging
"""


def move_tags(model: type[Attributed], workspace: Workspace, gone: int, kept: int) -> list[int]:
    """The keys of the tags that the survivor carries from now on."""
    values: dict[str, Any] = {"workspace": workspace.pk, "about": model.about, "gone": gone, "kept": kept}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_TAGS, values)
        return sorted(tag for (tag,) in cursor.fetchall())


def move_notes(model: type[Attributed], workspace: Workspace, gone: int, kept: int) -> list[int]:
    """The keys of the notes that are the survivor's from now on."""
    notes = Note.objects.filter(workspace=workspace, about=model.about, record_id=gone)
    moved = sorted(notes.values_list("pk", flat=True))
    notes.update(record_id=kept)
    return moved


def move_tags_back(
    model: type[Attributed], workspace: Workspace, gone: int, kept: int, tags: Collection[int], at: datetime
) -> None:
    """Hang tags that moved at a moment where they hung before, but for those that were taken off since."""
    values: dict[str, Any] = {"workspace": workspace.pk, "about": model.about, "gone": gone, "kept": kept}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_TAGS_BACK, values | {"tags": list(tags), "at": at})


def move_notes_back(
    model: type[Attributed], workspace: Workspace, gone: int, kept: int, notes: Collection[int]
) -> None:
    """Notes that moved are where they were written again, but for those that were deleted since."""
    moved = Note.objects.filter(workspace=workspace, about=model.about, record_id=kept, pk__in=notes)
    moved.update(record_id=gone)


def count_tags(model: type[Attributed], workspace: Workspace, gone: int, kept: int) -> tuple[int, int]:
    """How many tags would move, and how many both carry."""
    values: dict[str, Any] = {"workspace": workspace.pk, "about": model.about, "gone": gone, "kept": kept}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TAGS, values)
        moving, both = cursor.fetchone()
        return moving, both
