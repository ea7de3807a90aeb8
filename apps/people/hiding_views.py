"""Archiving and blocking somebody from their profile; those who are hidden, and the way back (IDN-19…22)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from apps.attributes.models import PUBLIC_ID, State
from apps.attributes.paging import Place, page_of
from apps.attributes.searching import sought
from apps.lists.searching import found_soon
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict

from . import states
from .lists import FACE, PEOPLE, SORTED_BY
from .models import Person, PersonQuerySet, Role
from .profile_views import person_or_404

HIDDEN = {State.ARCHIVED: "Archived", State.BLOCKED: "Blocked"}


@page(Grant.ARCHIVE)
@require_POST
def archive(request: PageRequest, public_id: str) -> HttpResponse:
    """Hide somebody who can come back by themselves (IDN-19, IDN-20)."""
    person = person_or_404(request.workspace, public_id)
    states.archive(person, by=hand_of(request), now=now())
    messages.success(request, f"Archived {person.label}. They stand under Settings → Archived & blocked.")
    return redirect(_list_of(request, person))


@page(Grant.ARCHIVE)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def block(request: PageRequest, public_id: str) -> HttpResponse:
    """Hide somebody and refuse their pings; asked once more, a page, and with htmx a dialog (IDN-22)."""
    person = person_or_404(request.workspace, public_id)
    if request.method != "POST":
        return render(request, "people/_block.html" if request.htmx else "people/block.html", {"person": person})
    states.block(person, by=hand_of(request), now=now())
    messages.success(request, f"Blocked {person.label}. They stand under Settings → Archived & blocked.")
    address = _list_of(request, person)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _list_of(request: PageRequest, person: Person) -> str:
    return f"{reverse('people:list', args=[request.workspace.app_id])}?segment={person.role}s"


# ---- those who are hidden --------------------------------------------------------------------------------------------


@page(Grant.ARCHIVE)
@require_safe
@vary_on_headers("HX-Request")
def hidden(request: PageRequest) -> HttpResponse:
    """The archived, or the blocked (`?state=blocked`), the last seen first; and a search among them."""
    state = State.BLOCKED if request.GET.get("state") == State.BLOCKED else State.ARCHIVED
    searched = sought(request.GET.get("q", ""))
    everybody = _hidden(request.workspace)
    people = found_soon(request.workspace, PEOPLE, everybody.filter(state=state), searched)
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    seen = page_of(people.only(*FACE, SORTED_BY, "state"), SORTED_BY, settings.PAGE_SIZE, after=after, before=before)
    counts = dict(everybody.order_by().values_list("state").annotate(number=Count("pk")))
    tabs = [(value, label, counts.get(value, 0)) for value, label in HIDDEN.items()]
    context: dict[str, Any] = {"seen": seen, "tabs": tabs, "state": state, "searched": searched}
    is_part = request.htmx.target == "hidden-found"
    return render(request, "people/_hidden_found.html" if is_part else "people/hidden.html", context)


@page(Grant.ARCHIVE)
@require_POST
def bring_back(request: PageRequest, public_id: str) -> HttpResponse:
    """Unarchive or unblock somebody: listed again with all data (IDN-21, IDN-22)."""
    person = _hidden_or_404(request.workspace, public_id)
    was = State(person.state)
    back = states.unblock if was == State.BLOCKED else states.unarchive
    try:
        back(person, by=hand_of(request), now=now())
    except Conflict as moved:  # by somebody else, meanwhile
        messages.error(request, moved.message)
    else:
        messages.success(request, f"{person.label} is {'unblocked' if was == State.BLOCKED else 'unarchived'}.")
    return redirect(f"{reverse('people:hidden', args=[request.workspace.app_id])}?state={was}")


def _hidden(workspace: Workspace) -> PersonQuerySet:
    return Person.objects.of(workspace).filter(state__in=HIDDEN).exclude(role=Role.VISITOR)


def _hidden_or_404(workspace: Workspace, public_id: str) -> Person:
    people = _hidden(workspace).heads()
    person = people.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
    if person is None:
        raise Http404("There is no such archived or blocked person in this workspace.")
    person.workspace = workspace
    return person
