"""Quick search: text anywhere in a few fields, or in the name of a tag (FILT-20)."""

from typing import TypeVar

from django.db.models import QuerySet

from apps.attributes.rows import containing

from .kinds import ListKind

Records = TypeVar("Records", bound=QuerySet)


def found(kind: ListKind, records: Records, search: str) -> Records:
    """The records with the text somewhere in what quick search looks through; all where there is no text."""
    return containing(records, kind.found_by, search)
