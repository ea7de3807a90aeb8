"""The people list, and adding one person by hand."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.lists.asking import matching
from apps.lists.looking import Look
from apps.lists.pages import Elsewhere, show
from apps.segments import counting, standing
from apps.segments.comparisons import Moment
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .forms import NewPersonForm
from .links import profile_of
from .lists import PEOPLE
from .models import Role
from .segments import LEADS, USERS

NOUNS = {USERS.slug: "user", LEADS.slug: "lead"}
OTHER = {USERS.slug: LEADS, LEADS.slug: USERS}


@page(Grant.VIEW_LISTS)
@require_safe
def people(request: PageRequest) -> HttpResponse:
    """All users, All leads or any segment: filtered, searched, sorted and paged (UI-02, UI-05, FILT-18, FILT-20)."""
    return show(request, PEOPLE, _others)


def _others(seen: Look, moment: Moment) -> Elsewhere | None:
    """The users who match where leads are looked at, and the other way round."""
    asking = seen.asking
    other = OTHER.get(asking.standing.slug)
    if other is None or seen.count is None or asking.is_edited or (seen.rows and not asking.search):
        return None
    there = replace(asking, standing=standing.find(asking.workspace, PEOPLE.about, other.slug))
    count = counting.quick_again(matching(there, moment), there.question)
    if not count.number:
        return None
    noun = NOUNS[other.slug]
    words = f"{count} {noun} matches" if count.number == 1 else f"{count} {noun}s match"
    return Elsewhere(NOUNS[asking.standing.slug], noun, words, other.name, there.address())


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
