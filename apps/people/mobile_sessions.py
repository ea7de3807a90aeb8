"""Somebody seen in an app on a phone: the counter and the times of its platform, and what the device is (SESS-06…09).

Web sessions, and the silence that they are measured by, are left alone. What a device says of itself is kept without a
history, like the time of a visit: the latest word counts, and no word leaves what stands.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from . import visits
from .sessions import Sighting, interval

APART = timedelta(seconds=20)  # an app that is opened sooner after the last counted opening goes on


class Platform(StrEnum):
    IOS = "ios"
    ANDROID = "android"


class Act(Enum):
    """What an app says of whoever uses it, and when a session of its platform is counted for it."""

    REGISTER = "{platform}_sessions IS NULL"
    OPEN = (
        "({platform}_counted_at IS NULL OR "
        f"{{platform}}_counted_at <= moment.now - {interval(APART)})"  # beside the row's lock: of two, one counts
    )
    PING = "false"


# What a device tells of itself → the column that keeps it, after its platform's name.
TEXTS = {
    "model": "device",
    "os_version": "os_version",
    "app_name": "app_name",
    "app_version": "app_version",
    "sdk_version": "sdk_version",
}
PUSH = "push_enabled"


def in_app(
    platform: Platform, act: Act, device: Mapping[str, str | None], now: datetime, place: visits.Values
) -> Sighting:
    """Somebody is seen in an app, and where. Unlike in a browser, who is not named is a lead from the first moment.

    A company's sessions are web sessions: none begins here.
    """
    told = {name: device.get(name) for name in (*TEXTS, PUSH)} | visits.told(place)
    return Sighting(now, CHANGES[platform, act] + visits.changes(place), told=told)


def _changes(platform: Platform, act: Act) -> str:
    counts = act.value.format(platform=platform)
    latest = [f"{platform}_{column} = coalesce(moment.{name}, {platform}_{column})" for name, column in TEXTS.items()]
    return f"""
        last_seen_at = greatest(last_seen_at, moment.now),
        {platform}_last_seen_at = greatest({platform}_last_seen_at, moment.now),
        {platform}_sessions = CASE WHEN {counts} THEN coalesce({platform}_sessions, 0) + 1 ELSE {platform}_sessions END,
        {platform}_counted_at = CASE WHEN {counts} THEN moment.now ELSE {platform}_counted_at END,
        {", ".join(latest)},
        enabled_push_messaging = coalesce(moment.{PUSH}::boolean, enabled_push_messaging),
        role = CASE role WHEN 'visitor' THEN 'lead' ELSE role END,
        is_mobile_unidentified = role <> 'user'
    """


CHANGES = {(platform, act): _changes(platform, act) for platform in Platform for act in Act}
