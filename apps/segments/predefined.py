"""The segments that every workspace has (SEG-03, SEG-04). The floors above register theirs, with whom they are of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apps.attributes.models import AttributedQuerySet
from apps.workspace.models import Workspace

from .language import Filter


@dataclass(frozen=True)
class Predefined:
    """A segment that nobody changes (SEG-06). `is_badge`: not where it only repeats what a record is."""

    slug: str
    name: str
    filter: Filter
    is_badge: bool = True


@dataclass(frozen=True)
class Own:
    """What a sort of record brings: its list's address, whom teammates see on it at all (FILT-17), its segments."""

    page: str  # the name of the list's address
    listed: Callable[[Workspace], AttributedQuerySet]
    segments: Sequence[Predefined]
    counted_with: Sequence[str] = ()  # the columns that most questions ask for beside another one


_registered: dict[str, Own] = {}


def register(about: str, own: Own) -> None:
    _registered[about] = own


def own_of(about: str) -> Own:
    """What was registered for "person" or "company". Raises KeyError."""
    return _registered[about]


def abouts() -> list[str]:
    """What there are segments of, in the order of registration."""
    return list(_registered)
