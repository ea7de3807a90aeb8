"""How many are in each segment, as it stands beside its name: all of them from one pass over the records (BEY-10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from apps.attributes.models import AttributedQuerySet
from apps.workspace.models import Workspace
from apps.workspace.patience import OutOfPatience

from . import counting
from .comparisons import Moment
from .counting import Count
from .predefined import own_of
from .standing import all_of, questions

EXACT, SAVED = "exact", "saved"  # what an address asks for
EXACT_WITHIN = 20.0  # seconds
NONE = "–"


@dataclass(frozen=True)
class Figure:
    """One segment's count in words. `reason` says why there is none."""

    slug: str
    words: str
    reason: str = ""


@dataclass(frozen=True)
class Tally:
    """`more`: whether counting on would give other figures."""

    figures: Sequence[Figure]
    more: bool = False


def tally(workspace: Workspace, about: str, moment: Moment, *, exact: bool = False, saved: bool = False) -> Tally:
    """Every segment's count: exact where that is quick, else about as many, until they are counted `exact`ly.

    `saved`: of the saved ones alone.
    """
    asked, broken = questions(workspace, about, moment)
    if saved:
        ours = {one.slug for one in all_of(workspace, about) if one.editable}
        asked = {slug: question for slug, question in asked.items() if slug in ours}
    counts = _counted(own_of(about).listed(workspace), asked, exact)
    figures = [Figure(slug, str(count)) for slug, count in counts.items()]
    figures += [Figure(slug, NONE, reason) for slug, reason in broken.items()]
    return Tally(figures, more=not exact and any(not count.exact for count in counts.values()))


def _counted(records: AttributedQuerySet, asked: Mapping[str, Q], exact: bool) -> Mapping[str, Count]:
    if not asked:
        return {}
    if exact:
        try:
            return counting.exact_counts(records, asked, EXACT_WITHIN)
        except OutOfPatience:  # what is known stays
            pass
    return counting.quick_counts(records, asked)
