"""A ping answered 200 is in the database, whatever dies right afterwards (MSG-01)."""

import http.client
import json
import os
import signal
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from intercom_clone.servers import addresses

from .conftest import left_of, until, until_running

CALLERS = 4
A_FEW = 40  # pings
A_MOMENT = 0.02  # seconds that a caller leaves a server alone which does not answer


class Caller(threading.Thread):
    """Sends one ping after the other, each person's name counting up, and keeps what was answered 200."""

    def __init__(self, number, port, enough):
        super().__init__(daemon=True)
        self.number, self.port, self.enough = number, port, enough
        self.kept = {}  # by user_id, the highest that was answered
        self.answered = 0

    def run(self):
        sent = 0
        while not self.enough.is_set():
            with suppress(OSError, http.client.HTTPException), closing(self._line()) as line:
                while not self.enough.is_set():
                    sent += 1
                    if not self._pings(line, f"{self.number}-{sent // 4}", sent):
                        break
            self.enough.wait(A_MOMENT)

    def _line(self):
        return http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=10)

    def _pings(self, line, user_id, name):
        said = {"app_id": "demo", "user_data": {"user_id": user_id, "name": str(name)}}
        line.request("POST", "/messenger/web/ping", json.dumps(said), {"Content-Type": "text/plain"})
        answer = line.getresponse()
        answer.read()
        if answer.status == 200:
            self.kept[user_id] = name
            self.answered += 1
        return answer.status == 200


def process_of(folder, words):
    """The first process of a data folder whose command says all of some words: the others of its kind are its own."""
    said = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0") for pid in left_of(folder)}
    return min(pid for pid, command in said.items() if words <= set(command))


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux lists a process's command in /proc.")
def test_every_ping_that_was_answered_outlives_what_is_killed(run, folder, port):
    started = run("start", "--empty", PORT=port, MESSENGER_LIMIT_ADDRESS="0")
    until_running(started, port)
    enough = threading.Event()
    callers = [Caller(number, port, enough) for number in range(CALLERS)]
    for caller in callers:
        caller.start()

    def a_few_more():
        before = sum(caller.answered for caller in callers)
        until(lambda: sum(caller.answered for caller in callers) >= before + A_FEW)

    for name, words in (("worker", {"celery", "worker"}), ("web", {"granian"}), ("postgres", {"-D"})):
        a_few_more()
        os.kill(process_of(folder, words), signal.SIGKILL)
        until(lambda name=name: f"The {name} process ended (signal SIGKILL); it starts again." in started.told)
    a_few_more()
    enough.set()
    for caller in callers:
        caller.join()

    with psycopg.connect(addresses(folder).database_url) as database:
        names = dict(database.execute("SELECT external_id, name FROM people_person").fetchall())
    lost = [
        (user_id, kept, names.get(user_id))
        for caller in callers
        for user_id, kept in caller.kept.items()
        if int(names.get(user_id, 0)) < kept
    ]
    assert lost == []
