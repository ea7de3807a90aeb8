"""The description, for programs and for people."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.workspace.hosts import origin
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .document import document
from .reference import reference


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The document. It tells of the product and of nobody's data, so that any tool may read it."""
    headers = {"Access-Control-Allow-Origin": "*"}
    return HttpResponse(orjson.dumps(document()), content_type="application/json", headers=headers)


@page(Grant.VIEW_LISTS)
@require_safe
def api_reference(request: PageRequest) -> HttpResponse:
    """Settings → API reference."""
    context = {"reference": reference(), "api_address": origin(request.workspace, "api", request)}
    return render(request, "api/reference.html", context)
