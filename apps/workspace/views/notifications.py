"""What the bell has to say: the lines, and marking them as read. Everybody sees their own."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from .. import clock
from ..notifying import mark_read, notifications_of
from ..pages import PageRequest, page
from ..permissions import Grant

SHOWN = 100


@page(Grant.VIEW_LISTS)
@require_safe
def notifications(request: PageRequest) -> HttpResponse:
    """The latest of them, newest first."""
    found = notifications_of(request.workspace, request.user)[:SHOWN]
    return render(request, "workspace/notifications.html", {"notifications": found})


@page(Grant.VIEW_LISTS)
@require_safe
def bell(request: PageRequest) -> HttpResponse:
    """The bell alone, which asks for itself again and again; without htmx, what is behind it."""
    if not request.htmx:
        return redirect("workspace:notifications", request.workspace.app_id)
    return render(request, "_bell.html")


@page(Grant.VIEW_LISTS)
@require_POST
def read_all(request: PageRequest) -> HttpResponse:
    mark_read(notifications_of(request.workspace, request.user), now=clock.now())
    return redirect("workspace:notifications", request.workspace.app_id)


@page(Grant.VIEW_LISTS)
@require_POST
def open_one(request: PageRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it leads."""
    theirs = notifications_of(request.workspace, request.user)
    chosen = get_object_or_404(theirs, pk=pk)
    mark_read(theirs.filter(pk=pk), now=clock.now())
    return redirect(chosen.url) if chosen.url else redirect("workspace:notifications", request.workspace.app_id)
