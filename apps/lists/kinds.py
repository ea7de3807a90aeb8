"""The lists there are: one of people, one of companies. The floors above register theirs."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.attributes.models import Attributed, AttributedQuerySet
from apps.workspace.models import Workspace


@dataclass(frozen=True)
class ListKind:
    """What makes a list the list of people: whom it holds, where it stands, what a row begins with."""

    about: str
    model: type[Attributed]
    page: str  # the name of its address: "people:list"
    noun: str
    plural: str
    home: str  # the predefined segment that it opens with
    listed: Callable[[Workspace], AttributedQuerySet]  # whom teammates see at all (FILT-17)
    first_column: str
    row_template: str  # the first cell: picture and name
    face: tuple[str, ...]  # the fields of the model that the first cell needs
    columns: tuple[str, ...]  # addresses of the fields that stand beside it unless a teammate chose otherwise
    sort: str  # "-last_seen_at": how it is sorted unless a teammate chose otherwise
    found_by: tuple[str, ...]  # the fields that quick search looks through (FILT-20)


_kinds: dict[str, ListKind] = {}


def register(kind: ListKind) -> ListKind:
    _kinds[kind.about] = kind
    return kind


def kind_of(about: str) -> ListKind:
    """The list of "person" or "company" records. Raises KeyError."""
    return _kinds[about]
