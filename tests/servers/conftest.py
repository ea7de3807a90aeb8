"""`manage.py start`, for real: its own data folder, its own port, from the environment."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from intercom_clone.servers.processes import MARK
from intercom_clone.servers.supervisor import ROOT

WITHIN = 90
OURS = ("DATABASE_URL", "REDIS_URL", "TESTING", "DJANGO_SETTINGS_MODULE", "DATA_DIR", "PORT", "CLOCK_OFFSET")


class Started:
    """One run of a command, with what it has printed so far."""

    def __init__(self, arguments, environment):
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        self.output = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by the fixture)
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", *arguments],
            env={**kept, **environment},
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    @property
    def told(self):
        self.output.seek(0)
        return self.output.read()

    def ended(self):
        return self.process.wait(WITHIN)


@pytest.fixture
def folder():
    """A data folder with a space in its path."""
    made = Path(tempfile.mkdtemp(prefix="start test "))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def run(folder):
    """Run commands on the folder, and end at the end whatever still runs."""
    runs = []

    def run(*arguments, **environment):
        runs.append(Started(arguments, {"DATA_DIR": str(folder), **environment}))
        return runs[-1]

    yield run
    for started in runs:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(WITHIN)
        started.output.close()


@pytest.fixture
def port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return str(door.getsockname()[1])


def until(holds):
    """Wait until a condition holds, and fail where it does not in time."""
    deadline = time.monotonic() + WITHIN
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def until_running(started, port):
    until(lambda: f"http://127.0.0.1:{port}/" in started.told or started.process.poll() is not None)
    assert started.process.poll() is None, started.told


def health(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as problem:
        return problem.code
    except OSError:
        return None


def left_of(folder):
    """Every process that was started for a data folder: its mark in the environment, or the folder on its command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            marked = f"{MARK}={folder}".encode() in (process / "environ").read_bytes().split(b"\0")
            named = str(folder / "postgres").encode() in (process / "cmdline").read_bytes().split(b"\0")
            if marked or named:
                found.append(int(process.name))
    return found
