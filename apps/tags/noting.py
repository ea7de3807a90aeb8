"""Notes on records: written by one teammate, read by all (NOTE-01)."""

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from apps.attributes.models import Attributed
from apps.attributes.paging import Page, Place, page_of
from apps.workspace.hands import Hand
from apps.workspace.problems import Forbidden, Missing

from .models import Note
from .wording import checked_text

PAGE = 10
SORTED_BY = "created_at"
# The record is held until the transaction ends: nothing is noted on what is being deleted just then (NOTE-02).
ADD = """
    WITH held AS (
        SELECT id FROM {table} WHERE workspace_id = %(workspace)s AND id = %(record)s AND state <> 'merged'
        FOR KEY SHARE
    )
    INSERT INTO tags_note (workspace_id, about, record_id, text, author_id, hand, created_at, updated_at)
    SELECT %(workspace)s, %(about)s, id, %(text)s, %(teammate)s, %(hand)s, %(now)s, %(now)s FROM held
    RETURNING id
"""


def add(record: Attributed, text: object, *, by: Hand, now: datetime) -> Note:
    """Raises Problem for a text that is none, Missing where the record is gone."""
    values = {
        "workspace": record.workspace_id,
        "record": record.pk,
        "about": record.about,
        "text": checked_text(text),
        "teammate": by.teammate_id,
        "hand": by.name,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(table=connection.ops.quote_name(record._meta.db_table)), values)
        made = cursor.fetchone()
    if made is None:
        raise Missing("Whom this note is about was deleted meanwhile.")
    return Note.objects.get(pk=made[0])


def edit(note: Note, text: object, *, by: Hand, now: datetime) -> Note:
    """Raises Problem for a text that is none, Forbidden for somebody else's note."""
    check_own(note, by, "edit")
    checked = checked_text(text)
    if checked != note.text:
        note.text, note.updated_at = checked, now
        if not Note.objects.filter(workspace_id=note.workspace_id, pk=note.pk).update(text=checked, updated_at=now):
            raise Missing("This note was deleted meanwhile.")
    return note


def delete(note: Note, *, by: Hand) -> None:
    """Raises Forbidden for somebody else's note. Twice is harmless."""
    check_own(note, by, "delete")
    Note.objects.filter(workspace_id=note.workspace_id, pk=note.pk).delete()


def check_own(note: Note, by: Hand, act: str) -> None:
    if not is_own(note, by.teammate_id):
        raise Forbidden(f"Only {note.hand or 'whoever wrote it'} can {act} this note.")


def is_own(note: Note, teammate_id: int | None) -> bool:
    return teammate_id is not None and note.author_id == teammate_id


def notes_of(record: Attributed) -> QuerySet[Note]:
    """Every note on a record."""
    return Note.objects.filter(workspace_id=record.workspace_id, about=record.about, record_id=record.pk)


def page(record: Attributed, after: Place | None = None) -> Page:
    """The newest notes on a record, or those that follow a place."""
    return page_of(notes_of(record), SORTED_BY, PAGE, after=after)
