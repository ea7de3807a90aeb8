"""Doing something to many at once: the preview with what it needs, its start, its progress, stopping, undoing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.lists.kinds import kind_of
from apps.segments.comparisons import Moment
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.jobs import JobState
from apps.workspace.pages import PageRequest, View, page
from apps.workspace.patience import OutOfPatience, patience
from apps.workspace.permissions import Grant, can, check_grant
from apps.workspace.problems import Problem

from . import running
from .actions import Action, Scene, action_of
from .choosing import Choice, read
from .models import BulkChange

PATIENCE = 2.0  # seconds for what the preview says beside the number
SHOWN = 50  # changes on the page of changes


def begin(action: Action) -> View:
    """The page of one action: GET shows whom it is meant for and what it would do, POST begins it."""

    @page(action.grant)
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: PageRequest, about: str) -> HttpResponse:
        if about not in action.abouts:
            raise Http404("There is no such action for these records.")
        moment = Moment(now(), request.workspace.zone)
        asked = request.POST if request.method == "POST" else request.GET
        choice = read(request.workspace, about, asked, moment)
        scene = Scene(request.workspace, choice.kind.model, hand_of(request), moment.now)
        is_first_look = request.method != "POST" and "attribute" not in asked
        form = action.form(scene, None if is_first_look else asked)
        if request.method == "POST" and form.is_valid():
            return _start(request, choice, action, form, scene)
        return _ask(request, choice, action, form, scene)

    return view


def _start(request: PageRequest, choice: Choice, action: Action, form: Any, scene: Scene) -> HttpResponse:
    try:
        job = running.begin(request.workspace, choice, action, form, by=scene.by, now=scene.now)
    except Problem as problem:
        form.add_error(None, problem.message)
        return _ask(request, choice, action, form, scene)
    return HttpResponseClientRedirect(job.page()) if request.htmx else redirect(job.page())


def _ask(request: PageRequest, choice: Choice, action: Action, form: Any, scene: Scene) -> HttpResponse:
    count, sample = choice.count, choice.sample()
    context = {
        "action": action,
        "choice": choice,
        "count": count,
        "sample": sample,
        "more": max(0, count.number - len(sample)),
        "form": form,
        "consequences": _consequences(action, scene, choice, form),
        "back": choice.asked.address(),
    }
    template = "bulk/_dialog.html" if request.htmx else "bulk/new.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _consequences(action: Action, scene: Scene, choice: Choice, form: Any) -> list[str]:
    try:
        with patience(PATIENCE):
            return list(action.consequences(scene, choice.records, form))
    except OutOfPatience:
        return ["There are too many to say at once what it would change."]


# ---- while it runs, and after ----------------------------------------------------------------------------------------


@page(Grant.VIEW_LISTS)
@require_safe
def changes(request: PageRequest) -> HttpResponse:
    """The latest bulk changes of the workspace, newest first."""
    found = BulkChange.objects.filter(workspace=request.workspace).select_related("by", "undoing")
    return render(request, "bulk/changes.html", {"changes": found.order_by("-pk")[:SHOWN], "now": now()})


@page(Grant.VIEW_LISTS)
@require_safe
def job(request: PageRequest, pk: int) -> HttpResponse:
    return render(request, "bulk/job.html", _context(request, _job_or_404(request, pk)))


@page(Grant.VIEW_LISTS)
@require_safe
def progress(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is, for htmx; without it, the page."""
    change = _job_or_404(request, pk)
    if not request.htmx:
        return redirect(change.page())
    return render(request, "bulk/_job.html", _context(request, change))


@page(Grant.EDIT_DATA)
@require_POST
def stop(request: PageRequest, pk: int) -> HttpResponse:
    """Ask the job to stop after its present batch."""
    change = _job_or_404(request, pk)
    check_grant(request.seat, action_of(change.action).grant)
    if not change.cancel():
        messages.info(request, "It had ended already.")
    return _answer(request, change)


@page(Grant.EDIT_DATA)
@require_POST
def undo(request: PageRequest, pk: int) -> HttpResponse:
    """Put everything back that the change did (BEY-14)."""
    change = _job_or_404(request, pk)
    check_grant(request.seat, action_of(change.action).grant)
    undoing = running.undo(change, by=hand_of(request), now=now())
    return HttpResponseClientRedirect(undoing.page()) if request.htmx else redirect(undoing.page())


def _answer(request: PageRequest, change: BulkChange) -> HttpResponse:
    change.refresh_from_db()
    if not request.htmx:
        return redirect(change.page())
    return render(request, "bulk/_job.html", _context(request, change))


def _job_or_404(request: PageRequest, pk: int) -> BulkChange:
    related = ("workspace", "by", "undoes", "undoing__by")
    found = BulkChange.objects.filter(workspace=request.workspace, pk=pk).select_related(*related).first()
    if found is None:
        raise Http404("There is no such change.")
    return found


def _context(request: PageRequest, change: BulkChange) -> dict[str, Any]:
    may = can(request.seat, action_of(change.action).grant)
    return {
        "change": change,
        "kind": kind_of(change.about),
        "may_stop": may and change.state in (JobState.WAITING, JobState.RUNNING),
        "may_undo": may and change.can_be_undone(now()),
    }
