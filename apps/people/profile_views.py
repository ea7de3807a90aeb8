"""A person's profile: the header, and the sections that every floor brings (IDN-24, ATT-02, NAME-05, UPD-08)."""

from collections.abc import Iterable
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes import other_ids
from apps.attributes.facts import facts_of
from apps.attributes.finding import record_or_404
from apps.attributes.models import Attributed
from apps.attributes.viewing import note_view
from apps.workspace.clock import now
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from . import details, presence
from .links import link_to
from .models import Person
from .sections import Profile, fragment, shown
from .surviving import led_to

NAMED_BY = {"name", "email", "external_id", "pseudonym", "avatar"}  # what the header is made of


@page(Grant.VIEW_PROFILES)
@require_safe
@vary_on_headers("HX-Request")
def profile(request: PageRequest, public_id: str) -> HttpResponse:
    """The page of one user or lead."""
    try:
        person = person_or_404(request.workspace, public_id)
    except Http404:
        return redirect(_survivor_or_404(request.workspace, public_id).page())
    note_view(request, person)
    seen = Profile(request, person)
    if request.htmx.target == "section-details":
        return HttpResponse(fragment("details", seen))
    return render(request, "people/profile.html", _header(seen) | {"profile": seen, "sections": shown(seen)})


@page(Grant.VIEW_PROFILES)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def choose_details(request: PageRequest, public_id: str) -> HttpResponse:
    """Edit which standard attributes Details shows: one step a click, kept for this teammate alone (ATT-02)."""
    person = person_or_404(request.workspace, public_id)
    seen = Profile(request, person)
    if request.method == "POST":
        _step(request, seen)
        if not request.htmx:
            return redirect("people:details", app_id=request.workspace.app_id, public_id=public_id)
    listed = details.chosen(request.seat, seen.catalogue)
    others = [definition for definition in seen.offered if definition not in listed]
    context = {"person": person, "listed": listed, "others": others}
    return render(request, "people/_details_list.html" if request.htmx else "people/details.html", context)


def _step(request: PageRequest, seen: Profile) -> None:
    if "reset" in request.POST:
        details.reset(request.seat)
        return
    known = [*seen.offered, *details.chosen(request.seat, seen.catalogue)]
    for act in details.STEPS:
        if key := request.POST.get(act):
            if not details.change(request.seat, act, key, known):
                raise Http404("There is no such standard attribute.")
            return


def person_or_404(workspace: Workspace, public_id: str) -> Person:
    """A person that lists show. Raises Http404 for archived, blocked and deleted ones, and for visitors."""
    return cast(Person, record_or_404(workspace, "person", public_id))


def _survivor_or_404(workspace: Workspace, public_id: str) -> Person:
    """Whom the address of somebody who was merged leads to (BEY-07)."""
    survivor = led_to(workspace, public_id=public_id).heads().first()
    if survivor is None and (pk := other_ids.key_of(workspace, Person.about, public_id)):
        survivor = led_to(workspace, pk=pk).heads().first()
    if survivor is None:
        raise Http404("There is no such record in this workspace.")
    survivor.workspace = workspace
    return survivor


def _header(seen: Profile) -> dict[str, Any]:
    person = seen.person
    return {
        "person": person,
        "link": link_to(person, seen.request),
        "may_edit": seen.may_edit,
        "memberships": seen.memberships,
        "is_online": bool(presence.online(person.workspace, [person.public_id], now())),
    }


def echo(request: PageRequest, subject: Attributed, about: str, keys: set[str]) -> Iterable[str]:
    """The header, and the lines of Details and Custom attributes, of values that were just edited (UPD-08)."""
    if not isinstance(subject, Person) or about != "person":
        return
    seen = Profile(request, subject)
    if keys & NAMED_BY:
        yield render_to_string("people/_header.html", _header(seen) | {"oob": True}, request)
    cells = {"owner_id"} - seen.asked_keys  # it is itself what was swapped
    on_page = [d for d in [*seen.detailed, *seen.catalogue.custom] if d.key in keys - cells]
    for fact in facts_of(subject, on_page).values() if on_page else ():
        yield render_to_string("profiles/_fact.html", {"fact": fact, "oob": True}, request)
