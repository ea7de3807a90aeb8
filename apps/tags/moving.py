"""Tags and notes of a record that is merged into another (IDN-14).

Both records must be locked, so that nothing new is hung on them meanwhile.
"""

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
