"""The servers that the environment names instead of ours: wait for them a little, then say which one is silent."""

import os
import time
from collections.abc import Callable, Iterator

import psycopg
import redis

from intercom_clone.servers.places import Refused

PATIENCE = 15.0


def wait_for_named_servers(patience: float = PATIENCE, pause: Callable[[], object] = lambda: time.sleep(0.2)) -> None:
    """Return once DATABASE_URL and REDIS_URL, where given, answer; refuse with the reason when one does not."""
    deadline = time.monotonic() + patience
    for name, ask in _named():
        while reason := _problem(ask):
            if time.monotonic() > deadline:
                raise Refused(f"{name} does not answer: {reason}")
            pause()


def _named() -> Iterator[tuple[str, Callable[[], object]]]:
    database, queue = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if database:
        yield "DATABASE_URL", lambda: psycopg.connect(database, connect_timeout=5).close()
    if queue:
        yield "REDIS_URL", lambda: redis.Redis.from_url(queue, socket_connect_timeout=5, socket_timeout=5).ping()


def _problem(ask: Callable[[], object]) -> str:
    try:
        ask()
    except (psycopg.Error, redis.RedisError, ValueError) as problem:
        return " ".join(str(problem).split())
    return ""
