"""Where the product is reached from outside: what links and base addresses start with (LINK-09, API-10)."""

from django.conf import settings
from django.http import HttpRequest

from .models import Workspace


def origin(workspace: Workspace, door: str, request: HttpRequest | None = None) -> str:
    """Where the pages ("app") or the REST API ("api") are reached: `https://app.eu.example.test`.

    The workspace's own host, else its region's, else where this request came in, else where `start` listens.
    """
    own = {"app": workspace.app_host, "api": workspace.api_host}[door]
    host = own or settings.REGION_HOSTS[workspace.region][door]
    if host:
        return f"https://{host}"
    return f"{request.scheme}://{request.get_host()}" if request else own_address()


def own_address() -> str:
    """Where this installation is reached as far as it knows, for commands: `BASE_URL`, or what `start` noted."""
    if settings.BASE_URL:
        return settings.BASE_URL.rstrip("/")
    try:
        return (settings.DATA_DIR / "address").read_text().strip()
    except OSError:
        return "http://127.0.0.1:8000"
