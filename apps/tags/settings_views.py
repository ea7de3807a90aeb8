"""Settings → Tags: which there are, who carries them, and making, renaming and deleting them (TAG-02, TAG-03, TAG-05).

Every action is a plain form that leads back to the list. To htmx the same views answer with a part of the page.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.attributes.searching import sought
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Problem

from . import tagging
from .inventory import Inventory, rows_of
from .models import Tag
from .profile_views import tag_or_404


@page(Grant.MANAGE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Target")
def settings(request: PageRequest) -> HttpResponse:
    """The list, by name; and making a tag."""
    if request.method == "POST":
        return _create(request)
    context = _context(request)
    if request.htmx.target == "more-tags":
        return render(request, "tags/_settings_rows.html", context | {"is_more": True})
    is_searched = request.htmx.target == "tags"
    return render(request, "tags/_settings_list.html" if is_searched else "tags/settings.html", context)


def _create(request: PageRequest) -> HttpResponse:
    typed = request.POST.get("name", "")
    try:
        tag = tagging.create(request.workspace, typed, by=hand_of(request), now=now())
    except Problem as problem:
        if problem.field != "name":
            raise
        context = {"typed": typed, "error": problem.message}
        if request.htmx:
            return render(request, "tags/_settings_new.html", context, status=422)
        return render(request, "tags/settings.html", _context(request) | context, status=422)
    messages.success(request, f"Created the tag {tag}.")
    if not request.htmx:
        return redirect(_list_url(request, tag))
    return render(request, "tags/_settings_changed.html", _context(request, saved=tag.pk))


@page(Grant.MANAGE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def tag(request: PageRequest, pk: int) -> HttpResponse:
    """One tag of the list: shown, opened to be renamed (`?edit`), or renamed."""
    asked = tag_or_404(request.workspace, pk)
    if request.method == "POST":
        return _rename(request, asked)
    if "edit" in request.GET:
        return _ask(request, asked, asked.name)
    if not request.htmx:
        return redirect(_list_url(request, asked))
    return _row(request, asked)


def _rename(request: PageRequest, asked: Tag) -> HttpResponse:
    typed = request.POST.get("name", "")
    try:
        tagging.rename(asked, typed, by=hand_of(request), now=now())
    except Problem as problem:
        if problem.field != "name":
            raise
        return _ask(request, asked, typed, problem.message, status=422)
    if request.htmx:
        return _row(request, asked, saved=asked.pk, said=f"Saved the tag {asked}.")
    messages.success(request, f"Saved the tag {asked}.")
    return redirect(_list_url(request, asked))


@page(Grant.MANAGE_TAGS)
@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Delete a tag. Whoever carried it loses it, and nobody is removed."""
    asked = tag_or_404(request.workspace, pk)
    tagging.delete(asked, by=hand_of(request), now=now())
    messages.success(request, f"Deleted the tag {asked}.")
    if not request.htmx:
        return redirect(_list_url(request))
    return render(request, "tags/_settings_changed.html", _context(request))


# ---- what the page shows ---------------------------------------------------------------------------------------------


def _context(request: PageRequest, **more: Any) -> dict[str, Any]:
    search, after = (sought(request.GET.get(name, "")) for name in ("q", "after"))
    return {"inventory": Inventory.of(request.workspace, search, after)} | more


def _row(request: PageRequest, asked: Tag, **more: Any) -> HttpResponse:
    (row,) = rows_of(request.workspace, [asked])
    return render(request, "tags/_settings_saved.html", {"row": row} | more)


def _ask(request: PageRequest, asked: Tag, typed: str, error: str = "", status: int = 200) -> HttpResponse:
    template = "tags/_settings_form.html" if request.htmx else "tags/settings_tag.html"
    return render(request, template, {"tag": asked, "typed": typed, "error": error}, status=status)


def _list_url(request: PageRequest, tag: Tag | None = None) -> str:
    address = reverse("tags:settings", args=[request.workspace.app_id])
    return f"{address}#tag-{tag.pk}" if tag else address
