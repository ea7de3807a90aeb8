"""Settings → People data → Change type: what it would do, its start, its progress, stopping it, undoing it (ATT-19).

The change itself is a job (see `retyping`); these pages only tell how far it is.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.patience import OutOfPatience, patience
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict, Problem

from . import retyping
from .forms import TypeForm
from .kinds import KINDS
from .listing import Row, row_of
from .models import TypeChange
from .progress import undoable
from .reports import Refusal
from .views import Opened, active_or_problem, attribute_or_404, open_row, show_row, status_in_place

PATIENCE = 3.0  # seconds for counting what undoing would lose


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def change_type(request: PageRequest, pk: int) -> HttpResponse:
    """The form; with a type, what changing to it would do; posted, the beginning of the change (ATT-19)."""
    row = row_of(active_or_problem(request.workspace, pk), now())
    asked = request.POST if request.method == "POST" else request.GET
    form = TypeForm(row.attribute, asked if "kind" in asked else None)
    if row.is_changing:
        raise Conflict(f"{row.attribute.name} is being changed. Wait until that is done, or stop it.")
    if not form.is_bound:
        return _open(request, row, form)
    if not form.is_valid():
        return _open(request, row, form, status=422)
    return _begin(request, row, form) if request.method == "POST" else _preview(request, row, form)


def _open(request: PageRequest, row: Row, form: TypeForm, status: int = 200, **more: Any) -> HttpResponse:
    problem = more.pop("problem", "")
    answer = open_row(request, Opened(row, "attributes/_type.html", form, problem, more), status)
    if request.htmx and status != 200:
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#attribute-{row.attribute.pk}", "outerHTML"
    return answer


def _preview(request: PageRequest, row: Row, form: TypeForm) -> HttpResponse:
    preview = retyping.preview(row.attribute, form.cleaned_data["kind"], form.cleaned_data["options"])
    if request.htmx:
        opened = Opened(row, "", form, more={"preview": preview})
        return render(request, "attributes/_type_preview.html", {"opened": opened})
    return _open(request, row, form, preview=preview)


def _begin(request: PageRequest, row: Row, form: TypeForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        retyping.begin(row.attribute, data["kind"], by=hand_of(request), now=now(), options=data["options"])
    except Refusal as refusal:
        return _open(request, row, form, 422, problem=f"{row.attribute.name} {refusal.message}")
    except Problem as problem:
        return _open(request, row, form, status_in_place(request, problem), problem=problem.message)
    messages.success(request, f"{row.attribute.name} is being changed to {form.kind_label}.")
    return show_row(request, attribute_or_404(request.workspace, row.attribute.pk))


# ---- while it runs ---------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_safe
def work(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is. When it ends, or its result comes to be seen, the whole row takes the place of the progress."""
    found = attribute_or_404(request.workspace, pk)
    row = row_of(found, now())
    if request.htmx and row.work and row.work.under_way and row.work.swapped == ("swapped" in request.GET):
        return render(request, "attributes/_progress.html", {"row": row})
    answer = show_row(request, found)
    if request.htmx:
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#attribute-{pk}", "outerHTML"
    return answer


@page(Grant.MANAGE_DATA)
@require_POST
def stop_work(request: PageRequest, pk: int) -> HttpResponse:
    """Ask the attribute's job to stop after its present step."""
    found = attribute_or_404(request.workspace, pk)
    present = row_of(found, now()).work
    if present and present.can_stop and present.job.cancel():
        messages.info(request, "Stopping.")
    else:
        messages.info(request, "There is nothing to stop any more.")
    return show_row(request, found)


# ---- undoing ---------------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def undo_type(request: PageRequest, pk: int) -> HttpResponse:
    """Ask whether the last change of type shall be undone, with what that would lose; undo it (BEY-06)."""
    row = row_of(active_or_problem(request.workspace, pk), now())
    change = TypeChange.objects.filter(attribute=row.attribute).order_by("-id").first()
    if change is None or not undoable(change, row.attribute, now()):
        raise Conflict("This change can no longer be undone.")
    if request.method == "GET":
        more = {"change": change, "lost": _lost(change), "kind": KINDS[change.from_kind]}
        return open_row(request, Opened(row, "attributes/_undo.html", more=more))
    undone = retyping.undo(change, by=hand_of(request), now=now())
    messages.success(request, f"{undone.name} is {KINDS[undone.kind].label} again.")
    return show_row(request, attribute_or_404(request.workspace, pk))


def _lost(change: TypeChange) -> int | None:
    """How many values would be lost; None where counting them takes too long."""
    try:
        with patience(PATIENCE):
            return retyping.lost_by_undoing(change)
    except OutOfPatience:
        return None
