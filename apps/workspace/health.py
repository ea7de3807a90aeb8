"""Whether what the product stands on is up: what /healthz says."""

from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_LASTS = 20  # seconds; the worker's heart beats every two


def states() -> dict[str, str]:
    """`up` or `down` for each part."""
    queue, worker = _queue_and_worker()
    return {"database": _said(_database()), "queue": _said(queue), "worker": _said(worker)}


def note_heartbeat() -> None:
    """The worker's main loop lives. A key that runs out needs no one to take it back when it dies."""
    _queue().set(HEARTBEAT, 1, ex=HEARTBEAT_LASTS)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _queue_and_worker() -> tuple[bool, bool]:
    try:
        return True, bool(_queue().exists(HEARTBEAT))
    except redis.RedisError:
        return False, False


@cache
def _queue() -> redis.Redis:
    return redis.Redis.from_url(str(settings.REDIS_URL), socket_timeout=2, socket_connect_timeout=2)


def _said(is_up: bool) -> str:
    return "up" if is_up else "down"
