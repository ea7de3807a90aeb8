"""Settings → Events: what each means, how often it came and when last, and which are in use (EVT-12, screens 8.4).

Every action is a plain form that leads back to the list. To htmx the same views answer with a part of the page.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.reports import Refusal
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Dependants, Missing, Problem

from . import keeping
from .fields import uses_of
from .forms import EventForm
from .listing import listing_of, row_of
from .models import EventName


@page(Grant.MANAGE_DATA)
@require_safe
@vary_on_headers("HX-Target")
def settings(request: PageRequest) -> HttpResponse:
    """The list, narrowed to what is looked for."""
    template = "events/_names.html" if request.htmx.target == "event-names" else "events/settings.html"
    return render(request, template, _context(request))


@page(Grant.MANAGE_DATA)
@require_safe
def name(request: PageRequest, pk: int) -> HttpResponse:
    """One row; without htmx, the list at that row."""
    return _show(request, _name_or_404(request.workspace, pk))


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """The row as a form, and saving it."""
    found = _name_or_404(request.workspace, pk)
    if found.archived_at:
        raise Problem(f"{found.name} is archived. Unarchive it to change it.")
    form = EventForm(found, request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return _open(request, found, form, status=422 if form.is_bound else 200)
    saved = keeping.describe(found, form.cleaned_data["description"], by=hand_of(request), now=now())
    messages.success(request, f"Saved {saved.name}.")
    return _show(request, saved, saved=saved.pk)


@page(Grant.MANAGE_DATA)
@require_POST
def archive(request: PageRequest, pk: int) -> HttpResponse:
    """Take it out of use, or say what still asks for it (EVT-12)."""
    found = _name_or_404(request.workspace, pk)
    try:
        archived = keeping.archive(found, by=hand_of(request), now=now())
    except Dependants as dependants:
        return _open(request, found, EventForm(found), status=422, problem=dependants.message)
    messages.success(request, f"Archived {archived.name}. It is refused from now on; what was counted is kept.")
    return _changed(request)


@page(Grant.MANAGE_DATA)
@require_POST
def unarchive(request: PageRequest, pk: int) -> HttpResponse:
    """Take it into use again, unless there is no room (EVT-05)."""
    found = _name_or_404(request.workspace, pk)
    try:
        active = keeping.unarchive(found, by=hand_of(request), now=now())
    except Refusal as refusal:
        return _refuse(request, found, f"{found.name} {refusal.message}")
    messages.success(request, f"Unarchived {active.name}.")
    return _changed(request, active)


def _refuse(request: PageRequest, found: EventName, problem: str) -> HttpResponse:
    refused = {"refused": found.pk, "problem": problem}
    if request.htmx:
        return render(request, "events/_archived.html", {"row": row_of(found)} | refused, status=422)
    return render(request, "events/settings.html", _context(request, **refused), status=422)


# ---- the way back ----------------------------------------------------------------------------------------------------


def _context(request: PageRequest, **more: Any) -> dict[str, Any]:
    query = request.GET.get("q", "").strip()
    return {"listing": listing_of(request.workspace, query), "query": query} | more


def _show(request: PageRequest, found: EventName, **more: Any) -> HttpResponse:
    if not request.htmx:
        return redirect(_list_at(found))
    return render(request, "events/_saved.html", {"row": row_of(found), "focus": found.pk} | more)


def _open(request: PageRequest, found: EventName, form: EventForm, status: int, problem: str = "") -> HttpResponse:
    """The row as a form; without htmx, in its place in the list."""
    context = {"form": form, "problem": problem, "uses": uses_of(found)}
    if request.htmx:
        return render(request, "events/_name_form.html", {"row": row_of(found)} | context, status=status)
    return render(request, "events/settings.html", _context(request, opened=found.pk, **context), status=status)


def _changed(request: PageRequest, lead_to: EventName | None = None) -> HttpResponse:
    """After a change that moves rows and counts: the list, and the meter."""
    if not request.htmx:
        return redirect(_list_at(lead_to) if lead_to else _list(request.workspace))
    pk = lead_to.pk if lead_to else None
    context = _context(request, saved=pk, focus=pk, archive_open=lead_to is not None)
    return render(request, "events/_changed.html", context)


def _list(workspace: Workspace) -> str:
    return reverse("events:settings", args=[workspace.app_id])


def _list_at(found: EventName) -> str:
    return f"{_list(found.workspace)}#event-{found.pk}"


def _name_or_404(workspace: Workspace, pk: int) -> EventName:
    found = EventName.objects.filter(workspace=workspace, pk=pk).first()
    if found is None:
        raise Missing("There is no such event.")
    found.workspace = workspace
    return found
