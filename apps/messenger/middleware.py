"""The Messenger's door stands before everything that teammates' pages need: a ping has no session, no cookie, no form."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class MessengerDoor:
    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)
