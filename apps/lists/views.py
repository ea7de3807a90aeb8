"""What a list is asked beside its rows: the exact count, the columns, the order."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.attributes.searching import sought
from apps.segments import counting
from apps.segments.comparisons import Moment
from apps.segments.counting import Count
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest, page
from apps.workspace.patience import OutOfPatience
from apps.workspace.permissions import Grant
from apps.workspace.problems import Problem

from . import asking as lists
from .asking import matching
from .choosing import choose_sort
from .columns import sort_of
from .pages import asked, list_kind, own_address
from .picker import Picker, step

EXACT_WITHIN = 20.0  # seconds


@page(Grant.VIEW_LISTS)
@require_safe
def count(request: PageRequest, about: str) -> HttpResponse:
    """How many match, to the last one: what follows an estimate (BEY-10)."""
    asking = lists.read(request.workspace, list_kind(about), request.GET)
    records = matching(asking, Moment(now(), request.workspace.zone))
    try:
        counted, is_late = Count(counting.exact(records, EXACT_WITHIN), exact=True), False
        counting.remember_exact(asking.question, counted.number)
    except OutOfPatience:
        counted, is_late = counting.quick(records), True
    context = {"count": counted, "is_late": is_late, "seconds": f"{EXACT_WITHIN:g}"}
    return render(request, "lists/_counted.html", context)


@page(Grant.VIEW_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: PageRequest, about: str) -> HttpResponse:
    """Which columns stand in the list: one step a click, kept for this teammate alone (UI-03)."""
    kind = list_kind(about)
    asking, _ = asked(request, kind, request.GET)
    search = sought(request.POST.get("find", request.GET.get("find", "")))
    picker = Picker(request.seat, request.workspace, kind, search)
    here = own_address(asking, "columns")
    if request.method == "POST":
        step(picker, request.POST)
        if not request.htmx:
            return redirect(here)
        picker = Picker(request.seat, request.workspace, kind, search)
    context = {"picker": picker, "asking": asking, "kind": kind, "here": here, "list": asking.address()}
    response = render(request, _columns_template(request), context)
    if request.method == "POST":
        response["HX-Trigger"] = "columns-changed"
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _columns_template(request: PageRequest) -> str:
    if not request.htmx:
        return "lists/columns.html"
    parts = {"columns-steps": "lists/_columns_steps.html", "columns-found": "lists/_columns_found.html"}
    return parts.get(request.htmx.target or "", "lists/_columns_dialog.html")


@page(Grant.VIEW_LISTS)
@require_POST
def sort(request: PageRequest, about: str) -> HttpResponse:
    """Have a list in another order from now on: kept for this teammate alone (UI-03)."""
    kind = list_kind(about)
    wanted = sort_of(request.workspace, kind, request.POST.get("sort", ""))
    if wanted is None:
        raise Problem("The list cannot be sorted by this: the column is archived or gone. Load the list again.")
    choose_sort(request.seat, request.workspace, kind, wanted)
    asking, _ = asked(request, kind, request.POST)
    return redirect(asking.address(sort=""))
