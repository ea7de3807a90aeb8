"""The page of a list: whole, or to htmx what stands in `<main>`, with the address bar following."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import push_url, replace_url

from apps.attributes.addresses import address
from apps.segments.comparisons import Moment
from apps.segments.language import Unreadable
from apps.segments.sidebar import Sidebar
from apps.segments.travelling import Search, as_search
from apps.segments.wording import said
from apps.workspace.clock import now
from apps.workspace.hosts import origin
from apps.workspace.pages import PageRequest

from . import asking as lists
from . import building
from .asking import Asking
from .kinds import ListKind, kind_of
from .looking import Look, look

PAGE, PART = "lists/list.html", "lists/_list.html"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another list that has matches, too, or instead: what they are called, and where they are."""

    noun: str  # of those looked for, where there are none
    there: str  # and of those who match there
    words: str  # "2 leads match"
    title: str
    url: str


Hint = Callable[[Look, Moment], Elsewhere | None]


@dataclass(frozen=True)
class Page:
    """What the templates of a list read beside the rows."""

    request: PageRequest
    seen: Look
    here: str
    online: frozenset[str] | None = None  # the public ids of those who are; None where nobody ever is

    @property
    def asking(self) -> Asking:
        return self.seen.asking

    @property
    def kind(self) -> ListKind:
        return self.asking.kind

    @property
    def title(self) -> str:
        own = self.kind.home_title if self.asking.standing.slug == self.kind.home else ""
        return own or self.asking.standing.name

    @cached_property
    def words(self) -> str:
        """The filter said back; nothing where it only says which list this is."""
        if not self.seen.asks_more:
            return ""
        return said(self.asking.workspace, self.kind.about, self.asking.filter)

    @property
    def condition(self) -> str:
        """What a segment can be saved with, as addresses carry it; nothing where that is one already."""
        return self.asking.condition if self.asking.is_edited else ""

    @property
    def previous(self) -> str:
        return self.asking.address(before=self.seen.page.before) if self.seen.page.before else ""

    @property
    def next(self) -> str:
        return self.asking.address(after=self.seen.page.after) if self.seen.page.after else ""

    @property
    def everybody(self) -> str:
        """The list with nothing asked."""
        return reverse(self.kind.page, args=[self.asking.workspace.app_id])

    @property
    def without_search(self) -> str:
        return self.asking.address(q="")

    @property
    def count_url(self) -> str:
        return self._own("count")

    @property
    def sort_url(self) -> str:
        return self._own("sort")

    @property
    def columns_url(self) -> str:
        return self._own("columns")

    @property
    def online_url(self) -> str:
        """Where it is asked again and again who of the rows shown is online (PRES-05)."""
        if self.online is None:
            return ""
        shown = ",".join(row.record.public_id for row in self.seen.rows)
        return reverse(self.kind.online_page, args=[self.asking.workspace.app_id]) + f"?ids={shown}"

    @property
    def link(self) -> str:
        """The link to share: without the place in the list, with the order as it is seen (FILT-18)."""
        return origin(self.asking.workspace, "app", self.request) + self.asking.address(sort=self.seen.sort)

    @property
    def travels(self) -> bool:
        """Whether there are such records to be searched for through the REST API at all."""
        return self.kind.about == "person"

    @cached_property
    def search(self) -> Search | list[str]:
        """The same question as the body of a contacts search, or why it is none (BEY-13)."""
        if self.asking.search:
            return ["The REST API has no quick search: clear it first."]
        try:
            return as_search(self.asking.workspace, self.kind.about, self.asking.filter)
        except Unreadable as problem:
            return [problem.message]

    @property
    def search_json(self) -> str:
        return "" if isinstance(self.search, list) else json.dumps({"query": self.search}, indent=2, ensure_ascii=False)

    @property
    def api(self) -> str:
        """Where the REST API is reached."""
        return origin(self.asking.workspace, "api", self.request)

    @cached_property
    def selects(self) -> bool:
        """Whether there is anything that a teammate may do with the rows."""
        return bool(self.request.seat.may["edit_data"]) and bool(self.seen.rows)

    def _own(self, name: str) -> str:
        return own_address(self.asking, name)


def own_address(asking: Asking, name: str) -> str:
    """An address of this room that is asked about the same list."""
    path = reverse(f"lists:{name}", args=[asking.workspace.app_id, asking.kind.about])
    return address(path, **asking.said)


def show(request: PageRequest, kind: ListKind, hint: Hint | None = None) -> HttpResponse:
    """A list as its address asks for it."""
    moment = Moment(now(), request.workspace.zone)
    asking, unreadable = asked(request, kind, request.GET)
    seen = look(asking, request.seat, moment, request.GET.get("after", ""), request.GET.get("before", ""))
    page = Page(request, seen, _here(request, seen), _online(seen, moment))
    context = {
        "page": page,
        "seen": seen,
        "asking": asking,
        "kind": kind,
        "problem": unreadable or seen.problem,
        "elsewhere": hint(seen, moment) if hint else None,
        "sidebar": Sidebar(request.seat, kind.about, asking.standing.slug),
        **_bar(request, asking, moment),
    }
    return _answer(request, page.here, context)


def _online(seen: Look, moment: Moment) -> frozenset[str] | None:
    kind = seen.asking.kind
    if kind.online is None:
        return None
    return frozenset(kind.online(seen.asking.workspace, (row.record.public_id for row in seen.rows), moment.now))


def list_kind(about: str) -> ListKind:
    """Raises Http404."""
    try:
        return kind_of(about)
    except KeyError:
        raise Http404("There is no such list.") from None


def asked(request: PageRequest, kind: ListKind, params: QueryDict) -> tuple[Asking, str]:
    """What is asked of the list; without its filter, and why, where that is none (FILT-18)."""
    try:
        return lists.read(request.workspace, kind, params), ""
    except Unreadable as problem:
        others = params.copy()
        del others["filter"]
        reason, _, _ = problem.message.rstrip(".").partition(". ")
        return lists.read(request.workspace, kind, others), f"{reason}. Here is the list without the address’s filter."


def _here(request: PageRequest, seen: Look) -> str:
    """The list's own address: a place that was none is not kept."""
    if seen.page.first <= 1:
        return seen.asking.address()
    after = request.GET.get("after", "")
    return seen.asking.address(after=after, before="" if after else request.GET.get("before", ""))


def _bar(request: PageRequest, asking: Asking, moment: Moment) -> dict[str, Any]:
    try:
        return building.bar(request, asking, moment)
    except Unreadable:  # what was saved as the segment is no filter: the sentence says so
        return {}


def _answer(request: PageRequest, here: str, context: dict[str, Any]) -> HttpResponse:
    is_part = request.htmx and not request.htmx.history_restore_request
    response = render(request, PART if is_part else PAGE, context)
    patch_vary_headers(response, ["HX-Request"])
    return _remembered(response, request, here) if is_part else response


def _remembered(response: HttpResponse, request: PageRequest, here: str) -> HttpResponse:
    """The address bar follows the list. Typing on, and Refresh, replace the browser's entry; all else adds one."""
    stood = request.htmx.current_url_abs_path or ""
    is_typing_on = all("q=" in one and "after=" not in one for one in (stood, here))
    return replace_url(response, here) if is_typing_on or stood == here else push_url(response, here)
