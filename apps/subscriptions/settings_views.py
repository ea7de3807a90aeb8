"""Settings → Subscription types: what people can be written to about, and what they may choose of it.

Every action is a plain form that leads back to the list. To htmx the same views answer with a part of the page.
"""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict, Missing

from . import keeping
from .forms import NewForm, WordingForm
from .models import SubscriptionType


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def settings(request: PageRequest) -> HttpResponse:
    """The list, by name; and making a type."""
    if request.method == "POST":
        return _create(request)
    return render(request, "subscriptions/settings.html", _context(request))


def _create(request: PageRequest) -> HttpResponse:
    form = NewForm(request.POST)
    if form.is_valid():
        consent, by = form.cleaned_data["consent_type"], hand_of(request)
        try:
            made = keeping.create(request.workspace, form.wording, consent, by=by, now=now())
        except Conflict as taken:
            form.add_error("name", taken.message)
        else:
            messages.success(request, f"Created the subscription type {made}.")
            return _changed(request, made)
    if request.htmx:
        return render(request, "subscriptions/_new.html", {"new": form}, status=422)
    return render(request, "subscriptions/settings.html", _context(request, new=form), status=422)


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def subscription(request: PageRequest, pk: int) -> HttpResponse:
    """One type of the list: shown, opened to be changed (`?edit`), or changed."""
    found = _find(request.workspace, pk)
    if request.method == "POST":
        return _change(request, found)
    if "edit" in request.GET:
        return _open(request, found, WordingForm.of(found))
    if not request.htmx:
        return redirect(_list_url(request, found))
    return render(request, "subscriptions/_row.html", {"subscription": found})


def _change(request: PageRequest, found: SubscriptionType) -> HttpResponse:
    form = WordingForm.of(found, request.POST)
    if not form.is_valid():
        return _open(request, found, form, status=422)
    try:
        keeping.change(found, form.wording, by=hand_of(request), now=now())
    except Conflict as taken:
        form.add_error("name", taken.message)
        return _open(request, found, form, status=422)
    changed = _find(request.workspace, found.pk)
    messages.success(request, f"Saved the subscription type {changed}.")
    if not request.htmx:
        return redirect(_list_url(request, changed))
    return render(request, "subscriptions/_saved.html", {"subscription": changed, "saved": changed.pk})


@page(Grant.MANAGE_DATA)
@require_POST
def archive(request: PageRequest, pk: int) -> HttpResponse:
    """Take a type out of use; what people chose is kept."""
    archived = keeping.archive(_find(request.workspace, pk), by=hand_of(request), now=now())
    messages.success(request, f"Archived the subscription type {archived}. What people chose is kept.")
    return _changed(request, archived)


@page(Grant.MANAGE_DATA)
@require_POST
def unarchive(request: PageRequest, pk: int) -> HttpResponse:
    live = keeping.unarchive(_find(request.workspace, pk), by=hand_of(request), now=now())
    messages.success(request, f"Unarchived the subscription type {live}.")
    return _changed(request, live)


# ---- what the page shows ---------------------------------------------------------------------------------------------


def _counted(workspace: Workspace) -> QuerySet[SubscriptionType]:
    """Each with how many people chose."""
    return SubscriptionType.objects.filter(workspace=workspace).annotate(chosen=Count("choices"))


def _context(request: PageRequest, **more: Any) -> dict[str, Any]:
    subscriptions = list(_counted(request.workspace).order_by(Lower("name")))
    live = [one for one in subscriptions if not one.archived_at]
    archived = [one for one in subscriptions if one.archived_at]
    return {"live": live, "archived": archived, "new": NewForm()} | more


def _open(request: PageRequest, found: SubscriptionType, form: WordingForm, status: int = 200) -> HttpResponse:
    template = "subscriptions/_form.html" if request.htmx else "subscriptions/subscription.html"
    return render(request, template, {"subscription": found, "form": form}, status=status)


def _changed(request: PageRequest, subscription: SubscriptionType) -> HttpResponse:
    """After a change that moves rows: the list, and an empty form for the next one."""
    if not request.htmx:
        return redirect(_list_url(request, subscription))
    return render(request, "subscriptions/_changed.html", _context(request, saved=subscription.pk))


def _list_url(request: PageRequest, subscription: SubscriptionType) -> str:
    return f"{reverse('subscriptions:settings', args=[request.workspace.app_id])}#subscription-{subscription.pk}"


def _find(workspace: Workspace, pk: int) -> SubscriptionType:
    found = _counted(workspace).filter(pk=pk).first()
    if found is None:
        raise Missing("There is no such subscription type.")
    return found
