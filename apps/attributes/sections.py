"""The sections of a record's page. Each floor brings its own; those above register theirs with the ones below."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import cached_property

from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest
from apps.workspace.permissions import Grant, can

from .catalogue import catalogue_of
from .definitions import Catalogue
from .models import Attributed

Context = Mapping[str, Any]


class RecordPage:
    """A record's page as one teammate sees it: what its sections may ask, read once for all of them."""

    def __init__(self, request: PageRequest, record: Attributed) -> None:
        self.request = request
        self.record = record
        self.seat = request.seat

    @property
    def workspace(self) -> Workspace:
        return self.record.workspace

    @property
    def may_edit(self) -> bool:
        return can(self.seat, Grant.EDIT_DATA)

    @cached_property
    def catalogue(self) -> Catalogue:
        return catalogue_of(self.workspace, self.record.about)


@dataclass(frozen=True)
class Section:
    """A part of the page that opens and closes. Its templates find its context in `shown`; its head says `count`."""

    order: int
    slug: str
    title: str
    template: str
    # what the page knows (`profile`) → what the template needs; None: there is nothing to show, not even that
    context: Callable[[Any], Context | None]
    actions: str = ""  # the template of what can be done with the whole section
    aside: bool = False  # whether it stands in the second column


class Sections:
    """The sections of one sort of record."""

    def __init__(self) -> None:
        self._by_slug: dict[str, Section] = {}

    def register(self, section: Section) -> Section:
        self._by_slug[section.slug] = section
        return section

    def in_order(self) -> list[Section]:
        return sorted(self._by_slug.values(), key=lambda section: section.order)

    def shown(self, profile: Any) -> list[dict[str, Any]]:
        """Every section that has something to show, with what its template needs."""
        told = ((section, section.context(profile)) for section in self.in_order())
        return [_shown(section, context) for section, context in told if context is not None]

    def fragment(self, slug: str, profile: Any, *, oob: bool = False, **more: Any) -> str:
        """One section alone, for htmx; `oob` swaps it into its place beside another answer."""
        section = self._by_slug[slug]
        shown = _shown(section, section.context(profile) or {})
        context = {"shown": shown, "oob": oob, "profile": profile, **more}
        return render_to_string("profiles/_section.html", context, profile.request)


def _shown(section: Section, context: Context) -> dict[str, Any]:
    return {"section": section, **context}
