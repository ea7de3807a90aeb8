"""Where somebody came from, as an address or a form says it (`next`): a page of this product, or nowhere."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from .notifying import is_local


def led_back(request: HttpRequest) -> str:
    """The page to go on with; empty where none was named, or one elsewhere."""
    asked = request.POST if request.method == "POST" else request.GET
    address = asked.get("next", "")
    return address if is_local(address) and url_has_allowed_host_and_scheme(address, None) else ""
