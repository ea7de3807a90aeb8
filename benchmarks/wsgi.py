"""The product, and beside it what it is measured against, in the same processes and on the same connections."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings

from intercom_clone.wsgi import application as product

BARE = "/bare/", "benchmarks.bare", []
# as far as a call of the API comes
BARE_API = "/bare-api/", "benchmarks.bare_api", settings.MIDDLEWARE[:3]


class BareHandler(WSGIHandler):
    """Django with a few views and no other middleware than is named."""

    def __init__(self, urlconf: str, middleware: list[str]) -> None:
        self.urlconf, self.middleware = urlconf, middleware
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        with override_settings(MIDDLEWARE=self.middleware):
            super().load_middleware(is_async)

    def get_response(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = self.urlconf  # type: ignore[attr-defined]
        return super().get_response(request)


handlers = {start: BareHandler(urlconf, middleware) for start, urlconf, middleware in (BARE, BARE_API)}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    handler = next((bare for start, bare in handlers.items() if path.startswith(start)), product)
    return handler(environ, start_response)
