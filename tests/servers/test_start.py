"""`manage.py start`, for real: its own data folder, its own port, from the environment."""

import http.server
import os
import signal
import sys
import threading

import pytest

from intercom_clone.servers.places import Places

from .conftest import health, left_of, until, until_running


@pytest.mark.slow
def test_start_serves_restarts_what_dies_and_stops_cleanly(run, folder, port):
    started = run("start", "--empty", PORT=port)
    until_running(started, port)
    assert health(port) == 200

    second = run("start", PORT=port)
    assert second.ended() == 1
    assert second.told.startswith(f"Another `manage.py start` already runs on {folder}.")

    beside = run("migrate", "--check")
    assert beside.ended() == 0, beside.told

    postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(postmaster, signal.SIGKILL)
    until(lambda: "The postgres process ended (signal SIGKILL); it starts again." in started.told)
    until(lambda: health(port) == 200)

    started.process.send_signal(signal.SIGINT)
    assert started.ended() == 0
    assert left_of(folder) == []
    assert started.told.count(f"http://127.0.0.1:{port}/ ") == 1

    afterwards = run("migrate", "--check")
    assert afterwards.ended() == 1
    assert afterwards.told == f"Nothing is running on {folder}: run `python3 manage.py start` first.\n"


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux ends children with their parent.")
def test_a_killed_supervisor_takes_its_children_along_and_the_next_start_works(run, folder, port):
    first = run("start", "--empty", "--port", port)
    until_running(first, port)
    assert len(left_of(folder)) > 4

    first.process.kill()
    next_one = run("start", "--empty", "--port", port)
    until_running(next_one, port)
    assert health(port) == 200
    next_one.process.kill()
    next_one.process.wait()

    until(lambda: left_of(folder) == [])


@pytest.mark.slow
def test_a_child_that_cannot_run_ends_the_start_with_its_last_words(run, folder, port):
    started = run("start", "--empty", PORT=port, GRANIAN_LOG_CONFIG="/nowhere")

    assert started.ended() == 1
    assert "The web process ends again and again right after its start (exit code 2)" in started.told
    assert "/nowhere" in started.told
    assert left_of(folder) == []


def test_a_taken_port_is_told_before_anything_starts(run, folder):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        started = run("start", PORT=str(other.server_port))
        code = started.ended()
        other.shutdown()

    assert code == 1
    assert started.told == (
        f"Port {other.server_port} on 127.0.0.1 cannot be used (Address already in use). "
        "Choose another one with --port.\n"
    )
    assert not Places(folder).postgres.exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_what_is_no_port_is_refused(run, port):
    started = run("start", PORT=port)

    assert started.ended() == 1
    assert started.told == f"{port!r} is no port. Give a number from 1 to 65535 with --port or PORT.\n"
