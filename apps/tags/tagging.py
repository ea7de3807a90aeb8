"""Tags: making, renaming and deleting them, and hanging them on records (TAG-01…05)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from apps.attributes.defining import lock_definitions
from apps.attributes.models import Attributed
from apps.segments.usage import users_of
from apps.workspace.activities import Activity
from apps.workspace.auditing import record as log
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Missing, Problem

from .models import Tag, TagClearance, Tagging
from .wording import checked_name

ADDRESS = "tag"  # of the field that filters ask
BATCH = 5_000  # records that lose a deleted tag at a time

# The records and the tag are held until the transaction ends: nothing is hung on what is being deleted just then.
ADD = """
    WITH held AS (
        SELECT record.id FROM {table} AS record, tags_tag AS tag
        WHERE record.workspace_id = %(workspace)s AND record.id = ANY(%(pks)s) AND record.state <> 'merged'
          AND tag.workspace_id = %(workspace)s AND tag.id = %(tag)s
        ORDER BY record.id FOR KEY SHARE
    )
    INSERT INTO tags_tagging (workspace_id, tag_id, about, record_id, applied_at, applied_by_id, hand)
    SELECT %(workspace)s, %(tag)s, %(about)s, id, %(now)s, %(teammate)s, %(hand)s FROM held ORDER BY id
    ON CONFLICT (workspace_id, about, tag_id, record_id) DO NOTHING
    RETURNING record_id
"""
REMOVE = """
    DELETE FROM tags_tagging
    WHERE workspace_id = %(workspace)s AND about = %(about)s AND tag_id = %(tag)s AND record_id = ANY(%(pks)s)
    RETURNING record_id
"""


# ---- tags ------------------------------------------------------------------------------------------------------------


def find_or_create(workspace: Workspace, name: object, *, by: Hand, now: datetime) -> Tag:
    """The tag of that name, in whatever case; a new one where there is none (TAG-02). Raises Problem."""
    checked = checked_name(name)
    found = named(workspace, checked)
    if found is None:
        found = _create(workspace, checked, by, now) or named(workspace, checked)
    if found is None:  # made by somebody else, and deleted again, in this very moment
        raise Conflict(f"The tag {checked} changed meanwhile. Try again.", field="name")
    return found


def create(workspace: Workspace, name: object, *, by: Hand, now: datetime) -> Tag:
    """A new tag. Raises Problem, and Conflict where there is one of that name."""
    checked = checked_name(name)
    made = None if named(workspace, checked) else _create(workspace, checked, by, now)
    if made is None:
        raise _taken(workspace, checked)
    return made


def _create(workspace: Workspace, name: str, by: Hand, now: datetime) -> Tag | None:
    """None where somebody else was quicker."""
    try:
        with transaction.atomic():
            tag = Tag.objects.create(workspace=workspace, name=name, created_at=now, created_by_id=by.teammate_id)
    except IntegrityError:
        return None
    log(Activity.TAG_CREATION, workspace=workspace, by=by, now=now, tag=tag.pk, name=name)
    return tag


def named(workspace: Workspace, name: str) -> Tag | None:
    """The tag of a name, in whatever case."""
    return Tag.objects.filter(workspace=workspace).alias(lower=Lower("name")).filter(lower=Lower(Value(name))).first()


def rename(tag: Tag, name: object, *, by: Hand, now: datetime) -> Tag:
    """Raises Problem, and Conflict where another tag has the name."""
    checked, before = checked_name(name), tag.name
    if checked == before:
        return tag
    try:
        with transaction.atomic():
            renamed = Tag.objects.filter(workspace_id=tag.workspace_id, pk=tag.pk).update(name=checked)
    except IntegrityError:
        raise _taken(tag.workspace, checked) from None
    if not renamed:
        raise Missing("This tag was deleted meanwhile.")
    tag.name = checked
    log(Activity.TAG_CHANGE, workspace=tag.workspace, by=by, now=now, tag=tag.pk, before=before, after=checked)
    return tag


def _taken(workspace: Workspace, name: str) -> Conflict:
    holder = named(workspace, name)
    return Conflict(f"There is a tag {holder or name} already.", field="name")


@transaction.atomic
def delete(tag: Tag, *, by: Hand, now: datetime) -> int:
    """Delete the tag, and take it from every record: how many carried it (TAG-05).

    Nobody sees it from now on; where very many carried it, a job clears away what they carry. Raises
    Problem `tag_has_dependent_objects`, which names them, while a segment asks for it (TAG-03).
    """
    _hold_segments(tag.workspace)
    # whoever hangs it on a record meanwhile waits, and then finds it gone
    if not Tag.objects.select_for_update().filter(workspace_id=tag.workspace_id, pk=tag.pk).exists():
        raise Missing("This tag was deleted meanwhile.")
    check_unused(tag)
    workspace, gone = tag.workspace, tag.pk
    count = Tagging.objects.filter(workspace=workspace, tag=gone).count()
    log(Activity.TAG_DELETION, workspace=workspace, by=by, now=now, tag=gone, name=tag.name, records=count)
    tag.delete()
    if (cleared := _clear(workspace, gone)) < count:
        rest = count - cleared
        job = TagClearance(workspace=workspace, by_id=by.teammate_id, gone=gone, total=rest, created_at=now)
        job.save()
        job.wake()
    return count


def clear(job: TagClearance) -> bool:
    """Take a deleted tag from the next records; False when nobody carries it any more."""
    cleared = _clear(job.workspace, job.gone)
    job.done += cleared
    return cleared == BATCH


def _clear(workspace: Workspace, gone: int) -> int:
    left = Tagging.objects.filter(workspace=workspace, tag=gone).values("pk")
    cleared, _ = Tagging.objects.filter(pk__in=left[:BATCH]).delete()
    return cleared


def _hold_segments(workspace: Workspace) -> None:
    """No segment comes to ask for a tag while that is being deleted: saving one holds the definitions as well."""
    lock_definitions(workspace)
    workspace.refresh_from_db(fields=["segments_version"])


def check_unused(tag: Tag) -> None:
    """Raises Problem naming the segments that ask for the tag (TAG-03)."""
    if segments := users_of(tag.workspace, ADDRESS, tag.pk):
        raise Problem(
            f"The tag {tag} is in use and cannot be deleted. Segments: {', '.join(segments)}.",
            code="tag_has_dependent_objects",
        )


# ---- on records ------------------------------------------------------------------------------------------------------


def add(
    model: type[Attributed], workspace: Workspace, pks: Iterable[int], tag: Tag, *, by: Hand, now: datetime
) -> list[int]:
    """Hang a tag on records: the keys of those that did not carry it before.

    Records of other workspaces, and those that are gone, are left out. Whoever carries it keeps when and by whom.
    """
    values = {"now": now, "teammate": by.teammate_id, "hand": by.name}
    statement = ADD.format(table=connection.ops.quote_name(model._meta.db_table))
    return _run(statement, model, workspace, pks, tag, **values)


def remove(model: type[Attributed], workspace: Workspace, pks: Iterable[int], tag: Tag) -> list[int]:
    """Take a tag from records: the keys of those that carried it."""
    return _run(REMOVE, model, workspace, pks, tag)


def _run(
    statement: str, model: type[Attributed], workspace: Workspace, pks: Iterable[int], tag: Tag, **values: Any
) -> list[int]:
    which: dict[str, Any] = {"workspace": workspace.pk, "about": model.about, "tag": tag.pk, "pks": sorted(set(pks))}
    with connection.cursor() as cursor:
        cursor.execute(statement, which | values)
        return [pk for (pk,) in cursor.fetchall()]


def tags_of(record: Attributed) -> list[Tagging]:
    """The tags that a record carries, by name."""
    return tags_of_each(type(record), record.workspace, [record.pk])[record.pk]


def tags_of_each(model: type[Attributed], workspace: Workspace, pks: Collection[int]) -> dict[int, list[Tagging]]:
    """The tags that each of some records carries, by name. One query."""
    found: dict[int, list[Tagging]] = {pk: [] for pk in pks}
    if not found:
        return found
    for tagging in taggings(workspace, model.about).filter(record_id__in=found):
        found[tagging.record_id].append(tagging)
    return found


def taggings(workspace: Workspace, about: str) -> QuerySet[Tagging]:
    """Those of a workspace's people or companies, with their tags, by name."""
    carried = Tagging.objects.filter(workspace=workspace, about=about).select_related("tag")
    return carried.order_by(Lower("tag__name"), "pk")


# ---- looking for tags ------------------------------------------------------------------------------------------------


def matching(workspace: Workspace, search: str = "", after: str = "") -> QuerySet[Tag]:
    """The workspace's tags whose name holds the text in whatever case, by name; from after a name on."""
    tags = Tag.objects.filter(workspace=workspace).alias(lower=Lower("name"))
    if search:
        tags = tags.filter(lower__contains=Lower(Value(search)))
    if after:
        tags = tags.filter(lower__gt=Lower(Value(after)))
    return tags.order_by(Lower("name"))


def suggestions(workspace: Workspace, search: str, most: int, *, without: Attributed) -> Sequence[str]:
    """Names of tags that a record does not carry yet, for somebody who types."""
    carried = Tagging.objects.filter(workspace=workspace, about=without.about, record_id=without.pk)
    offered = matching(workspace, search).exclude(pk__in=carried.values("tag"))
    return list(offered.values_list("name", flat=True)[:most])
