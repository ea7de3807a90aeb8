"""Exporting a list: what it would hold, its progress, the file."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.bulk.choosing import Choice, read
from apps.lists.choosing import chosen_by
from apps.segments.comparisons import Moment
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.jobs import JobState
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Gone

from . import keeping, running
from .forms import ExtentForm
from .models import Export, Extent

EXPORTERS = page(Grant.EXPORT)  # EXP-08
SHOWN = 50  # exports in the settings


@EXPORTERS
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PageRequest, about: str) -> HttpResponse:
    """GET: whom it would hold, and the choice of columns; POST begins (EXP-01, EXP-02)."""
    moment = Moment(now(), request.workspace.zone)
    asked = request.POST if request.method == "POST" else request.GET
    choice = read(request.workspace, about, asked, moment)
    form = ExtentForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, choice, form)
    shown = [column.address for column in chosen_by(request.seat, request.workspace, choice.kind).columns]
    extent = Extent(form.cleaned_data["columns"])
    export = running.begin(request.workspace, choice, extent, shown, by=hand_of(request), now=moment.now)
    return HttpResponseClientRedirect(export.page()) if request.htmx else redirect(export.page())


def _ask(request: PageRequest, choice: Choice, form: ExtentForm) -> HttpResponse:
    context = {"choice": choice, "count": choice.count, "form": form, "back": choice.asked.address()}
    template = "exports/_dialog.html" if request.htmx else "exports/new.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


# ---- while it runs, and after ----------------------------------------------------------------------------------------


@EXPORTERS
@require_safe
def export(request: PageRequest, pk: int) -> HttpResponse:
    return render(request, "exports/export.html", _context(_export_or_404(request, pk)))


@EXPORTERS
@require_safe
def progress(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is, for htmx; without it, the page."""
    found = _export_or_404(request, pk)
    if not request.htmx:
        return redirect(found.page())
    return render(request, "exports/_export.html", _context(found))


@EXPORTERS
@require_POST
def stop(request: PageRequest, pk: int) -> HttpResponse:
    found = _export_or_404(request, pk)
    if not found.cancel():
        messages.info(request, "It had ended already.")
    found.refresh_from_db()
    return render(request, "exports/_export.html", _context(found)) if request.htmx else redirect(found.page())


@EXPORTERS
@require_safe
@never_cache
def download(request: PageRequest, pk: int) -> HttpResponseBase:
    """The file; 410 once it is gone (EXP-07)."""
    found = _export_or_404(request, pk)
    if found.is_under_way:
        raise Http404("The file is not finished yet.")
    if not found.is_ready(now()):
        raise Gone(_why_gone(found))
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        raise Gone("This file is gone from the server's folder. Export again.") from None
    return FileResponse(file, as_attachment=True, filename=found.file_name, content_type="text/csv; charset=utf-8")


def _why_gone(found: Export) -> str:
    if found.gone_at is None and found.state != JobState.DONE:
        return "This export was not finished. Export again."
    return f"This file was deleted. {found.gone_why or keeping.EXPIRED} Export again if you need it."


@EXPORTERS
@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Delete the file before its time."""
    found = _export_or_404(request, pk)
    if found.is_ready(now()):
        keeping.let_go(found, f"{request.user} deleted it.", now())
        messages.success(request, "The file was deleted.")
    return redirect("workspace:transfers", request.workspace.app_id)


def recent(request: PageRequest) -> dict[str, Any]:
    """The latest exports of the workspace, newest first: a section of Settings → Imports & exports."""
    found = Export.objects.filter(workspace=request.workspace).select_related("workspace", "by").order_by("-pk")
    at = now()
    return {"exports": [{"export": one, "is_ready": one.is_ready(at)} for one in found[:SHOWN]]}


def _export_or_404(request: PageRequest, pk: int) -> Export:
    found = Export.objects.filter(workspace=request.workspace, pk=pk).select_related("workspace", "by").first()
    if found is None:
        raise Http404("There is no such export.")
    return found


def _context(found: Export) -> dict[str, Any]:
    return {
        "export": found,
        "is_ready": found.is_ready(now()),
        "may_stop": found.state in (JobState.WAITING, JobState.RUNNING),
    }
