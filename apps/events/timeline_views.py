"""Everything a person did, on a page of its own; and for htmx its parts, on the profile too (EVT-07)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.paging import Place
from apps.attributes.viewing import note_view
from apps.people.profile_views import person_or_404
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .timeline import summaries_of, timeline_of


@page(Grant.VIEW_PROFILES)
@require_safe
@vary_on_headers("HX-Request")
def timeline(request: PageRequest, public_id: str) -> HttpResponse:
    """The summaries, and the occurrences page by page; of one event, if the address names it."""
    person = person_or_404(request.workspace, public_id)
    note_view(request, person)
    after = Place.read(request.GET.get("after", ""))
    summaries = summaries_of(person)
    seen = timeline_of(person, summaries, now(), name=request.GET.get("name", ""), after=after)
    context = {"person": person, "timeline": seen, "after": after}
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "events/timeline.html", context)
    return render(request, "events/_lines.html" if after else "events/_timeline.html", context)
