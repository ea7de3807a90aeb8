"""The REST API answers before what only pages need: no session, no cookie, no form token, no redirect."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from .calls import nothing_at
from .errors import error_list

ADDRESSES = "apps.api.urls"


class ApiDoor:
    """Answers the API's addresses, and in the API's words those that nobody has when a program asks for them."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info  # as it is first: an external id may end in a slash of its own
        if match := resolved(path, ADDRESSES) or resolved(path.rstrip("/"), ADDRESSES):
            request.resolver_match = match
            return measured(match.func(request, *match.args, **match.kwargs))
        if is_a_programs(request) and not is_a_pages(request.path_info):
            return measured(error_list(nothing_at(request)))
        return self.answer(request)


def measured(response: HttpResponse) -> HttpResponse:
    """An answer that says its length: else it would go out in pieces."""
    if not response.streaming:
        response["Content-Length"] = str(len(response.content))
    return response


def is_a_programs(request: HttpRequest) -> bool:
    """Whether who asks shows a token, or would not know what to do with a page."""
    return "Authorization" in request.headers or not request.accepts("text/html")


def is_a_pages(path: str) -> bool:
    """Whether a page or a file of the product stands at an address."""
    return path.startswith(settings.STATIC_URL) or resolved(path) is not None


def resolved(path: str, addresses: str | None = None) -> ResolverMatch | None:
    try:
        return resolve(path or "/", urlconf=addresses)
    except Resolver404:
        return None
