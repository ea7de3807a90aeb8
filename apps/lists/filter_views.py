"""The filter builder's own addresses: the picker, the form of a condition, what it means, and applying it.

Nothing is kept: what is applied leads to the list's own address with another filter in it (FILT-18). To htmx the picker
and the form are fragments that open below the bar; without it they are pages.
"""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import reswap, retarget

from apps.segments.comparisons import Moment
from apps.segments.compiling import Unanswerable
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from . import asking as lists
from . import building
from .asking import Asking
from .conditions import Editor, editor_of, preview_of
from .kinds import kind_of
from .picking import Picker, picker_of

PANEL, CHOICES, VALUE = "filter-panel", "filter-choices", "filter-value"  # what htmx puts an answer into


@page(Grant.VIEW_LISTS)
@require_safe
def picker(request: PageRequest, about: str) -> HttpResponse:
    """What there is to filter by (FILT-01). `pick` goes on to the first that was found, as Enter does."""
    asking, at = _asking(request, about), request.GET.get("at", "")
    building.Place.read(asking.filter, at)
    picked = picker_of(request, asking, at)
    first = picked.first if request.GET.get("pick") else None
    editor = editor_of(asking, {"at": at, "field": first.address}) if first else None
    return _ask(request, asking, editor) if editor else _pick(request, picked)


@page(Grant.VIEW_LISTS)
@require_safe
def condition(request: PageRequest, about: str) -> HttpResponse:
    """The form of a condition: one that is there, or a new one of the field that was picked."""
    asking = _asking(request, about)
    editor = editor_of(asking, request.GET)
    if editor is None:
        return _pick(request, picker_of(request, asking, request.GET.get("at", "")), is_gone=True)
    if request.htmx.target == VALUE:
        if request.GET.get("takes") == editor.comparison.takes:  # it stays, with what is being typed into it
            return HttpResponse(status=204)
        return _answer(request, "lists/_condition_value.html", {"editor": editor})
    return _ask(request, asking, editor)


@page(Grant.VIEW_LISTS)
@require_safe
def preview(request: PageRequest, about: str) -> HttpResponse:
    """What the form means as it stands, and how many there would be (BEY-11)."""
    asking = _asking(request, about)
    editor = editor_of(asking, request.GET)
    shown = preview_of(editor, _moment(request)) if editor else None
    return _answer(request, "lists/_filter_preview.html", {"preview": shown, "editor": editor})


@page(Grant.VIEW_LISTS)
@require_safe
def edit(request: PageRequest, about: str) -> HttpResponse:
    """Apply an edit: on to the list as it then is. What does not fit comes back in its form (FILT-07)."""
    asking = _asking(request, about)
    try:
        return redirect(asking.with_filter(building.edited(asking, request.GET)).address())
    except Unanswerable as problem:
        editor = editor_of(asking, request.GET)
        if editor is None:
            raise
        return _ask(request, asking, replace(editor, error=problem.message))


# ---- answers ---------------------------------------------------------------------------------------------------------


def _asking(request: PageRequest, about: str) -> Asking:
    try:
        kind = kind_of(about)
    except KeyError:
        raise Http404("There is no such list.") from None
    return lists.read(request.workspace, kind, request.GET)


def _moment(request: PageRequest) -> Moment:
    return Moment(now(), request.workspace.zone)


def _ask(request: PageRequest, asking: Asking, editor: Editor) -> HttpResponse:
    """The form of a condition. A fragment asks for its preview itself."""
    if not request.htmx:
        editor = replace(editor, preview=preview_of(editor, _moment(request)))
    context = {"editor": editor, "preview": editor.preview}
    return _opened(request, asking, "lists/_condition.html", context, 422 if editor.error else 200)


def _pick(request: PageRequest, picked: Picker, is_gone: bool = False) -> HttpResponse:
    context = {"picker": picked, "is_gone": is_gone}
    if request.htmx.target == CHOICES:
        return _answer(request, "lists/_filter_choices.html", context)
    return _opened(request, picked.asking, "lists/_filter_picker.html", context, 422 if is_gone else 200)


def _opened(request: PageRequest, asking: Asking, part: str, context: dict[str, Any], status: int) -> HttpResponse:
    """What opens below the bar; without htmx the page of the bar with it."""
    context |= {"asking": asking, "list": asking.address()}
    if request.htmx:
        return reswap(retarget(_answer(request, part, context, status), f"#{PANEL}"), "innerHTML")
    context |= building.bar(request, asking, _moment(request))
    return _answer(request, "lists/filter.html", {**context, "filter_part": part}, status)


def _answer(request: PageRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
