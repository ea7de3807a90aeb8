"""Merging by hand: who stays, what would become of each value, and the way back (BEY-07)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.models import PUBLIC_ID, State
from apps.attributes.paging import newest_first
from apps.attributes.searching import sought
from apps.attributes.viewing import note_view
from apps.lists.searching import found_soon
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.leading_back import led_back
from apps.workspace.models import Workspace
from apps.workspace.once_more import once_more
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant, can
from apps.workspace.problems import Problem

from . import merging, parting
from .lists import FACE, PEOPLE, SORTED_BY
from .models import Merge, Person, Role
from .previewing import Preview, chosen
from .profile_views import person_or_404

MOST_FOUND = 20


@page(Grant.EDIT_DATA)
@require_safe
@vary_on_headers("HX-Request")
def choose(request: PageRequest, public_id: str) -> HttpResponse:
    """Search the user who stays."""
    person = person_or_404(request.workspace, public_id)
    searched = sought(request.GET.get("q", ""))
    context = {"person": person, "searched": searched, "found": _who_may_stay(person, searched)}
    return render(request, _template(request), context)


def _template(request: PageRequest) -> str:
    if not request.htmx:
        return "people/merge_choose.html"
    return "people/_merge_found.html" if request.htmx.target == "stays-found" else "people/_merge_choose.html"


def _who_may_stay(person: Person, searched: str) -> list[Person]:
    """The other users who match, the last seen first."""
    others = Person.objects.of(person.workspace).listed().filter(role=Role.USER).exclude(pk=person.pk)
    people = found_soon(person.workspace, PEOPLE, others, searched)
    return list(people.only(*FACE, SORTED_BY).order_by(*newest_first(SORTED_BY))[:MOST_FOUND])


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: PageRequest, public_id: str, into_id: str) -> HttpResponse:
    """What merging one person into another would do; POST does it. A POST that only looks shows what was chosen."""
    gone, kept = (_known(request.workspace, one) for one in (public_id, into_id))
    for shown in (gone, kept):
        note_view(request, shown)
    asked = request.POST if request.method == "POST" else request.GET
    try:
        merging.check_mergeable_by_hand(gone, kept)
        if request.method == "POST" and "look" not in asked:
            return _merged(request, gone, kept)
        merging.check_present(gone, kept)
    except Problem as problem:
        return _refused(request, problem, gone, kept)
    context = {"preview": Preview(gone, kept, asked, now()), "person": kept, "next": led_back(request)}
    return render(request, "people/merge.html", context)


def _merged(request: PageRequest, gone: Person, kept: Person) -> HttpResponse:
    moment = now()
    instead = chosen(gone, kept, request.POST, moment)
    by = hand_of(request)
    into = once_more(lambda: merging.merge_by_hand(gone, kept, by=by, now=moment, instead=instead))
    messages.success(request, f"{gone.label} was merged into {into.label}. It can be undone for 7 days.")
    return redirect(led_back(request) or into.page())


def _refused(request: PageRequest, problem: Problem, gone: Person, kept: Person) -> HttpResponse:
    """Why these two cannot be merged, and whom of them there is still to look at."""
    people = [person for person in {gone.pk: gone, kept.pk: kept}.values() if person.state == State.ACTIVE]
    context = {"problem": problem, "people": people}
    return render(request, "people/merge_refused.html", context, status=problem.status)


def _known(workspace: Workspace, public_id: str) -> Person:
    """Somebody of whom the page may have to say that they cannot be merged any more."""
    people = Person.objects.of(workspace).exclude(role=Role.VISITOR).heads()
    person = people.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
    if person is None:
        raise Http404("There is no such person in this workspace.")
    person.workspace = workspace
    return person


# ---- what was merged -------------------------------------------------------------------------------------------------


@page(Grant.VIEW_PROFILES)
@require_safe
def merged(request: PageRequest, pk: int) -> HttpResponse:
    """One merge: who, by whom, when, and the button that undoes it or why there is none."""
    return _tell(request, _merge_or_404(request.workspace, pk))


@page(Grant.EDIT_DATA)
@require_POST
def undo(request: PageRequest, pk: int) -> HttpResponse:
    """Give both back as they were."""
    merge = _merge_or_404(request.workspace, pk)
    kept = merge.kept
    try:
        gone = once_more(lambda: parting.undo(merge, by=hand_of(request), now=now()))
    except Problem as problem:
        if problem.status == 404:
            raise Http404(problem.message) from None
        return _tell(request, merge, status=problem.status)
    messages.success(request, f"{gone.label} and {kept.label} are two again.")
    return redirect(gone.page() if gone.state == State.ACTIVE else kept.page())


def _tell(request: PageRequest, merge: Merge, status: int = 200) -> HttpResponse:
    kept = merge.kept
    context: dict[str, Any] = {
        "merge": merge,
        "gone": merge.lead,
        "kept": kept,
        "why_not": parting.why_not(merge, kept, now()),
        "may_undo": can(request.seat, Grant.EDIT_DATA),
    }
    return render(request, "people/merged.html", context, status=status)


def _merge_or_404(workspace: Workspace, pk: int) -> Merge:
    """A merge into somebody who is not waiting to be deleted: such a one is named nowhere (DEL-05)."""
    found = Merge.objects.filter(workspace=workspace, pk=pk).exclude(lead__merged_into=None)
    merge = found.select_related("lead", "by").first()
    if merge is None or merge.kept.state == State.PENDING_DELETION:
        raise Http404("There is no such merge: it was undone, or the person was deleted.")
    merge.lead.workspace = merge.kept.workspace = workspace
    return merge
