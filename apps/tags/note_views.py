"""Notes on a profile: added, edited and deleted in place, each by whoever wrote it (NOTE-01, UI-01, UI-08)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.attributes.finding import record_or_404
from apps.attributes.models import Attributed
from apps.attributes.paging import Place
from apps.attributes.viewing import note_view
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant, check_grant
from apps.workspace.problems import Missing, Problem

from . import noting
from .models import Note
from .sections import entry, fragment, part


@page(Grant.VIEW_PROFILES, Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def notes(request: PageRequest, about: str, public_id: str) -> HttpResponse:
    """All notes of a record, some at a time; and adding one."""
    record = record_or_404(request.workspace, about, public_id)
    note_view(request, record)
    if request.method != "POST":
        return _list(request, record)
    typed = request.POST.get("text", "")
    try:
        noting.add(record, typed, by=hand_of(request), now=now())
    except Problem as problem:
        if problem.field != "text":
            raise
        return _section(request, record, status=422, note_typed=typed, note_error=problem.message)
    return _changed(request, record, "Added the note.")


def _list(request: PageRequest, record: Attributed) -> HttpResponse:
    """What follows a place, for htmx; otherwise a page of its own."""
    after = Place.read(request.GET.get("after", ""))
    if request.htmx:
        return render(request, "tags/_note_entries.html", {"shown": part(request, record, after), "is_more": True})
    if after is None:
        return _section(request, record)
    context = {"record": record, "title": "Notes", "shown": part(request, record, after)}
    return render(request, "tags/notes.html", context)


@page(Grant.VIEW_PROFILES, Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def note(request: PageRequest, about: str, public_id: str, pk: int) -> HttpResponse:
    """One note: shown, opened (`?edit`) or saved."""
    record = record_or_404(request.workspace, about, public_id)
    asked = _note_or_404(record, pk)
    if request.method == "POST":
        return _save(request, record, asked)
    if "edit" not in request.GET:
        return _show(request, record, asked)
    check_grant(request.seat, Grant.EDIT_DATA)
    noting.check_own(asked, hand_of(request), "edit")
    return _ask(request, record, asked)


def _save(request: PageRequest, record: Attributed, asked: Note) -> HttpResponse:
    typed = request.POST.get("text", "")
    try:
        noting.edit(asked, typed, by=hand_of(request), now=now())
    except Problem as problem:
        if problem.field != "text":
            raise
        return _ask(request, record, asked, status=422, typed=typed, error=problem.message)
    return _show(request, record, asked, said="Saved the note.")


@page(Grant.EDIT_DATA)
@require_POST
def delete(request: PageRequest, about: str, public_id: str, pk: int) -> HttpResponse:
    """Delete one's own note."""
    record = record_or_404(request.workspace, about, public_id)
    noting.delete(_note_or_404(record, pk), by=hand_of(request))
    return _changed(request, record, "Deleted the note.")


def _note_or_404(record: Attributed, pk: int) -> Note:
    found = noting.notes_of(record).filter(pk=pk).first()
    if found is None:
        raise Missing("This note is not here: it was deleted meanwhile.")
    return found


# ---- answering -------------------------------------------------------------------------------------------------------


def _show(request: PageRequest, record: Attributed, shown: Note, said: str = "") -> HttpResponse:
    if not request.htmx:
        if said:
            messages.success(request, said)
        return redirect(f"{record.page()}#section-notes")
    context = {"record": record, "entry": entry(shown, request.seat), "said": said, "saved": bool(said)}
    return render(request, "tags/_note_shown.html", context)


def _ask(request: PageRequest, record: Attributed, asked: Note, status: int = 200, **more: Any) -> HttpResponse:
    template = "tags/_note_form.html" if request.htmx else "tags/note.html"
    context = {"record": record, "note": asked, "title": "Edit note", "typed": asked.text, **more}
    return render(request, template, context, status=status)


def _section(request: PageRequest, record: Attributed, status: int = 200, **more: Any) -> HttpResponse:
    section = fragment("notes", request, record, **more)
    if request.htmx:
        return HttpResponse(section, status=status)
    context = {"record": record, "title": "Notes", "section": section}
    return render(request, "tags/section.html", context, status=status)


def _changed(request: PageRequest, record: Attributed, sentence: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, sentence)
        return redirect(f"{record.page()}#section-notes")
    return render(request, "tags/_changed.html", {"parts": [fragment("notes", request, record)], "said": sentence})
