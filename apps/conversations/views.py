"""One conversation, as far as it is kept here; and the report of all, month by month (DEL-08, DEL-09)."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.people.models import Person
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .models import Conversation
from .reporting import report


@page(Grant.VIEW_PROFILES)
@require_safe
def conversation(request: PageRequest, pk: int) -> HttpResponse:
    """404 as soon as the person is hidden (DEL-09)."""
    listed = Person.objects.of(request.workspace).listed()
    theirs = Conversation.objects.filter(workspace=request.workspace, person__in=listed)
    found = theirs.select_related("person", "rating").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such conversation: its person was archived, blocked or deleted.")
    found.person.workspace = request.workspace
    return render(request, "conversations/conversation.html", {"conversation": found})


@page(Grant.VIEW_LISTS)
@require_safe
def months(request: PageRequest) -> HttpResponse:
    return render(request, "conversations/report.html", {"lines": report(request.workspace)})
