"""One sentence instead of a traceback where a command needs the embedded servers and they do not run."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intercom_clone.servers.places import Places

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def explained() -> Iterator[None]:
    """Run a command; when it fails for want of the embedded servers, say so and end with 1."""
    from django.db.utils import OperationalError
    from redis.exceptions import ConnectionError as RedisConnectionError

    try:
        yield
    except (OperationalError, RedisConnectionError):
        places = data_folder()
        if answers(places):
            raise
        sys.exit(f"Nothing is running on {places.data}: run `python3 manage.py start` first.")


def data_folder() -> Places:
    return Places(os.environ.get("DATA_DIR") or ROOT / ".data")


def answers(places: Places) -> bool:
    """Whether every server that this environment leaves to us answers on its socket."""
    embedded = {"DATABASE_URL": places.postgres_socket, "REDIS_URL": places.valkey_socket}
    return all(accepts(path) for name, path in embedded.items() if not os.environ.get(name))


def accepts(path: Path) -> bool:
    """Whether a server listens at a socket."""
    with socket.socket(socket.AF_UNIX) as door:
        try:
            door.connect(str(path))
        except OSError:
            return False
    return True
