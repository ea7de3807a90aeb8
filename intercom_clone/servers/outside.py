"""The servers that the environment names instead of ours: wait for them a little, then say which one is silent."""

import os
import time
from collections.abc import Callable, Iterator

import psycopg
import redis

from intercom_clone.servers.places import Refused

PATIENCE = 15.0
NEEDED = {
    "SECRET_KEY": "a long random text that signs sessions",
    "ALLOWED_HOSTS": "the host names it answers to, with commas between",
}


def in_production() -> bool:
    """Settings say the same: a database of one's own, and nobody debugs."""
    return bool(os.environ.get("DATABASE_URL")) and os.environ.get("DEBUG") != "1"


def check_production() -> None:
    """Refuse to begin where DATABASE_URL asks for production and something that goes with it is missing."""
    missing = [f"{name} ({meaning})" for name, meaning in NEEDED.items() if not os.environ.get(name)]
    if in_production() and missing:
        raise Refused(f"With DATABASE_URL this runs in production, and that needs {' and '.join(missing)} as well.")


def public_address() -> str | None:
    """Where production is reached from outside: BASE_URL, else the first of ALLOWED_HOSTS."""
    if base := os.environ.get("BASE_URL"):
        return base.rstrip("/")
    hosts = named_hosts()
    return f"https://{hosts[0]}" if in_production() and hosts else None


def named_hosts() -> list[str]:
    """ALLOWED_HOSTS without its patterns."""
    hosts = (host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(","))
    return [host for host in hosts if host and not host.startswith(("*", "."))]


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
