"""Where a value comes from: its whole history, in a popover or on a page of its own (AUD-05, BEY-01)."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .catalogue import catalogue_of
from .chronicle import chronicle
from .facts import facts_of
from .finding import record_or_404

IN_POPOVER = 8


@page(Grant.VIEW_PROFILES)
@require_safe
def history(request: PageRequest, about: str, public_id: str, key: str) -> HttpResponse:
    """Every line of one value, oldest first; the popover has the last few."""
    record = record_or_404(request.workspace, about, public_id)
    definition = catalogue_of(request.workspace, about).get(key)
    if definition is None or definition.archived:
        raise Http404("There is no such attribute.")
    entries = chronicle(record, definition)
    context = {"record": record, "definition": definition, "fact": facts_of(record, [definition])[key]}
    if request.htmx:
        context |= {"entries": entries[-IN_POPOVER:], "earlier": max(0, len(entries) - IN_POPOVER)}
        return render(request, "attributes/_history.html", context)
    return render(request, "attributes/history.html", context | {"entries": entries})
