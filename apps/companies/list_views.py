"""The company list."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.lists.pages import show
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .lists import COMPANIES


@page(Grant.VIEW_LISTS)
@require_safe
def companies(request: PageRequest) -> HttpResponse:
    """Companies with people, or any segment of them: filtered, searched, sorted and paged (CO-06, CO-07)."""
    return show(request, COMPANIES)
