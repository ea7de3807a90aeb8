"""The other server may be slow, busy, away, or none at all."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from apps.moving.elsewhere import PAUSES, Elsewhere, Refused, Unreachable, checked_address
from apps.workspace.problems import Problem

Told = tuple[int, dict[str, str], bytes]
FINE: Told = (200, {}, b'{"type": "admin"}')


class Scripted(BaseHTTPRequestHandler):
    """Answers what it was told to, in order; then that all is well."""

    script: ClassVar[list[Told | None]] = []
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        told = self.script.pop(0) if self.script else FINE
        if told is None:  # hangs up without a word
            self.close_connection = True
            return
        status, headers, body = told
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Scripted.script, Scripted.asked = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def elsewhere(server: str, waits: list[float]) -> Elsewhere:
    return Elsewhere(server, "secret", sleep=waits.append)


def error(code: str, message: str) -> bytes:
    return json.dumps({"type": "error.list", "errors": [{"code": code, "message": message}]}).encode()


def test_a_question_carries_the_token_and_the_version(elsewhere):
    elsewhere.get("/companies/1/notes", {"page": 2}, version="2.15")

    [(path, headers)] = Scripted.asked
    assert path == "/companies/1/notes?page=2"
    assert (headers["Authorization"], headers["Intercom-Version"]) == ("Bearer secret", "2.15")


def test_a_path_in_the_address_stays(server):
    Elsewhere(f"{server}/api/", "secret").get("/me")

    assert Scripted.asked[0][0] == "/api/me"


def test_whoever_asks_too_often_waits_as_long_as_they_are_told(elsewhere, waits):
    """api.md §1.2"""
    Scripted.script = [(429, {"Retry-After": "7"}, b"{}"), (429, {}, b"{}")]

    answer = elsewhere.get("/me")

    assert (answer, waits) == ({"type": "admin"}, [7, 1.0])


def test_a_fault_of_the_line_or_of_the_server_is_asked_over(elsewhere, waits):
    Scripted.script = [None, (502, {}, b"<html>"), (503, {}, b"")]

    answer = elsewhere.get("/me")

    assert (answer, waits) == ({"type": "admin"}, [1.0, 2.0, 5.0])


def test_a_server_that_stays_away_is_given_up_with_advice(elsewhere, waits):
    Scripted.script = [(500, {}, b"")] * 9

    with pytest.raises(Unreachable, match="Run this again to go on where it stopped"):
        elsewhere.get("/me")
    assert waits == list(PAUSES)


def test_a_refusal_is_told_in_the_servers_words(elsewhere, waits):
    Scripted.script = [(403, {}, error("forbidden", "no scope"))]

    with pytest.raises(Refused) as refused:
        elsewhere.get("/me")

    assert (refused.value.status, refused.value.code, refused.value.message) == (403, "forbidden", "no scope")
    assert waits == []


def test_the_token_follows_no_redirect(elsewhere):
    """It would be shown to whoever is named there."""
    Scripted.script = [(301, {"Location": "https://else.example"}, b"")]

    with pytest.raises(Unreachable, match=r"leads to https://else\.example"):
        elsewhere.get("/me")
    assert len(Scripted.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"text"'])
def test_what_is_no_answer_of_this_api_is_told_so(elsewhere, body):
    Scripted.script = [(200, {}, body)]

    with pytest.raises(Unreachable, match="does not answer as this API does"):
        elsewhere.get("/me")


def test_answers_come_in_the_order_of_the_questions(elsewhere):
    told = elsewhere.side_by_side(
        lambda one: elsewhere.get(f"/{one['id']}") and one["id"], [{"id": n} for n in range(9)]
    )

    assert told == list(range(9))


@pytest.mark.parametrize("address", ["api.example.com", "ftp://example.com", "https://", "https://x.io/?a=1", ""])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(Problem, match="is no address of an API"):
        checked_address(address)


def test_an_address_is_kept_without_its_last_slash():
    assert checked_address(" https://x.io/api/ ") == "https://x.io/api"
