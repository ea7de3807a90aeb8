"""How often something may be done: counted in fixed windows, in Redis, one round trip for all that a request spends.

A window begins at a multiple of its length for everybody, so that what is left and when it begins anew can be told
without asking again. Around the turn of a window twice the rate may pass: what is held off here is abuse, not a
customer's busiest second. Where Redis does not answer nobody is held off: to lose what customers' visitors do would be
worse than to serve somebody who asks too often.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from redis.exceptions import NoScriptError

from .problems import Problem
from .redis_line import ask

logger = logging.getLogger(__name__)

WRITTEN = re.compile(r"(?P<most>[1-9]\d{0,8})/(?P<seconds>[1-9]\d{0,4})s?", re.ASCII)
# Counts one after the other, and stops at the first that is used up: who is held off spends nothing of the others.
COUNT = """
local counted = {}
for at, key in ipairs(KEYS) do
  local most, seconds = tonumber(ARGV[2 * at - 1]), ARGV[2 * at]
  counted[at] = redis.call('INCR', key)
  if counted[at] == 1 then redis.call('EXPIRE', key, seconds) end
  if counted[at] > most then break end
end
return counted
"""
COUNT_NAME = hashlib.sha1(COUNT.encode(), usedforsecurity=False).hexdigest()  # as Redis calls a script that it has met


class TooManyRequests(Problem):
    """Asked too often; `wait` is how many seconds to be quiet for."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    most: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.most:,} in {self.seconds} seconds"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a rate in this window, which ends at `reset` (seconds since 1970)."""

    rate: Rate
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        return max(self.rate.most - self.used, 0)

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.rate.most

    def wait(self, now: datetime) -> int:
        """Whole seconds until the window is over; never none."""
        return max(1, self.reset - int(now.timestamp()))


def rate_of(setting: str) -> Rate | None:
    """The rate that a setting says, as `2000/10s`: 2,000 in 10 seconds. None for 0, which is no limit."""
    said = str(getattr(settings, setting))
    try:
        return _parsed(said)
    except ValueError:
        raise ImproperlyConfigured(
            f"{setting} is {said!r}; write it like 2000/10s (2,000 in 10 seconds), or 0 for no limit."
        ) from None


@cache
def _parsed(said: str) -> Rate | None:
    if said == "0":
        return None
    written = WRITTEN.fullmatch(said)
    if written is None:
        raise ValueError
    return Rate(int(written["most"]), int(written["seconds"]))


def spend(wanted: Mapping[str, Rate], now: datetime) -> list[Allowance]:
    """Spend one of each rate, by key, and say what is left: of all, or of those up to the first that is used up."""
    if not wanted:
        return []
    windows = [int(now.timestamp()) // rate.seconds for rate in wanted.values()]
    keys = [f"spent:{key}:{window}" for key, window in zip(wanted, windows, strict=True)]
    said = [number for rate in wanted.values() for number in (rate.most, rate.seconds)]
    try:
        counted = _counted(keys, said)
    except redis.RedisError:
        logger.warning("Nobody is held off: Redis does not count", exc_info=True)
        counted = [0] * len(keys)
    return [
        Allowance(rate, used, (window + 1) * rate.seconds)
        for rate, window, used in zip(wanted.values(), windows, counted, strict=False)
    ]


def _counted(keys: list[str], said: list[int]) -> list[int]:
    given: list[str | int] = [len(keys), *keys, *said]
    counted: list[int]
    try:
        counted = ask("EVALSHA", COUNT_NAME, *given)
    except NoScriptError:
        counted = ask("EVAL", COUNT, *given)
    return counted
