"""What filters may ask about tags: does a record carry this one, or not (FILT-01)."""

from collections.abc import Sequence
from functools import partial

from django.db.models import Exists, OuterRef, Q

from apps.attributes.models import About
from apps.segments.catalogue import Choice, Field, Provider, register
from apps.segments.comparisons import Moment
from apps.segments.language import Condition
from apps.workspace.models import Workspace

from .models import Tagging
from .tagging import ADDRESS, matching

KEPT = "_tag_choices"


def register_fields() -> None:
    for about in About.values:
        register(about, Provider(ADDRESS, partial(_find, about), partial(_every, about)))


def _every(about: str, workspace: Workspace) -> list[Field]:
    return [_field(workspace, about)]


def _find(about: str, workspace: Workspace, address: str) -> Field | None:
    return _field(workspace, about) if address == ADDRESS else None


def _field(workspace: Workspace, about: str) -> Field:
    return Field(
        address=ADDRESS,
        label="Tag",
        group="Tags",
        kind="tag",
        ask=partial(_ask, workspace, about),
        choices=partial(_choices, workspace),
        gone=lambda value: "one that was deleted",
        description="A word that teammates hang on people and companies",
        icon="tag",
    )


def _ask(workspace: Workspace, about: str, condition: Condition, moment: Moment) -> Q:
    """Who never carried any tag does not carry this one (FILT-09)."""
    carried = Q(
        Exists(
            Tagging.objects.filter(workspace=workspace, about=about, tag_id=condition.value, record_id=OuterRef("pk"))
        )
    )
    return ~carried if condition.comparison == "is_not" else carried


def _choices(workspace: Workspace) -> Sequence[Choice]:
    """Read once for every object of a workspace, which doors read afresh: a page names the same tags several times."""
    kept = vars(workspace)
    if KEPT not in kept:
        kept[KEPT] = [(tag.pk, tag.name) for tag in matching(workspace)]
    return kept[KEPT]
