"""The door for apps on phones: what the Messenger's door is for pages, with counters of their own (SESS-06…09)."""

from django.http import HttpRequest, HttpResponse

from apps.people.mobile_sessions import Act, in_app
from apps.workspace import clock

from . import mobile_reading
from .admitting import ping_of, posted, workspace_of
from .views import delivered, still_there, tracked
from .visiting import place_of


@posted
def register(request: HttpRequest) -> HttpResponse:
    """Somebody logs in, or an app without a login begins: their first session, once (SESS-06, ATT-48)."""
    return _delivered(request, Act.REGISTER)


@posted
def opened(request: HttpRequest) -> HttpResponse:
    """The app comes to the front: a session, unless one was counted less than 20 seconds before (SESS-06)."""
    return _delivered(request, Act.OPEN)


@posted
def ping(request: HttpRequest) -> HttpResponse:
    """Something has changed while the app is open (MSG-01): it counts nothing."""
    return _delivered(request, Act.PING)


@posted
def events(request: HttpRequest) -> HttpResponse:
    """Something that was done in the app (MSG-15). Whoever is not known yet is made, as by a ping."""
    now = clock.now()
    event, app = mobile_reading.event(request)
    workspace = workspace_of(event.sent.app_id)
    seen = in_app(app.platform, Act.PING, app.device, now, place_of(request))
    return tracked(workspace, ping_of(workspace, event.sent, now), event, seen)


@posted
def heartbeat(request: HttpRequest) -> HttpResponse:
    """The app is still open (PRES-01); nothing else is touched (PRES-07)."""
    now = clock.now()
    sent, _ = mobile_reading.read(request)
    workspace = workspace_of(sent.app_id)
    return still_there(workspace, ping_of(workspace, sent, now), now)


def _delivered(request: HttpRequest, act: Act) -> HttpResponse:
    now = clock.now()
    sent, app = mobile_reading.read(request)
    workspace = workspace_of(sent.app_id)
    ping = ping_of(workspace, sent, now)
    ping.unsigned.report.refused |= app.report.refused
    ping.unsigned.report.raw |= app.report.raw
    return delivered(workspace, ping, in_app(app.platform, act, app.device, now, place_of(request)))
