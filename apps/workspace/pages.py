"""The door-keeper of every teammates' page: signed in, on a seat in the workspace, with the grant (PERM-05)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from .models import Notification, Seat, Teammate, Workspace
from .permissions import Grant, check_grant


class PageRequest(HttpRequest):
    """What `page` makes of a request: signed in, in a workspace, on a seat."""

    user: Teammate
    workspace: Workspace
    seat: Seat
    htmx: Any


View = Callable[..., HttpResponseBase]
SAFE = {"GET", "HEAD", "OPTIONS"}


def page(read: Grant, write: Grant | None = None) -> Callable[[View], View]:
    """Guard a teammates' view below `/apps/<app_id>/`.

    Signed out: to the sign-in page and back. Another workspace's app id: 404, as if it did not exist.
    Reading needs `read`; every other method needs `write` (which is `read` where it is not named).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, app_id: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            asked = cast(PageRequest, request)
            asked.seat = _seat_or_404(asked.user, app_id)
            asked.workspace = asked.seat.workspace
            check_grant(asked.seat, read if request.method in SAFE else write or read)
            return view(asked, **kwargs)

        guarded.grants = (read, write or read)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # the whole page goes to sign-in, not the fragment
        return response
    return redirect_to_login(request.get_full_path())


def _seat_or_404(teammate: Teammate, app_id: str) -> Seat:
    theirs = Notification.objects.filter(workspace=OuterRef("workspace"), teammate=OuterRef("teammate"), read_at=None)
    unread = Coalesce(Subquery(theirs.values("teammate").annotate(number=Count("pk")).values("number")), 0)
    seats = teammate.seats.select_related("workspace").annotate(unread=unread)
    seat = seats.filter(workspace__app_id=app_id).first()
    if seat is None:
        raise Http404("There is no such workspace, or you have no seat in it.")
    return seat
