"""What a page shows once: it waits in the session from the answer to a POST until the page that it leads to is read.

A redirect stands between, so that reloading the page shows nothing and does nothing again.
"""

from typing import Any

from .pages import PageRequest


def keep(request: PageRequest, **shown: str) -> None:
    """Let the next view of a settings page of this workspace show these."""
    request.session[_key(request)] = shown


def taken(request: PageRequest) -> dict[str, Any]:
    """What waits for this page; from now on it waits no more."""
    kept: dict[str, Any] = request.session.pop(_key(request), {}) if request.method == "GET" else {}
    return kept


def _key(request: PageRequest) -> str:
    return f"shown once: {request.workspace.pk}"
