"""Where a value comes from: its whole history, in a popover or on a page of its own (AUD-05, BEY-01)."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .catalogue import catalogue_of
from .chronicle import chronicle
from .facts import facts_of
from .finding import record_or_404
from .paging import Place
from .viewing import note_view
from .writes import writes_of

IN_POPOVER = 8


@page(Grant.VIEW_PROFILES)
@require_safe
@vary_on_headers("HX-Request")
def history(request: PageRequest, about: str, public_id: str, key: str) -> HttpResponse:
    """The lines of one value, oldest first, a page at a time from the latest back; the popover has the last few."""
    record = record_or_404(request.workspace, about, public_id)
    definition = catalogue_of(request.workspace, about).get(key)
    if definition is None or definition.archived:
        raise Http404("There is no such attribute.")
    before = Place.read(request.GET.get("before", ""))
    note_view(request, record)
    story = chronicle(record, definition, before=before)
    context = {"record": record, "definition": definition, "entries": story.entries, "earlier": story.earlier}
    if request.htmx and before:
        return render(request, "attributes/_history_lines.html", context)
    context["fact"] = facts_of(record, [definition])[key]
    if request.htmx:
        more = bool(story.earlier) or len(story.entries) > IN_POPOVER
        shown = {"entries": story.entries[-IN_POPOVER:], "earlier": None, "has_more": more}
        return render(request, "attributes/_history.html", context | shown)
    return render(request, "attributes/history.html", context | {"before": before})


@page(Grant.VIEW_PROFILES)
@require_safe
@vary_on_headers("HX-Request")
def record_history(request: PageRequest, about: str, public_id: str) -> HttpResponse:
    """All that was written to a record, the latest write first, with what each changed (AUD-05)."""
    record = record_or_404(request.workspace, about, public_id)
    before = request.GET.get("before", "")
    told = writes_of(record, before=int(before) if before.isascii() and before.isdigit() else None)
    context = {"record": record, "writes": told.writes, "earlier": told.earlier, "before": before}
    part = "attributes/_writes.html" if request.htmx and before else "attributes/record_history.html"
    return render(request, part, context)
