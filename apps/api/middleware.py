"""The REST API answers before what only pages need: no session, no cookie, no redirect."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ApiDoor:
    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)
