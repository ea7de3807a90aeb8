"""The workspace's tags as their settings list them: how many carry each, and which segments ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse

from apps.attributes.models import About, model_of
from apps.attributes.searching import LONGEST_SEARCH
from apps.segments.language import Condition, address, all_of
from apps.segments.usage import users_of_each
from apps.workspace.models import Workspace

from .models import Tag, Tagging
from .tagging import ADDRESS, matching

MOST_SHOWN = 100  # on a page of the list
MANY = 12  # from here on there is a search
LISTS = {"person": "people:list", "company": "companies:list"}  # where those who carry a tag are seen


@dataclass(frozen=True, slots=True)
class Row:
    """One tag, and what hangs on it."""

    tag: Tag
    people: int
    companies: int
    segments: Sequence[str]

    @property
    def people_url(self) -> str:
        return carriers_url(self.tag.workspace, self.tag.pk, "person")

    @property
    def companies_url(self) -> str:
        return carriers_url(self.tag.workspace, self.tag.pk, "company")


@dataclass(frozen=True, slots=True)
class Inventory:
    """A part of the list. `more` is the name after which the next part begins."""

    rows: Sequence[Row]
    count: int
    search: str
    more: str = ""

    @classmethod
    def of(cls, workspace: Workspace, search: str = "", after: str = "") -> Self:
        tags = matching(workspace, search, after) if len(search) <= LONGEST_SEARCH else Tag.objects.none()
        count = Tag.objects.filter(workspace=workspace).count()
        listed = list(tags[: MOST_SHOWN + 1])
        shown = listed[:MOST_SHOWN]
        return cls(rows_of(workspace, shown), count, search, shown[-1].name if len(listed) > len(shown) else "")

    @property
    def is_long(self) -> bool:
        return self.count >= MANY


def rows_of(workspace: Workspace, tags: Sequence[Tag]) -> list[Row]:
    """Some tags with what hangs on them: as many queries for all as for one."""
    counts = {about: carriers(workspace, about, tags) for about in About.values}
    segments = users_of_each(workspace, ADDRESS, [tag.pk for tag in tags])
    for tag in tags:
        tag.workspace = workspace  # known, so not fetched for each
    return [
        Row(tag, counts["person"].get(tag.pk, 0), counts["company"].get(tag.pk, 0), segments[tag.pk]) for tag in tags
    ]


def carriers(workspace: Workspace, about: str, tags: Sequence[Tag]) -> dict[int, int]:
    """How many people, or companies, that teammates see carry each of some tags. One query."""
    if not tags:
        return {}
    seen = model_of(about).objects.of(workspace).listed()
    carried = Tagging.objects.filter(workspace=workspace, about=about, tag__in=tags, record_id__in=seen.values("pk"))
    return dict(carried.order_by().values_list("tag").annotate(Count("pk")))


def carriers_url(workspace: Workspace, tag_id: int, about: str) -> str:
    """The list of those who carry a tag."""
    asked = QueryDict(mutable=True)
    asked["filter"] = address(all_of(Condition(ADDRESS, "is", tag_id)))
    return f"{reverse(LISTS[about], args=[workspace.app_id])}?{asked.urlencode()}"
