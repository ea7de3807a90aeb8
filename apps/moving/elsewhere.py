"""The other server: asked patiently, over connections that are kept, a few at a time."""

import http.client
import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from apps.workspace.problems import Problem

LARGEST_ANSWER = 64 * 1024 * 1024
PATIENCE = 60.0  # seconds for an answer
PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)  # after each answer that did not come
LONGEST_WAIT = 300  # seconds that a server which is asked too often may make us wait at once
LINES = 4  # questions at once
Answer = dict[str, Any]
log = logging.getLogger(__name__)


class Refused(Problem):
    """The other server said no, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


class Unreachable(Problem):
    """Nobody answers there, or not as this API does. What came so far stays; the move can go on later."""


@dataclass(slots=True)
class Elsewhere:
    """A server that speaks this API, and a token for it."""

    base_url: str
    token: str
    sleep: Callable[[float], None] = time.sleep
    _line: threading.local = field(default_factory=threading.local)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LINES))

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, version: str = "") -> Answer:
        """Raises Refused, Unreachable."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, version)

    def side_by_side(self, ask: Callable[[Mapping[str, Any]], Any], about: Iterable[Mapping[str, Any]]) -> list[Any]:
        """The answers to some questions, in their order, a few asked at a time."""
        return list(self._pool.map(ask, about))

    def _ask(self, method: str, path: str, version: str) -> Answer:
        pauses = iter(PAUSES)
        while True:
            try:
                status, headers, raw = self._exchange(method, path, version)
            except (OSError, http.client.HTTPException) as fault:
                self._hang_up()
                self._pause(pauses, f"{type(fault).__name__}: {fault}".rstrip(": "))
                continue
            if status == 429:
                self.sleep(_wait(headers))
            elif status >= 500 or status == 408:
                self._pause(pauses, f"it answered {status}")
            else:
                return self._answer(status, headers, raw)

    def _pause(self, pauses: Any, fault: str) -> None:
        pause = next(pauses, None)
        if pause is None:
            raise Unreachable(f"{self.base_url} does not answer ({fault}). Run this again to go on where it stopped.")
        log.info("%s: %s; once more in %s s", self.base_url, fault, pause)
        self.sleep(pause)

    def _answer(self, status: int, headers: Message, raw: bytes) -> Answer:
        if 300 <= status < 400:
            raise Unreachable(f"{self.base_url} leads to {headers.get('Location')}. Name that address as --base-url.")
        try:
            answer = json.loads(raw or b"{}")
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unreachable(f"{self.base_url} does not answer as this API does. Is the address right?")
        if status >= 400:
            raise _refusal(status, answer)
        return answer

    # ---- the line ----

    def _exchange(self, method: str, path: str, version: str) -> tuple[int, Message, bytes]:
        address = urlsplit(self.base_url)
        if getattr(self._line, "connection", None) is None:
            self._line.connection = _connection(address)
        connection: http.client.HTTPConnection = self._line.connection
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        connection.request(method, address.path.rstrip("/") + path, headers=headers | _asking(version))
        response = connection.getresponse()
        raw = response.read(LARGEST_ANSWER + 1)
        if len(raw) > LARGEST_ANSWER:
            self._hang_up()
            raise Unreachable(f"{self.base_url} answers {path} with more than {LARGEST_ANSWER:,} bytes.")
        return response.status, response.headers, raw

    def _hang_up(self) -> None:
        connection = getattr(self._line, "connection", None)
        self._line.connection = None
        if connection is not None:
            connection.close()


def checked_address(raw: str) -> str:
    """An address that can be asked. Raises Problem."""
    address = urlsplit(raw.strip())
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
        raise Problem(f"{raw!r} is no address of an API; write it like https://api.intercom.io")
    return address.geturl().rstrip("/")


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    host, port = address.hostname or "", address.port
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)
    return http.client.HTTPConnection(host, port, timeout=PATIENCE)


def _asking(version: str) -> dict[str, str]:
    return {"Intercom-Version": version} if version else {}


def _wait(headers: Message) -> float:
    """How long a server wants to be left alone; a second where it does not say."""
    after, reset = headers.get("Retry-After") or "", headers.get("X-RateLimit-Reset") or ""
    if after.isdigit():
        return min(int(after), LONGEST_WAIT)
    return min(max(int(reset) - time.time(), 1.0), LONGEST_WAIT) if reset.isdigit() else 1.0


def _refusal(status: int, answer: Answer) -> Refused:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return Refused(status, str(first.get("code") or ""), str(first.get("message") or f"it answered {status}"))
