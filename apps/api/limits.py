"""How often one token, and all of a workspace together, may call; every answer says what is left of it."""

from datetime import datetime
from typing import Any

from django.core.checks import CheckMessage

from apps.workspace.limiting import Allowance, TooManyRequests, faults, rate_of, spend
from apps.workspace.models import AccessToken

PER_TOKEN, PER_WORKSPACE = "API_LIMIT_TOKEN", "API_LIMIT_WORKSPACE"


def check_rates(**kwargs: Any) -> list[CheckMessage]:
    """What `manage.py check`, and so every start, says of settings that say no rate."""
    return faults((PER_TOKEN, PER_WORKSPACE), "api.E001")


def spent_by(token: AccessToken, now: datetime) -> list[Allowance]:
    """Count a call. What is left to the token comes first; the workspace's is not spent by a token that has none."""
    rates = {
        f"api:token:{token.pk}": rate_of(PER_TOKEN),
        f"api:workspace:{token.workspace_id}": rate_of(PER_WORKSPACE),
    }
    return spend({key: rate for key, rate in rates.items() if rate}, now)


def hold_off(allowances: list[Allowance], now: datetime) -> None:
    """Raises TooManyRequests where one is used up."""
    for allowance in allowances:
        if allowance.is_exceeded:
            wait = allowance.wait(now)
            unit = "second" if wait == 1 else "seconds"
            raise TooManyRequests(f"Exceeded rate limit of {allowance.rate}. Try again in {wait} {unit}.", wait)


def headers_of(allowances: list[Allowance], now: datetime) -> dict[str, str]:
    """What a client reads to slow down by itself: of the limit that is nearest to its end."""
    if not allowances:
        return {}
    nearest = min(allowances, key=lambda allowance: allowance.remaining)
    told = {
        "X-RateLimit-Limit": str(nearest.rate.most),
        "X-RateLimit-Remaining": str(nearest.remaining),
        "X-RateLimit-Reset": str(nearest.reset),
    }
    return told | ({"Retry-After": str(nearest.wait(now))} if nearest.is_exceeded else {})
