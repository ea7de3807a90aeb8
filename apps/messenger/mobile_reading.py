"""From an app's bytes to who sends them, on which platform and device. Nothing here asks the database."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from apps.attributes.kinds import KINDS, Setting
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.attributes.writing import is_blank
from apps.people.mobile_sessions import PUSH, TEXTS, Platform
from apps.workspace.problems import Problem

from .reading import OF_AN_EVENT, Event, Sent, event_of, json_body, sent_of

OF_AN_APP = frozenset({"user_data", "platform", "device"})
KNOWN = dict.fromkeys(TEXTS, "text") | {PUSH: "boolean"}
SETTING = Setting(Source.PING, ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class App:
    """What speaks: its platform, and what it says of the device. What cannot be taken stops nothing (MSG-13)."""

    platform: Platform
    device: dict[str, str | None]
    report: Report = field(default_factory=Report)


def read(request: HttpRequest) -> tuple[Sent, App]:
    """Who sends, and from which app. Raises Problem for what is neither."""
    body = json_body(request)
    return sent_of(body, OF_AN_APP), _app(body)


def event(request: HttpRequest) -> tuple[Event, App]:
    """What was done, and in which app. Raises Problem for what is none."""
    body = json_body(request)
    return event_of(body, OF_AN_APP | OF_AN_EVENT), _app(body)


def _app(body: dict[str, Any]) -> App:
    platform, device = body.get("platform"), body.get("device")
    if is_blank(platform, Source.PING):
        raise Problem("platform is missing: send ios or android.", code="parameter_missing", field="platform")
    if not isinstance(platform, str) or platform not in list(Platform):
        raise Problem("platform is neither ios nor android.", field="platform")
    if device is None:
        device = {}
    if not isinstance(device, dict):
        raise Problem("device is not an object.", field="device")
    return _described(Platform(platform), device)


def _described(platform: Platform, device: dict[str, Any]) -> App:
    app = App(platform, {})
    for name, raw in device.items():
        try:
            app.device[name] = _clean(name, raw)
        except Refusal as refusal:
            key = f"device.{name}"
            app.report.refused[key], app.report.raw[key] = refusal, raw
    return app


def _clean(name: str, raw: Any) -> str | None:
    if name not in KNOWN:
        raise Refusal(Reason.UNKNOWN, f"was ignored: a device has {', '.join(KNOWN)}")
    if is_blank(raw, Source.PING):
        return None
    kind = KINDS[KNOWN[name]]
    return kind.as_text(kind.clean(raw, SETTING))
