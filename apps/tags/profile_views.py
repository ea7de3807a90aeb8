"""Tags on a profile: chips that are added by typing and removed in place (TAG-01, TAG-02, TAG-04, UI-01, UI-08)."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.finding import record_or_404
from apps.attributes.models import Attributed
from apps.attributes.searching import LONGEST_SEARCH, sought
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Missing, Problem

from . import tagging
from .models import Tag
from .sections import echo, fragment

MOST_SUGGESTED = 20


@page(Grant.VIEW_PROFILES, Grant.MANAGE_TAGS)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def tags(request: PageRequest, about: str, public_id: str) -> HttpResponse:
    """The tags of a record, and hanging one more on it. A name that is no tag yet becomes one."""
    record = record_or_404(request.workspace, about, public_id)
    if request.method != "POST":
        return _show(request, record)
    typed = request.POST.get("name", "")
    try:
        tag, is_new = _add(request, record, typed)
    except Problem as problem:
        if problem.field != "name":
            raise
        return _show(request, record, status=422, tag_typed=typed, tag_error=problem.message)
    return _changed(request, record, f"Added the tag {tag}." if is_new else f"The tag {tag} was there already.")


@transaction.atomic
def _add(request: PageRequest, record: Attributed, name: str) -> tuple[Tag, bool]:
    by, moment = hand_of(request), now()
    tag = tagging.find_or_create(request.workspace, name, by=by, now=moment)
    return tag, bool(tagging.add(type(record), request.workspace, [record.pk], tag, by=by, now=moment))


@page(Grant.MANAGE_TAGS)
@require_POST
def remove(request: PageRequest, about: str, public_id: str) -> HttpResponse:
    """Take one tag from a record. Twice is harmless."""
    record = record_or_404(request.workspace, about, public_id)
    tag = tag_or_404(request.workspace, request.POST.get("tag", ""))
    tagging.remove(type(record), request.workspace, [record.pk], tag)
    return _changed(request, record, f"Removed the tag {tag}.")


@page(Grant.MANAGE_TAGS)
@require_safe
def names(request: PageRequest, about: str, public_id: str) -> HttpResponse:
    """Tags to choose from, for somebody who types."""
    record = record_or_404(request.workspace, about, public_id)
    searched = sought(request.GET.get("name", ""))[:LONGEST_SEARCH]
    found = tagging.suggestions(request.workspace, searched, MOST_SUGGESTED, without=record)
    return render(request, "tags/_names.html", {"names": found})


def tag_or_404(workspace: Workspace, pk: str | int) -> Tag:
    """A tag by its key. Raises Missing."""
    known = str(pk).isascii() and str(pk).isdecimal() and len(str(pk)) < 19
    tag = Tag.objects.filter(workspace=workspace, pk=int(pk)).first() if known else None
    if tag is None:
        raise Missing("There is no such tag in this workspace, or it was deleted meanwhile.")
    tag.workspace = workspace
    return tag


def _show(request: PageRequest, record: Attributed, status: int = 200, **more: Any) -> HttpResponse:
    section = fragment("tags", request, record, **more)
    if request.htmx:
        return HttpResponse(section, status=status)
    return render(request, "tags/section.html", {"record": record, "title": "Tags", "section": section}, status=status)


def _changed(request: PageRequest, record: Attributed, sentence: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, sentence)
        return redirect(f"{record.page()}#section-tags")
    parts = [fragment("tags", request, record), *echo(request, record)]
    return render(request, "tags/_changed.html", {"parts": parts, "said": sentence})
