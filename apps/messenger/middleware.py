"""The Messenger's door stands before what only pages need: a ping has no session, no cookie, no form."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, get_resolver

from apps.workspace import clock
from apps.workspace.problems import Missing, Problem

from . import replying
from .limits import hold_off
from .widget import Script

logger = logging.getLogger(__name__)


BELOW = ("/messenger/", "/widget/", "/m/")


class MessengerDoor:
    """Answers every path of the Messenger itself: the script, and else JSON, readable by the page that asked."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer
        self.resolver = get_resolver("apps.messenger.urls")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(BELOW):
            return self.answer(request)
        response = self._answered(request)
        return response if isinstance(response, Script) else replying.readable(response, request)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        try:
            request.resolver_match = match = self.resolver.resolve(request.path_info)
            if request.method == "POST":
                hold_off(request, clock.now())
            return match.func(request, *match.args, **match.kwargs)
        except Resolver404:
            return replying.stopped(Missing("There is nothing at this address."))
        except Problem as problem:
            return replying.stopped(problem)
        except Exception:
            logger.exception("A request to %s failed", request.path, extra={"request": request})
            return replying.failed()
