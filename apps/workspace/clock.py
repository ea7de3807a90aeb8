"""What time it is. The one place that asks, so that seven days can pass in a test by hand (`CLOCK_OFFSET=+8d`)."""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
OFFSET = re.compile(r"([+-])(\d+)([smhd])")


def now() -> datetime:
    """This moment in UTC, in whole seconds like every date (DATE-01), shifted by `CLOCK_OFFSET` outside production."""
    return timezone.now().replace(microsecond=0) + offset(settings.CLOCK_OFFSET)


def offset(text: str) -> timedelta:
    """`"+8d"` or `"-30m"` as a span of time; empty is none.

    Raises ValueError for anything else, naming what is allowed.
    """
    if not text:
        return timedelta()
    match = OFFSET.fullmatch(text)
    if not match:
        raise ValueError(f"CLOCK_OFFSET is {text!r}; write it like +8d, -30m, +12h or +90s")
    sign, number, unit = match.groups()
    span = timedelta(**{UNITS[unit]: int(number)})
    return span if sign == "+" else -span
