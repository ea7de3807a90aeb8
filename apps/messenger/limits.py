"""How often one address, and everybody of one workspace together, may call; beyond it they are told when to come back.

The script itself, and what browsers ask before they send, cost next to nothing and are not counted.
"""

import hashlib
import re
from datetime import datetime
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.http import HttpRequest

from apps.workspace.callers import address_of
from apps.workspace.limiting import Allowance, Rate, TooManyRequests, faults, rate_of, spend

from .reading import app_id_of

PER_ADDRESS, PER_APP = "MESSENGER_LIMIT_ADDRESS", "MESSENGER_LIMIT_APP"
APP_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")  # nothing else is one, and nothing else becomes a key
PREFIX = 64  # bits of an IPv6 address that one household, server or attacker has to itself


def check_rates(**kwargs: Any) -> list[CheckMessage]:
    """What `manage.py check`, and so every start, says of settings that say no rate."""
    return faults((PER_ADDRESS, PER_APP), "messenger.E001")


def hold_off(request: HttpRequest, now: datetime) -> None:
    """Count a request. Raises TooManyRequests where that is one too many.

    The address comes first: what it sends beyond its own limit takes nothing from the workspace's.
    """
    exceeded = [allowance for allowance in spend(_wanted(request), now) if allowance.is_exceeded]
    if exceeded:
        raise _refusal(exceeded[0], now)


def _wanted(request: HttpRequest) -> dict[str, Rate]:
    """What a request spends, by key."""
    wanted: dict[str, Rate] = {}
    address, per_address, per_app = address_of(request), rate_of(PER_ADDRESS), rate_of(PER_APP)
    if per_address and address:  # none behind a Unix socket, where everybody would count as one
        wanted[f"messenger:address:{_unreadable(address)}"] = per_address
    app_id = app_id_of(request) if per_app else None
    if per_app and app_id and APP_ID.fullmatch(app_id):
        wanted[f"messenger:app:{app_id}"] = per_app
    return wanted


def _refusal(exceeded: Allowance, now: datetime) -> TooManyRequests:
    wait = exceeded.wait(now)
    unit = "second" if wait == 1 else "seconds"
    return TooManyRequests(f"Too many requests: at most {exceeded.rate}. Try again in {wait} {unit}.", wait)


def _unreadable(address: str) -> str:
    """What is counted under. A visitor's address is kept nowhere, not even for seconds (ATT-54)."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        address = str(ip_network((parsed, PREFIX), strict=False))
    return hashlib.blake2b(address.encode(), key=_key(), digest_size=12).hexdigest()


@cache
def _key() -> bytes:
    return hashlib.sha256(settings.SECRET_KEY.encode()).digest()
