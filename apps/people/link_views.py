"""The door of direct links: `/apps/<app_id>/users/show?…` (LINK-01…08)."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .links import meant, profile_of


@page(Grant.VIEW_PROFILES)
@require_safe
def show(request: PageRequest) -> HttpResponse:
    """Lead on to the one person who is meant, or let the teammate choose among several with the same email."""
    people = meant(request.workspace, request.GET)
    if not people:
        raise Http404("Nobody in this workspace has this identifier.")
    if len(people) == 1:
        return redirect(profile_of(request.workspace, people[0]))
    context = {
        "people": people[: settings.PAGE_SIZE],
        "email": people[0].email,
        "is_cut": len(people) > settings.PAGE_SIZE,
    }
    return render(request, "people/choose.html", context)
