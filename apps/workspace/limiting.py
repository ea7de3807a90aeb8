"""How often something may be done: counted in fixed windows, in Redis, by all processes together.

A window begins at a multiple of its length for everybody, so that what is left and when it begins anew can be told
without asking again. Around the turn of a window twice the rate may pass: what is held off here is abuse, not a
customer's busiest second. For the same reason a process takes a handful of a large rate at once, and asks again when
that is spent: it may be held off a hundredth too early. Where Redis does not answer nobody is held off: to lose what
customers' visitors do would be worse than to serve somebody who asks too often.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from .problems import Problem
from .redis_line import ask, tell

logger = logging.getLogger(__name__)

WRITTEN = re.compile(r"(?P<most>[1-9]\d{0,8})/(?P<seconds>[1-9]\d{0,4})s?", re.ASCII)
HANDFUL = 100  # the part of a rate that is taken at once: a hundredth; one by one where the rate is small
MOST_HANDS = 10_000

_counting = Lock()
_hands: dict[str, tuple[int, int]] = {}  # by what is counted: how many are taken and not spent; how many all have taken


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


def faults(names: Iterable[str], code: str) -> list[CheckMessage]:
    """What `manage.py check`, and so every start, says of settings that say no rate."""
    found: list[CheckMessage] = []
    for name in names:
        try:
            rate_of(name)
        except ImproperlyConfigured as fault:
            found.append(Error(str(fault), id=code))
    return found


@cache
def _parsed(said: str) -> Rate | None:
    if said == "0":
        return None
    written = WRITTEN.fullmatch(said)
    if written is None:
        raise ValueError
    return Rate(int(written["most"]), int(written["seconds"]))


def spend(wanted: Mapping[str, Rate], now: datetime) -> list[Allowance]:
    """Spend one of each rate, by key, and say what is left: of all, or of those up to the first that is used up.

    Who is held off by one spends nothing of those after it.
    """
    allowances: list[Allowance] = []
    for key, rate in wanted.items():
        window = int(now.timestamp()) // rate.seconds
        allowances.append(Allowance(rate, _spent(f"spent:{key}:{window}", rate), (window + 1) * rate.seconds))
        if allowances[-1].is_exceeded:
            break
    return allowances


def _spent(key: str, rate: Rate) -> int:
    """How many are spent with this one."""
    with _counting:
        left, taken = _hands.get(key, (0, 0))
        if left:
            _hands[key] = left - 1, taken
            return taken - left + 1
    handful = _handful(key, rate)
    if handful is None:
        return 0
    more, taken = handful
    if more <= 0:
        return rate.most + 1
    with _counting:
        if len(_hands) >= MOST_HANDS:  # of windows that are over, most of them
            _hands.clear()
        left, known = _hands.get(key, (0, 0))  # another thread may have taken a handful meanwhile: both count
        left, taken = left + more, max(taken, known)
        _hands[key] = left - 1, taken
    return taken - left + 1


def _handful(key: str, rate: Rate) -> tuple[int, int] | None:
    """Some to spend without asking again, and how many everybody has taken with these; None where nobody counts."""
    wanted = max(1, rate.most // HANDFUL)
    try:
        taken = ask("INCRBY", key, wanted)
        if taken == wanted:
            tell("EXPIRE", key, rate.seconds)
    except redis.RedisError:
        logger.warning("Nobody is held off: Redis does not count", exc_info=True)
        return None
    return min(wanted, rate.most - (taken - wanted)), min(taken, rate.most)
