"""The segments of a workspace as they are read: predefined and saved ones alike, each by its slug.

They are kept in memory until the workspace says that they changed, as its attributes are: a page that shows all of
them asks the database for none.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from apps.attributes.addresses import address
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing

from . import language, nesting
from .comparisons import Moment
from .compiling import compiled
from .language import Filter, Unreadable
from .models import Segment
from .predefined import Predefined, own_of

MOST_KEPT = 2_000


@dataclass(frozen=True)
class Standing:
    """One segment. Its slug is the word of a predefined one or the key of a saved one."""

    about: str
    slug: str
    name: str
    stored: Filter | Unreadable
    segment: Segment | None = None
    is_badge: bool = True

    @property
    def filter(self) -> Filter:
        """Raises Unreadable where what was saved is no filter any more."""
        if isinstance(self.stored, Unreadable):
            raise self.stored
        return self.stored

    @property
    def editable(self) -> bool:
        """Whether there is something to rename, change or delete; who may is another question (SEG-06)."""
        return self.segment is not None

    def page(self, workspace: Workspace) -> str:
        """The address of the list of those who are in it."""
        return address(reverse(own_of(self.about).page, args=[workspace.app_id]), segment=self.slug)


class Book:
    """Every segment of people, or of companies, in one workspace."""

    def __init__(self, standings: Iterable[Standing]) -> None:
        self.by_slug = {standing.slug: standing for standing in standings}

    @cached_property
    def filters(self) -> dict[str, Filter]:
        """Those that can be read."""
        return {slug: one.stored for slug, one in self.by_slug.items() if isinstance(one.stored, Filter)}

    @cached_property
    def depths(self) -> Mapping[str, int]:
        return nesting.depths(self.filters)


_kept: dict[tuple[int, str], tuple[object, Book]] = {}


NOTHING_KEPT: Mapping[tuple[int, str], Book] = MappingProxyType({})
# What `as_they_were` holds: books of a moment that has passed.
_then: ContextVar[Mapping[tuple[int, str], Book]] = ContextVar("as they were", default=NOTHING_KEPT)


def book_of(workspace: Workspace, about: str) -> Book:
    """Kept as long as `workspace.segments_version` stays the same; a workspace is read afresh at every door."""
    if then := _then.get().get((workspace.pk, about)):
        return then
    version, book = _kept.get((workspace.pk, about), (None, None))
    if book is None or version != workspace.segments_version:
        book = Book(_read(workspace, about))
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[workspace.pk, about] = workspace.segments_version, book
    return book


def frozen(workspace: Workspace, about: str, asked: Filter) -> dict[str, Any]:
    """The segments that a filter asks for, written down as they are: for work that goes on meaning the same people."""
    found = nesting.within(book_of(workspace, about).filters, asked)
    return {slug: language.written(one) for slug, one in found.items()}


@contextmanager
def as_they_were(workspace: Workspace, about: str, kept: Mapping[str, Any]) -> Iterator[None]:
    """Inside, the segments are those that `frozen` wrote down, and no others; where it wrote none, as they are."""
    book = Book(Standing(about, slug, slug, language.read(one)) for slug, one in kept.items())
    token = _then.set({(workspace.pk, about): book} if kept else NOTHING_KEPT)
    try:
        yield
    finally:
        _then.reset(token)


def _read(workspace: Workspace, about: str) -> Iterable[Standing]:
    yield from (_predefined(about, one) for one in own_of(about).segments)
    saved = Segment.objects.filter(workspace=workspace, about=about).order_by(Lower("name"))
    yield from (_saved(segment) for segment in saved)


def _predefined(about: str, one: Predefined) -> Standing:
    return Standing(about, one.slug, one.name, one.filter, is_badge=one.is_badge)


def _saved(segment: Segment) -> Standing:
    try:
        stored: Filter | Unreadable = language.read(segment.filter)
    except Unreadable as problem:
        stored = problem
    return Standing(segment.about, str(segment.pk), segment.name, stored, segment)


# ---- reading ---------------------------------------------------------------------------------------------------------


def all_of(workspace: Workspace, about: str) -> list[Standing]:
    """The predefined ones in their order, then the saved ones by name."""
    return list(book_of(workspace, about).by_slug.values())


def find(workspace: Workspace, about: str, slug: str) -> Standing:
    """One of them. Raises Missing."""
    found = book_of(workspace, about).by_slug.get(slug)
    if found is None:
        raise Missing("There is no such segment: it was deleted, or the link is wrong.")
    return found


def questions(workspace: Workspace, about: str, moment: Moment) -> tuple[dict[str, Q], dict[str, str]]:
    """What each segment asks the database, by slug; and of those that cannot be asked any more, why not.

    A segment breaks when what it asks for goes: an attribute that was given another type, a tag that is gone.
    """
    asked: dict[str, Q] = {}
    broken: dict[str, str] = {}
    for standing in all_of(workspace, about):
        try:
            asked[standing.slug] = compiled(workspace, about, standing.filter, moment)
        except Unreadable as problem:
            broken[standing.slug] = problem.message
    return asked, broken
