"""Quick search: text anywhere in a few fields, or in the name of a tag (FILT-20)."""

from django.db.models import QuerySet

from apps.attributes.searching import LONGEST_SEARCH, containing
from apps.tags.models import Tagging
from apps.tags.tagging import matching
from apps.workspace.models import Workspace
from apps.workspace.patience import OutOfPatience, patience

from .kinds import ListKind

FEW = 1_000
SOON = 0.5  # seconds to look for few; many are met everywhere


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


def few(workspace: Workspace, kind: ListKind, search: str) -> tuple[int, ...] | None:
    """The keys of all records with the text, listed or not, where they are few; else None.

    Looking them up is most of the work: who counts, sorts and shows them looks for the keys from then on.
    """
    everywhere = found(workspace, kind, kind.model.objects.of(workspace), search).order_by()
    try:
        with patience(SOON):
            keys = tuple(everywhere.values_list("pk", flat=True)[: FEW + 1])
    except OutOfPatience:
        return None
    return keys if len(keys) <= FEW else None


def found_soon(workspace: Workspace, kind: ListKind, records: QuerySet, search: str) -> QuerySet:
    """The same records as `found`; where they are few, they are looked up before anything else is asked."""
    keys = few(workspace, kind, search) if search else None
    return found(workspace, kind, records, search) if keys is None else records.filter(pk__in=keys)
