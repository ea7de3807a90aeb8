"""The people list, and adding one person by hand."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.attributes.list_pages import answer
from apps.attributes.paging import Place
from apps.attributes.rows import sought
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.hosts import origin
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .forms import NewPersonForm
from .links import list_address, profile_of
from .lists import LISTINGS, USERS, Listing, look
from .models import Role


@page(Grant.VIEW_LISTS)
@require_safe
def people(request: PageRequest) -> HttpResponse:
    """All users or All leads, searched and paged (UI-02, UI-05, FILT-20); htmx gets what stands in `<main>`."""
    asked = request.GET
    after, before = Place.read(asked.get("after", "")), Place.read(asked.get("before", ""))
    listing, search = LISTINGS.get(asked.get("segment", ""), USERS), sought(asked.get("q", ""))
    seen = look(request.workspace, listing, search, after=after, before=before)

    def address(listing: Listing = listing, **place: Place | None) -> str:
        return list_address(request.workspace, listing, search, **place)

    here = address(after=after, before=None if after else before)
    context = {
        "seen": seen,
        "previous": seen.page.before and address(before=seen.page.before),
        "next": seen.page.after and address(after=seen.page.after),
        "in_other": address(seen.other),
        "api": origin(request.workspace, "api", request),
    }
    return answer(request, "people/list.html", "people/_list.html", here, context)


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """Add a user or a lead: a page, and with htmx a dialog (IDN-16)."""
    role = Role.LEAD if request.GET.get("role") == Role.LEAD else Role.USER
    form = NewPersonForm(request.workspace, role, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        person = form.admit(by=hand_of(request), now=now())
        if person:
            messages.success(request, f"{person.label} was added as a {role.label.lower()}.")
            profile = profile_of(request.workspace, person)
            return HttpResponseClientRedirect(profile) if request.htmx else redirect(profile)
    template = "people/_new_dialog.html" if request.htmx else "people/new.html"
    return render(
        request, template, {"form": form, "role": role, "segment": f"{role}s"}, status=422 if form.errors else 200
    )
