"""Settings → Deleting people data: who goes, what goes with them, the way back, and what is left (DEL-01…24, BEY-09).

Every step is a plain form or link; htmx brings the matches and the consequences in place.
"""

from typing import Any

from django.conf import settings as numbers
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from apps.attributes.paging import Page, Place, page_of
from apps.attributes.searching import sought
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict, Missing

from . import finding, grace
from .forms import ConfirmForm
from .models import Deletion, Receipt
from .previewing import Preview

PARTS = {"found": "deletion/_found.html", "chosen": "deletion/_chosen.html"}


@page(Grant.DELETE)
@require_safe
@vary_on_headers("HX-Request")
def settings(request: PageRequest) -> HttpResponse:
    """Who is meant (`?q=`), what would go with the one who was chosen (`?who=`); who is deleted, who was destroyed."""
    context = _asked(request)
    if part := PARTS.get(request.htmx.target or ""):
        return render(request, part, context)
    return render(request, "deletion/settings.html", context | _pages(request))


def _asked(request: PageRequest) -> dict[str, Any]:
    named, who = sought(request.GET.get("q", "")), request.GET.get("who", "")
    person = _chosen(request.workspace, who) if who else None
    matches = finding.matches(request.workspace, named) if named else [person] if person else []
    if person and person.pk not in {match.pk for match in matches}:
        person = None  # chosen of another search
    waiting = finding.waiting(request.workspace, named)
    return {"searched": named, "matches": matches, "waiting": waiting, "now": now()} | _choice(person)


def _choice(person: Person | None, form: ConfirmForm | None = None) -> dict[str, Any]:
    if person is None:
        return {"chosen": None}
    preview = form.preview if form else Preview(person, now())
    return {"chosen": person, "preview": preview, "form": form or ConfirmForm(preview)}


def _chosen(workspace: Workspace, public_id: str) -> Person | None:
    try:
        return finding.chosen(workspace, public_id)
    except Missing:
        return None  # deleted since, or never there: the page shows who else matches


def _pages(request: PageRequest) -> dict[str, Any]:
    pending = Deletion.objects.filter(workspace=request.workspace).select_related("person", "by")
    receipts = Receipt.objects.filter(workspace=request.workspace).select_related("by")
    fields = ("requested_at", "due_at", "by__name", "by__email")
    of_person = ("public_id", "role", "external_id", "email")
    shown = pending.only("workspace", *fields, *(f"person__{name}" for name in of_person))
    return {
        "pending": _page(request, shown, "requested_at", "pending"),
        "pending_count": pending.count(),
        "receipts": _page(request, receipts, "destroyed_at", "receipts"),
    }


def _page(request: PageRequest, rows: Any, by: str, name: str) -> Page:
    after, before = (Place.read(request.GET.get(f"{name}_{side}", "")) for side in ("after", "before"))
    return page_of(rows, by, numbers.PAGE_SIZE, after=after, before=before)


# ---- deleting --------------------------------------------------------------------------------------------------------


@page(Grant.DELETE)
@require_POST
def delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Permanently delete the one who was chosen, once their identifier was typed (DEL-21)."""
    if Deletion.objects.filter(workspace=request.workspace, person__public_id=public_id).exists():
        messages.info(request, "This person was deleted already.")  # twice is harmless (DEL-23)
        return _home(request)
    person = finding.chosen(request.workspace, public_id)
    form = ConfirmForm(Preview(person, now()), request.POST)
    if not form.is_valid():
        return _refused(request, person, form)
    grace.request(person, by=hand_of(request), now=now())
    messages.success(request, "Deleted. Everything is destroyed in 7 days; until then it can be restored below.")
    return _home(request)


def _refused(request: PageRequest, person: Person, form: ConfirmForm) -> HttpResponse:
    if request.htmx:
        return render(request, "deletion/_chosen.html", _choice(person, form), status=422)
    context = {"searched": "", "matches": [person], "waiting": [], "now": now()} | _choice(person, form)
    return render(request, "deletion/settings.html", context | _pages(request), status=422)


@page(Grant.DELETE)
@require_POST
def restore(request: PageRequest, public_id: str) -> HttpResponse:
    """Bring somebody back who waits to be destroyed, as they were (DEL-06)."""
    person = grace.pending_or_missing(request.workspace, public_id).person
    try:
        restored = grace.restore(person, by=hand_of(request), now=now())
    except Conflict as taken:
        messages.error(request, taken.message)
        return _home(request)
    restored.workspace = request.workspace
    messages.success(request, f"Restored {restored.label}, as they were.")
    return _home(request)


def _home(request: PageRequest) -> HttpResponse:
    page = reverse("deletion:settings", args=[request.workspace.app_id])
    return HttpResponseClientRedirect(page) if request.htmx else redirect(page)


# ---- what is left ----------------------------------------------------------------------------------------------------


@page(Grant.DELETE)
@require_safe
def receipt(request: PageRequest, pk: int) -> HttpResponse:
    """One receipt, to be shown to whoever asked to be forgotten (BEY-09)."""
    found = Receipt.objects.filter(workspace=request.workspace, pk=pk).select_related("by").first()
    if found is None:
        raise Http404("There is no such receipt.")
    return render(request, "deletion/receipt.html", {"receipt": found})
