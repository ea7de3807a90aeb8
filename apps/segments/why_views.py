"""Why is this person (not) in that segment? (BEY-03)"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.finding import record_or_404
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .comparisons import Moment
from .explaining import explained
from .standing import all_of, find


@page(Grant.VIEW_PROFILES)
@require_safe
@vary_on_headers("HX-Request")
def why(request: PageRequest, about: str, public_id: str) -> HttpResponse:
    """Each condition of a segment with its answer: a page, and with htmx a dialog, where another can be picked."""
    record = record_or_404(request.workspace, about, public_id)
    standings = all_of(request.workspace, about)
    slug = request.GET.get("segment", "")
    standing = find(request.workspace, about, slug) if slug else standings[0]
    explanation = explained(record, standing, Moment(now(), request.workspace.zone))
    context = {"record": record, "about": about, "standings": standings, "explanation": explanation}
    return render(request, _template(request), context)


def _template(request: PageRequest) -> str:
    if not request.htmx:
        return "segments/why.html"
    return "segments/_explanation.html" if request.htmx.target == "why" else "segments/_why_dialog.html"
