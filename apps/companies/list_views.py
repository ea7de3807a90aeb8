"""The company list."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.attributes.list_pages import address, answer
from apps.attributes.paging import Place
from apps.attributes.rows import sought
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .lists import look


@page(Grant.VIEW_LISTS)
@require_safe
def companies(request: PageRequest) -> HttpResponse:
    """Companies with people, searched and paged (CO-06, CO-07); htmx gets what stands in `<main>`."""
    after, before = Place.read(request.GET.get("after", "")), Place.read(request.GET.get("before", ""))
    search = sought(request.GET.get("q", ""))
    seen = look(request.workspace, search, after=after, before=before)
    path = reverse("companies:list", args=[request.workspace.app_id])

    def at(**place: Place | None) -> str:
        return address(path, q=search, **place)

    here = at(after=after, before=None if after else before)
    context = {
        "seen": seen,
        "previous": seen.page.before and at(before=seen.page.before),
        "next": seen.page.after and at(after=seen.page.after),
    }
    return answer(request, "companies/list.html", "companies/_list.html", here, context)
