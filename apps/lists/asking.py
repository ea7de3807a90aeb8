"""What a list is asked: the segment it opened with, the filter, the search, the order. All of it stands in the address,
so that a list can be bookmarked, shared, and handed to a job (FILT-18).

    /apps/abc1234/people/?segment=users&filter=["and",["and",["plan","is","pro"]]]&q=ann&sort=-last_seen_at

A filter is complete: where the address has none, it is the segment's own; where it has one, it replaces that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.attributes.addresses import address
from apps.attributes.searching import sought
from apps.segments import language, standing
from apps.segments.comparisons import Moment
from apps.segments.compiling import compiled
from apps.segments.fitting import check_lasting
from apps.segments.language import Filter
from apps.segments.standing import Standing
from apps.workspace.models import Workspace

from .kinds import ListKind
from .searching import few, found


@dataclass(frozen=True)
class Asking:
    """One state of a list. `edited` is the address's own filter; none where the segment's stands as it is."""

    workspace: Workspace
    kind: ListKind
    standing: Standing
    edited: Filter | None = None
    search: str = ""
    sort: str = ""  # empty: as the teammate sorts this list
    found: tuple[int, ...] | None = None  # the keys that the search finds, where they are few and looked up already

    @property
    def filter(self) -> Filter:
        return self.standing.filter if self.edited is None else self.edited

    @property
    def is_edited(self) -> bool:
        """Whether the filter is another one than the segment's."""
        return self.edited is not None and self.edited != self.standing.stored

    @property
    def condition(self) -> str:
        """The filter as an address carries it."""
        return language.address(self.filter)

    @property
    def question(self) -> str:
        """What decides who is in the list, in a text; but for the data and the clock."""
        workspace = self.workspace
        versions = f"{workspace.attributes_version}:{workspace.segments_version}:{workspace.zone}"
        return "\n".join(
            (f"{workspace.pk}:{versions}", self.kind.about, self.standing.slug, self.condition, self.search)
        )

    def searched(self) -> "Asking":
        """The same question, with what its search finds looked up."""
        return replace(self, found=few(self.workspace, self.kind, self.search)) if self.search else self

    def with_filter(self, asked: Filter) -> "Asking":
        return replace(self, edited=None if asked == self.standing.stored else asked)

    def address(self, **more: Any) -> str:
        """The list's own address; `more` adds or, when empty, leaves out."""
        return address(reverse(self.kind.page, args=[self.workspace.app_id]), **{**self.said, **more})

    @property
    def said(self) -> dict[str, str]:
        """What an address or a form has to carry for the same people to be asked for again."""
        own = "" if self.edited is None else language.address(self.edited) or EVERYBODY
        return {"segment": self.standing.slug, "filter": own, "q": self.search, "sort": self.sort}


EVERYBODY = '["and"]'  # a filter that asks nothing, where the segment would ask something


def read(workspace: Workspace, kind: ListKind, params: Mapping[str, str]) -> Asking:
    """What an address or a form asks of a list. Raises Unreadable for a filter that is none, Missing for a segment
    that is not there."""
    slug, raw = params.get("segment", ""), params.get("filter", "")
    return Asking(
        workspace,
        kind,
        standing.find(workspace, kind.about, slug or kind.home),
        language.from_address(raw) if raw else None,
        sought(params.get("q", "")),
        params.get("sort", ""),
    )


def matching(asking: Asking, moment: Moment) -> QuerySet:
    """The records that are asked for, of those that teammates see. Raises Unanswerable."""
    workspace, kind = asking.workspace, asking.kind
    check_lasting(workspace, kind.about, asking.filter)
    met: Q = compiled(workspace, kind.about, asking.filter, moment)
    records = kind.listed(workspace).filter(met)
    if asking.found is not None:
        return records.filter(pk__in=asking.found)
    return found(workspace, kind, records, asking.search)
