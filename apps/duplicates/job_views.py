"""Merging many pairs: what it would do, its start, its progress, stopping and undoing (BEY-08)."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.people.lists import FACE
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict, Missing

from . import running
from .alike import Reason
from .choosing import Planned, digest, plan
from .models import BulkMerge, Pair, PairQuerySet, Part
from .showing import shown
from .views import asked_reason

MOST_PAIRS = 500  # that are ticked
MOST_AT_ONCE = 2_000  # of the whole queue: what a page can plan while somebody waits
SHOWN = 500  # merges of a preview, and parts on the page of a job
MOVED_ON = "These people have changed since you looked. This is what merging would do now."


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: PageRequest) -> HttpResponse:
    """GET says who would stay of the pairs that were chosen; POST merges them, if it is still what was said.

    With `every` the whole queue is meant, or of it those of one `reason`.
    """
    asked = request.POST if request.method == "POST" else request.GET
    if "every" in asked:
        pairs = _queued(request, asked_reason(asked))
    else:
        pairs = _chosen(request, asked.getlist("shown") if "all" in asked else asked.getlist("pair"))
    planned = plan(request.workspace, pairs)
    error = "" if pairs else "No pair is chosen, or none of them is there any more. Tick some in the list."
    if request.method == "POST" and pairs:
        if asked.get("seen") == digest(_merges(planned)[:SHOWN]):
            try:
                return redirect(running.begin(request.workspace, planned, by=hand_of(request), now=now()).page())
            except Conflict as problem:
                error = problem.message
        else:
            error = MOVED_ON
    return _preview(request, pairs, planned, error)


def _chosen(request: PageRequest, keys: list[str]) -> list[Pair]:
    """Those that still wait: who was judged or merged meanwhile is not meant any more."""
    pks = [int(key) for key in keys[:MOST_PAIRS] if key.isascii() and key.isdigit() and len(key) < 19]
    return _read(request, Pair.objects.waiting(request.workspace).filter(pk__in=pks).order_by("pk"))


def _queued(request: PageRequest, reason: Reason | None) -> list[Pair]:
    """The newest of the queue."""
    pairs = Pair.objects.waiting(request.workspace)
    if reason:
        pairs = pairs.alike_by(reason)
    return _read(request, pairs.order_by("-found_at", "-pk")[:MOST_AT_ONCE])


def _read(request: PageRequest, found: PairQuerySet) -> list[Pair]:
    pairs = list(shown(found))
    for pair in pairs:
        pair.workspace = pair.lower.workspace = pair.higher.workspace = request.workspace
    return pairs


def _merges(planned: list[Planned]) -> list[Planned]:
    return [one for one in planned if not one.reason]


def _preview(request: PageRequest, pairs: list[Pair], planned: list[Planned], error: str) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    merges, left_alone = _merges(planned), [one for one in planned if one.reason]
    context = {
        "pairs": [] if "every" in asked else pairs,
        "every": "every" in asked,
        "is_part": "every" in asked and len(pairs) == MOST_AT_ONCE,
        "reason": asked_reason(asked),
        "merges": merges[:SHOWN],
        "merges_count": len(merges),
        "left_alone": left_alone[:SHOWN],
        "left_alone_count": len(left_alone),
        "seen": digest(merges[:SHOWN]),
        "error": error,
    }
    return render(request, "duplicates/merge.html", context, status=422 if error else 200)


# ---- while it runs, and after ----------------------------------------------------------------------------------------


@page(Grant.EDIT_DATA)
@require_safe
def job(request: PageRequest, pk: int) -> HttpResponse:
    return render(request, "duplicates/job.html", _context(_job_or_missing(request, pk)))


@page(Grant.EDIT_DATA)
@require_safe
def progress(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is, for htmx; without it, the page."""
    found = _job_or_missing(request, pk)
    return render(request, "duplicates/_job.html", _context(found)) if request.htmx else redirect(found.page())


@page(Grant.EDIT_DATA)
@require_POST
def stop(request: PageRequest, pk: int) -> HttpResponse:
    """Ask the job to stop after its present merges."""
    found = _job_or_missing(request, pk)
    if not found.cancel():
        messages.info(request, "It had ended already.")
    found.refresh_from_db()
    return render(request, "duplicates/_job.html", _context(found)) if request.htmx else redirect(found.page())


@page(Grant.EDIT_DATA)
@require_POST
def undo(request: PageRequest, pk: int) -> HttpResponse:
    """Tell everybody apart again whom the job merged."""
    undoing = running.undo(_job_or_missing(request, pk), by=hand_of(request), now=now())
    return HttpResponseClientRedirect(undoing.page()) if request.htmx else redirect(undoing.page())


def _job_or_missing(request: PageRequest, pk: int) -> BulkMerge:
    related = ("workspace", "by", "undoes", "undoing__by")
    found = BulkMerge.objects.filter(workspace=request.workspace, pk=pk).select_related(*related).first()
    if found is None:
        raise Missing("There is no such bulk merge.")
    return found


def _context(found: BulkMerge) -> dict[str, Any]:
    told = found.undoes or found
    moment = now()
    return {
        "job": found,
        "parts": _parts(told) if not found.is_under_way else [],
        "shown": SHOWN,
        "may_undo": found.can_be_undone(moment),
        "now": moment,
    }


def _parts(job: BulkMerge) -> list[Part]:
    """What came of whom, who were refused first; of those who wait to be deleted nothing is told (DEL-05)."""
    both = (f"{side}__{field}" for side in ("gone", "kept") for field in (*FACE, "workspace_id", "state"))
    parts = Part.objects.filter(job=job).select_related("gone", "kept")
    parts = parts.order_by(Case(When(outcome=Part.Outcome.REFUSED, then=0), default=1), "pk")
    told = parts.exclude(gone__state="pending_deletion").exclude(kept__state="pending_deletion")
    return list(told.only("job_id", "workspace_id", "outcome", "reason", "merge_id", *both)[:SHOWN])
