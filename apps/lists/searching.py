"""Quick search: text anywhere in a few fields, or in the name of a tag (FILT-20)."""

from django.db.models import QuerySet

from apps.attributes.searching import LONGEST_SEARCH, containing
from apps.tags.models import Tagging
from apps.tags.tagging import matching
from apps.workspace.models import Workspace

from .kinds import ListKind


def found(workspace: Workspace, kind: ListKind, records: QuerySet, search: str) -> QuerySet:
    """The records with the text somewhere in what quick search looks through; all where there is no text."""
    if not search:
        return records
    if len(search) > LONGEST_SEARCH:
        return records.none()
    tags = list(matching(workspace, search).values_list("pk", flat=True))
    if not tags:
        return containing(records, kind.found_by, search)
    named = containing(kind.model.objects.of(workspace), kind.found_by, search).order_by().values("pk")
    tagged = Tagging.objects.filter(workspace=workspace, about=kind.about, tag__in=tags).values("record_id")
    # one list of keys from two indexes: "either … or …" would look at every row
    return records.filter(pk__in=named.union(tagged))
