"""Settings → Imports & exports."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..pages import PageRequest, page
from ..permissions import Grant
from ..transfers import sections_for


@page(Grant.EXPORT)  # whoever may import may export, too
@require_safe
def transfers(request: PageRequest) -> HttpResponse:
    """The files that went in and out of the workspace."""
    return render(request, "workspace/transfers.html", {"sections": sections_for(request)})
