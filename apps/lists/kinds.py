"""The lists there are: one of people, one of companies. The floors above register theirs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.attributes.models import Attributed, AttributedQuerySet
from apps.workspace.models import Workspace


@dataclass(frozen=True)
class ListKind:
    """What makes a list the list of people: whom it holds, where it stands, what a row begins with."""

    about: str
    model: type[Attributed]
    page: str  # the name of its address: "people:list"
    profile: str  # the name of the address of one record, by its public id
    noun: str
    plural: str
    home: str  # the predefined segment that it opens with
    listed: Callable[[Workspace], AttributedQuerySet]  # whom teammates see at all (FILT-17)
    first_column: str
    first_field: str  # what the first column is sorted by
    actions_template: str  # what can be added, beside the title; empty where nothing can
    empty_template: str  # what stands in the place of no rows where nothing is asked
    face: tuple[str, ...]  # the fields of the model that the first cell needs
    columns: tuple[str, ...]  # addresses of the fields that stand beside it unless a teammate chose otherwise
    sort: str  # "-last_seen_at": how it is sorted unless a teammate chose otherwise
    found_by: tuple[str, ...]  # the fields that quick search looks through (FILT-20)
    found_in: str  # and how a teammate calls them
    walked_by: frozenset[str] = frozenset()  # fields that stand before the default sort in its index
    home_title: str = ""  # where the list that it opens with is called otherwise than its segment
    lede: str = ""
    is_square: bool = False  # how the tiles of its records look
    online: Callable[[Workspace, Iterable[str], datetime], set[str]] | None = None  # who is, by their public ids
    online_page: str = ""  # the name of the address that is asked for their dots again and again


_kinds: dict[str, ListKind] = {}


def register(kind: ListKind) -> ListKind:
    _kinds[kind.about] = kind
    return kind


def kind_of(about: str) -> ListKind:
    """The list of "person" or "company" records. Raises KeyError."""
    return _kinds[about]
