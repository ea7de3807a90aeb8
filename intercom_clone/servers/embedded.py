"""Both embedded servers of one data folder, held by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from intercom_clone.servers.places import Places, Refused
from intercom_clone.servers.postgres import Postgres
from intercom_clone.servers.processes import end_leftovers
from intercom_clone.servers.valkey import Valkey


@contextmanager
def held(places: Places) -> Iterator[None]:
    """Hold the data folder, and clear what a killed holder left running. The kernel lets go when the holder dies."""
    places.make()
    lock = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"Another `manage.py start` already runs on {places.data}. "
                "Stop it, or choose another folder with --data."
            ) from None
        end_leftovers(places.data)
        yield
    finally:
        os.close(lock)


def servers(places: Places, *, throwaway: bool = False) -> list[Postgres | Valkey]:
    """The servers that the environment leaves to us: those that it gives no address for."""
    wanted: list[Postgres | Valkey] = []
    if not os.environ.get("DATABASE_URL"):
        wanted.append(Postgres(places, throwaway=throwaway))
    if not os.environ.get("REDIS_URL"):
        wanted.append(Valkey(places, throwaway=throwaway))
    return wanted


@contextmanager
def running(places: Places, *, throwaway: bool = False) -> Iterator[None]:
    """Both servers, for as long as the block runs. The folder must be held."""
    started = []
    try:
        for server in servers(places, throwaway=throwaway):
            started.append(server)
            server.start()
        yield
    finally:
        for server in reversed(started):
            server.stop()
