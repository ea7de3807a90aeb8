"""A person's companies: attach one that exists, detach one, and names to choose from (CO-08, QUAL-26)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.people.models import Person
from apps.people.profile_views import person_or_404
from apps.people.sections import Profile, fragment
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .arrivals import join, leave
from .models import Membership
from .profile_views import company_or_404
from .qualifying import matching


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def attach(request: PageRequest, public_id: str) -> HttpResponse:
    """Search the companies that exist, and make a person a member of one."""
    person = person_or_404(request.workspace, public_id)
    if request.method == "POST":
        company = company_or_404(request.workspace, request.POST.get("company", ""))
        join(person, company, now=now())
        return _changed(request, person, f"Attached to {company.label}.")
    searched = request.GET.get("q", "").strip()
    member_of = set(Membership.objects.filter(person=person).values_list("company_id", flat=True))
    found = [company for company in matching(request.workspace, searched) if company.pk not in member_of]
    context = {"person": person, "searched": searched, "found": found}
    return render(request, _template(request), context)


def _template(request: PageRequest) -> str:
    if not request.htmx:
        return "companies/attach.html"
    return "companies/_found.html" if request.htmx.target == "companies-found" else "companies/_attach.html"


@page(Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def detach(request: PageRequest, public_id: str, company_id: str) -> HttpResponse:
    """Ask first; then take the link away and nothing else (CO-08)."""
    person = person_or_404(request.workspace, public_id)
    membership = Membership.objects.filter(
        person=person, company__public_id=company_id, company__workspace=request.workspace
    )
    found = membership.select_related("company").first()
    if found is None:
        raise Http404("This person does not belong to that company.")
    if request.method == "POST":
        leave(person, found.company)
        return _changed(request, person, f"Detached from {found.company.label}.")
    template = "companies/_detach.html" if request.htmx else "companies/detach.html"
    return render(request, template, {"person": person, "company": found.company, "subject": person})


@page(Grant.VIEW_PROFILES)
@require_safe
def names(request: PageRequest) -> HttpResponse:
    """Names to choose from while one is typed, as the options of a datalist."""
    found = matching(request.workspace, request.GET.get("value", "").strip())
    return render(request, "companies/_names.html", {"found": found})


def _changed(request: PageRequest, person: Person, sentence: str) -> HttpResponse:
    """The section and the panel, whose company half may speak of another company now."""
    messages.success(request, sentence)
    if not request.htmx:
        return redirect(f"{person.page()}#section-companies")
    seen = Profile(request, person)
    parts = [fragment(slug, seen, oob=True) for slug in ("companies", "qualification")]
    answer = render(request, "companies/_changed.html", {"parts": parts})
    answer["HX-Trigger"] = "dialog-close"
    return answer
