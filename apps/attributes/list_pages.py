"""How the page of a list answers: whole, or to htmx what stands in `<main>`, with the address bar following."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import push_url, replace_url

from apps.workspace.pages import PageRequest


def address(path: str, **asked: Any) -> str:
    """A list's path with what is asked of it; nothing stands for what is not."""
    said = {key: value for key, value in asked.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def answer(request: PageRequest, whole: str, part: str, here: str, context: dict[str, Any]) -> HttpResponse:
    """The template of the whole page, or of what stands in its `<main>`. `here` is the list's own address."""
    is_part = request.htmx and not request.htmx.history_restore_request
    response = render(request, part if is_part else whole, {"here": here, **context})
    patch_vary_headers(response, ["HX-Request"])
    return _remembered(response, request, here) if is_part else response


def _remembered(response: HttpResponse, request: PageRequest, here: str) -> HttpResponse:
    """The address bar follows the list. Typing on, and Refresh, replace the browser's entry; all else adds one."""
    stood = request.htmx.current_url_abs_path or ""
    is_typing_on = all("q=" in one and "after=" not in one for one in (stood, here))
    return replace_url(response, here) if is_typing_on or stood == here else push_url(response, here)
