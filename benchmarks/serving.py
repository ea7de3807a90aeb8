"""The product as `start` serves it, on throw-away data: the same web server, the same settings."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intercom_clone.servers.embedded import held, running
from intercom_clone.servers.places import Places, Refused
from intercom_clone.servers.processes import spawn, stop, tail
from intercom_clone.servers.suite import throwaway_folder
from intercom_clone.servers.supervisor import web_command

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE = 30.0
OTHERS = ("DATABASE_URL", "REDIS_URL", "CLOCK_OFFSET", "TESTING", "DEBUG")
# Everybody in a benchmark has one address: requests are counted as ever, and nobody is held off.
LIMITS = ("MESSENGER_LIMIT_ADDRESS", "MESSENGER_LIMIT_APP", "API_LIMIT_TOKEN", "API_LIMIT_WORKSPACE")


@contextmanager
def databases(*, durable: bool) -> Iterator[Places]:
    """PostgreSQL and Valkey, empty but migrated, with Django set up in this process to use them.

    Unless they are `durable`, a commit does not wait for the disk: what is measured then is the software.
    """
    for name in OTHERS:
        os.environ.pop(name, None)
    os.environ.update(dict.fromkeys(LIMITS, "900000000/10s"))
    with throwaway_folder() as folder:
        os.environ["DATA_DIR"] = str(folder)
        places = Places(folder)
        (folder / "static").mkdir()
        with held(places), running(places, throwaway=not durable):
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield places


@contextmanager
def web(places: Places) -> Iterator[int]:
    """The web server, with the product and the bare views side by side. Yields its port."""
    port = free_port()
    *command, _ = web_command(HOST, port)
    log = places.logs / "web.log"
    process = spawn(
        [*command, "benchmarks.wsgi:application"], log=log, death_signal=signal.SIGTERM, mark=places.data, cwd=ROOT
    )
    try:
        wait_until_open(port, process, log)
        yield port
    finally:
        stop(process, signal.SIGTERM, 15)


def free_port() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return door.getsockname()[1]


def wait_until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refused(f"The web server does not answer. The end of its log:\n{tail(log)}") from None
            time.sleep(0.05)


def load(
    port: int, clients: int, seconds: float, requests: bytes, rate: float = 0
) -> subprocess.CompletedProcess[bytes]:
    """Let a process of its own send requests: so many a second, or each as soon as the one before is answered."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.load", HOST, *map(str, (port, clients, seconds, rate))],
        input=requests,
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        timeout=seconds + PATIENCE,
    )
