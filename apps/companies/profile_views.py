"""A company's page, and who belongs to it (CO-08, CO-09)."""

from typing import cast

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.finding import record_or_404
from apps.attributes.paging import newest_first
from apps.attributes.searching import sought
from apps.lists.searching import found_soon
from apps.people.lists import FACE, PEOPLE
from apps.people.lists import SORTED_BY as SEEN
from apps.people.models import Person
from apps.people.profile_views import person_or_404
from apps.workspace.clock import now
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .arrivals import join, leave
from .models import Company, Membership
from .profiles import CompanyProfile, fragment, head, head_context, shown

MOST_FOUND = 20


@page(Grant.VIEW_PROFILES)
@require_safe
@vary_on_headers("HX-Request")
def profile(request: PageRequest, public_id: str) -> HttpResponse:
    """The page of one company; htmx turns the pages of its people."""
    seen = CompanyProfile(request, company_or_404(request.workspace, public_id))
    if request.htmx.target == "section-people":
        return HttpResponse(fragment("people", seen))
    context = head_context(seen) | {"profile": seen, "sections": shown(seen)}
    return render(request, "companies/profile.html", context)


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def attach_person(request: PageRequest, public_id: str) -> HttpResponse:
    """Search the people that exist, and make one a member."""
    company = company_or_404(request.workspace, public_id)
    if request.method == "POST":
        person = person_or_404(request.workspace, request.POST.get("person", ""))
        join(person, company, now=now())
        return _changed(request, company, f"Attached {person.label}.")
    searched = sought(request.GET.get("q", ""))
    context = {"company": company, "searched": searched, "found": _outsiders(company, searched)}
    return render(request, _template(request), context)


def _template(request: PageRequest) -> str:
    if not request.htmx:
        return "companies/attach_person.html"
    return "companies/_found_people.html" if request.htmx.target == "people-found" else "companies/_attach_person.html"


def _outsiders(company: Company, searched: str) -> list[Person]:
    """Those who match and do not belong to it, the last seen first."""
    inside = Membership.objects.filter(company=company, person=OuterRef("pk"))
    listed = Person.objects.of(company.workspace).listed()
    people = found_soon(company.workspace, PEOPLE, listed, searched).filter(~Exists(inside))
    return list(people.only(*FACE, SEEN).order_by(*newest_first(SEEN))[:MOST_FOUND])


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def detach_person(request: PageRequest, public_id: str, person_id: str) -> HttpResponse:
    """Ask first; then take the link away and nothing else (CO-08)."""
    company = company_or_404(request.workspace, public_id)
    person = person_or_404(request.workspace, person_id)
    if not Membership.objects.filter(person=person, company=company).exists():
        raise Http404("This person does not belong to that company.")
    if request.method == "POST":
        leave(person, company)
        return _changed(request, company, f"Detached {person.label}.")
    template = "companies/_detach.html" if request.htmx else "companies/detach.html"
    return render(request, template, {"person": person, "company": company, "subject": company})


def company_or_404(workspace: Workspace, public_id: str) -> Company:
    """A company that teammates see. Raises Http404 for archived ones."""
    return cast(Company, record_or_404(workspace, "company", public_id))


def _changed(request: PageRequest, company: Company, sentence: str) -> HttpResponse:
    """The section, and the head, which counts the people."""
    messages.success(request, sentence)
    if not request.htmx:
        return redirect(f"{company.page()}#section-people")
    seen = CompanyProfile(request, company)
    parts = [head(seen, oob=True), fragment("people", seen, oob=True)]
    answer = render(request, "companies/_changed.html", {"parts": parts})
    answer["HX-Trigger"] = "dialog-close"
    return answer
