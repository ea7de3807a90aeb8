"""Settings → Demo data: what there is of it, and the button that removes it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.attributes.models import Attribute
from apps.companies.models import Company
from apps.people.models import Person
from apps.workspace import clock
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .models import has_demo, remembered
from .removal import remove


@page(Grant.DELETE)
@require_http_methods(["GET", "HEAD", "POST"])
def removal(request: PageRequest) -> HttpResponse:
    workspace = request.workspace
    if request.method == "POST":
        removed = remove(workspace, by=hand_of(request), now=clock.now())
        messages.success(request, str(removed))
        return redirect("people:list", workspace.app_id)
    shown = {
        "has_demo": has_demo(workspace),
        "people": len(remembered(workspace, Person)),
        "companies": len(remembered(workspace, Company)),
        "attributes": len(remembered(workspace, Attribute)),
    }
    return render(request, "demo/removal.html", shown)
