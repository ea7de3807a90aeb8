"""What every teammates' page goes through besides Django's own middleware."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from .callers import readable
from .pages import SAFE
from .patience import OutOfPatience
from .problems import Problem, TooSlow

Answer = Callable[[HttpRequest], HttpResponse]
KNOWN_ZONES = available_timezones()
HEADINGS = {
    403: "Your role does not allow this",
    404: "This is no longer here",
    410: "This file is gone",
    503: "This takes too long just now",
}


class VisitorAddress:
    """Behind trusted proxies, `REMOTE_ADDR` is the visitor's: throttles and the activity log go by it (AUD-01).

    Each proxy adds the address it saw at the end of X-Forwarded-For; what stands before that anybody can invent.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.proxies = settings.TRUSTED_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.proxies:
            seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-self.proxies :]
            if address := readable(seen[0]):
                request.META["REMOTE_ADDR"] = address
        return self.answer(request)


class ViewerTimeZone:
    """Dates are shown in the zone of the viewing browser, which says it in a cookie (DATE-01)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.COOKIES.get("tz", "").replace("%2F", "/")
        if zone not in KNOWN_ZONES:
            return self.answer(request)
        with timezone.override(ZoneInfo(zone)):
            return self.answer(request)


class ProblemPages:
    """A `Problem` on a teammates' page is said as a page, or as plain text to htmx, with its status."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OutOfPatience):
            exception = TooSlow("This takes too long just now. Ask for less, or try again later.")
        if not isinstance(exception, Problem):
            return None
        template = "_problem.html" if getattr(request, "htmx", False) else "problem.html"
        context = {"problem": exception, "heading": _heading(request, exception)}
        return render(request, template, context, status=exception.status)


def _heading(request: HttpRequest, problem: Problem) -> str:
    """What became of a request: a page that was asked for is not shown, everything else is not done."""
    if request.method not in SAFE:
        return "This was not done"
    return HEADINGS.get(problem.status, "This cannot be shown")
