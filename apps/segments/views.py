"""The segments beside a list: their counts, and saving, renaming, changing and deleting them (SEG-02, SEG-06…09).

Every action is a plain form on a page of its own that leads back to the list. With htmx it stands in place, or in a
dialog.
"""

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Problem

from . import language, saving, sidebar
from .comparisons import Moment
from .forms import NameForm, SayingForm, SegmentForm
from .models import Segment
from .sidebar import Sidebar
from .standing import Standing, find
from .tally import EXACT, SAVED, tally
from .wording import said

BACK_TO_SETTINGS = "settings"


@page(Grant.VIEW_LISTS)
@require_safe
@vary_on_headers("HX-Request")
def counts(request: PageRequest, about: str) -> HttpResponse:
    """How many are in each segment, from one pass: at once, and with `?exact` counted to the last one (BEY-10)."""
    moment, saved = Moment(now(), request.workspace.zone), SAVED in request.GET
    counted = tally(request.workspace, about, moment, exact=EXACT in request.GET, saved=saved)
    context = {"tally": counted, "about": about, "sidebar": Sidebar(request.seat, about), "saved": saved}
    return render(request, "segments/_counts.html" if request.htmx else "segments/counts.html", context)


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def create(request: PageRequest, about: str) -> HttpResponse:
    """Save the filter of a list under a name (SEG-02); `?close` gives up on it, back to what can be done."""
    asked = request.GET.get("filter", "")
    standing = _standing(request, about)
    if "close" in request.GET:
        context = {"about": about, "standing": standing, "condition": asked, "is_edited": True}
        return render(request, "segments/_controls.html", context)
    form = SegmentForm(request.POST or None, initial={"filter": asked})
    if request.method == "POST" and form.is_valid():
        try:
            by, name = hand_of(request), form.cleaned_data["name"]
            segment = saving.create(request.workspace, about, name, form.asked(), by=by, now=now())
            return _done(request, segment, f"Saved segment {segment.name}.")
        except Problem as problem:
            form.put(problem)
    return _ask(request, "save", form, about, standing, words=_words(request, about, form))


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def rename(request: PageRequest, about: str, slug: str) -> HttpResponse:
    """Another name (SEG-06)."""
    standing = find(request.workspace, about, slug)
    segment = _own(request, standing)
    form = NameForm(request.POST or None, initial={"name": standing.name})
    if request.method == "POST" and form.is_valid():
        try:
            segment = saving.rename(segment, form.cleaned_data["name"], by=hand_of(request), now=now())
            return _done(request, segment, f"Renamed to {segment.name}.")
        except Problem as problem:
            form.put(problem)
    return _ask(request, "rename", form, about, standing)


@page(Grant.MANAGE_DATA)
@require_http_methods(["POST"])
def edit(request: PageRequest, about: str, slug: str) -> HttpResponse:
    """Have a segment ask what the list asks now (SEG-06)."""
    standing = find(request.workspace, about, slug)
    segment = _own(request, standing)
    asked = language.from_address(request.POST.get("filter", ""))
    saving.edit(segment, asked, by=hand_of(request), now=now())
    return _done(request, segment, f"Updated segment {segment.name}.")


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def delete(request: PageRequest, about: str, slug: str) -> HttpResponse:
    """Ask first; then take the segment away, and nobody who is in it (SEG-08, SEG-09)."""
    standing = find(request.workspace, about, slug)
    segment = _own(request, standing)
    form = SayingForm(request.POST)
    if request.method == "POST":
        try:
            saving.delete(segment, by=hand_of(request), now=now())
            return _done(request, segment, f"Deleted segment {segment.name}.", is_gone=True)
        except Problem as problem:
            form.put(problem)
    return _ask(request, "delete", form, about, standing)


@page(Grant.VIEW_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def pins(request: PageRequest, about: str) -> HttpResponse:
    """Which segments a teammate sees first, and in what order: one step a click, kept for them alone."""
    if request.method == "POST":
        act = next((step for step in sidebar.STEPS if step in request.POST), "")
        sidebar.change(request.seat, about, act, request.POST.get(act, ""))
        if not request.htmx:
            return redirect("segments:pins", app_id=request.workspace.app_id, about=about)
    current = request.POST.get("current", request.GET.get("current", ""))
    template = "segments/pins.html"
    if request.htmx:
        template = "segments/_pinned.html" if request.method == "POST" else "segments/_pins_dialog.html"
    return render(request, template, {"sidebar": Sidebar(request.seat, about, current), "about": about})


# ---- answering -------------------------------------------------------------------------------------------------------


def _own(request: PageRequest, standing: Standing) -> Segment:
    """A copy of the saved segment, of this very workspace: the one that is kept serves others at the same time. Raises
    Forbidden for a predefined one."""
    segment = copy(saving.own(standing))
    segment.workspace = request.workspace
    return segment


def _standing(request: PageRequest, about: str) -> Standing | None:
    """The segment that the list had been opened with, where the request says which."""
    slug = request.POST.get("segment", request.GET.get("segment", ""))
    return find(request.workspace, about, slug) if slug else None


def _words(request: PageRequest, about: str, form: SegmentForm) -> str:
    """The filter that is to be saved, in words; empty where it is none."""
    raw = form["filter"].value() or ""
    try:
        return said(request.workspace, about, language.from_address(raw))
    except Problem:
        return ""


def _ask(
    request: PageRequest, act: str, form: Any, about: str, standing: Standing | None = None, **more: Any
) -> HttpResponse:
    """A form: in place or in a dialog with htmx, on a page of its own without; 422 where something is wrong with it."""
    back = _back(request, about, standing)
    template = f"segments/_{act}.html" if request.htmx else f"segments/{act}.html"
    context = {"form": form, "about": about, "standing": standing, "back": back, "origin": _origin(request), **more}
    return render(request, template, context, status=422 if form.errors else 200)


def _done(request: PageRequest, segment: Segment, sentence: str, *, is_gone: bool = False) -> HttpResponse:
    """To the list, open on the segment (SEG-02); to where it was asked for where that was the settings."""
    messages.success(request, sentence)
    standing = None if is_gone else find(request.workspace, segment.about, str(segment.pk))
    where = _back(request, segment.about, standing)
    return HttpResponseClientRedirect(where) if request.htmx else redirect(where)


def _origin(request: PageRequest) -> str:
    asked = request.POST.get("from", request.GET.get("from", ""))
    return asked if asked == BACK_TO_SETTINGS else ""


def _back(request: PageRequest, about: str, standing: Standing | None) -> str:
    workspace = request.workspace
    if _origin(request):
        return reverse("segments:settings", args=[workspace.app_id])
    return standing.page(workspace) if standing else sidebar.home(workspace, about)
