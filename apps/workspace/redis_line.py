"""A line to Redis for what every ping asks: each thread holds one open, and speaks without a pool in between.

Redis answers such a question in a few microseconds; finding a connection in a pool and interpreting the answer takes a
client ten times as long. Nobody waits long either: a Redis that hangs must not hang whoever asks.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.retry import Retry

PATIENCE = 0.5  # seconds
MOST_OWED = 100  # answers that nobody has read: they fill up what lies between

_lines = threading.local()


def ask(*words: str | int) -> Any:
    """What Redis answers to one command. Raises redis.RedisError.

    Said once more at most, over a new connection, where Redis has closed the old one meanwhile: it may then have been
    done twice.
    """
    _say(words)
    try:
        return _answer()
    except redis.ConnectionError:
        _say(words)
        return _answer()


def tell(*words: str | int) -> None:
    """Have something done that nobody waits for, and that may be lost. Raises redis.RedisError.

    The answer is read with that of whatever is asked next.
    """
    _say(words)
    if _line().owed >= MOST_OWED:
        _answer()


def _say(words: tuple[str | int, ...]) -> None:
    line = _line()
    try:
        line.connection.send_command(*words, check_health=False)
    except redis.TimeoutError:
        line.owed = 0
        raise
    except redis.ConnectionError:
        line.owed = 0
        line.connection.send_command(*words, check_health=False)
    line.owed += 1


def _answer() -> Any:
    """What is answered to what was said last."""
    line = _line()
    try:
        while line.owed > 1:
            line.owed -= 1
            with suppress(redis.ResponseError):
                line.connection.read_response()
        line.owed = 0
        return line.connection.read_response()
    except (redis.ConnectionError, redis.TimeoutError):
        line.owed = 0
        raise


@dataclass(slots=True)
class Line:
    """A connection, and how many answers are still to come over it. It connects when it is first spoken to."""

    connection: Any
    owed: int = 0


def _line() -> Line:
    """This thread's own."""
    address = str(settings.REDIS_URL)
    held: dict[str, Line] = vars(_lines)
    if address not in held:
        pool = ConnectionPool.from_url(
            address,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        held[address] = Line(pool.make_connection())
    return held[address]
