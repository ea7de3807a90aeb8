"""Who of the people on a page is online: asked every half minute, answered with dots alone (PRES-04, PRES-05)."""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.attributes.models import PUBLIC_ID
from apps.lists.faces import presence
from apps.workspace.clock import now
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .presence import online as who_is_online


@page(Grant.VIEW_LISTS)
@require_safe
def online(request: PageRequest) -> HttpResponse:
    """A dot, or the absence of one, for each person asked about; nobody is looked up for it."""
    asked = [one for one in request.GET.get("ids", "").split(",") if PUBLIC_ID.fullmatch(one)][: settings.PAGE_SIZE]
    there = who_is_online(request.workspace, asked, now())
    return HttpResponse("\n".join(presence(one, one in there, beside=True) for one in asked))
