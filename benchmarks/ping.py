"""Unchanged pings through HTTP, beside a bare view under the same server in the same run.

A ping that changes nothing is the most frequent request of all: every page load of every customer's every user sends
one. It asks for the workspace, finds and locks the person, compares what was sent, and writes when they were seen.
"""

import json
from statistics import median
from typing import Any

import orjson

from . import serving

PEOPLE = 5_000  # so many that no two pings in flight mean the same person
CLIENTS = (1, 8)
WARM_UP = 1.0  # seconds
LEAST = 0.40  # of the bare view's rate


def measure(rounds: int, seconds: float, durable: bool) -> list[dict[str, Any]]:
    """A row for each number of clients: both rates, their ratio, how long the answers took, and statements per ping."""
    with serving.databases(durable=durable) as places:
        payloads, keys = populate()
        statements = count_statements(payloads[0])
        wires = {"bare": wire_bare(keys), "ping": wire_pings(payloads)}
        with serving.web(places) as port:
            for wire in wires.values():
                load(port, max(CLIENTS), WARM_UP, wire)
            return [row(clients, statements, compare(port, clients, rounds, seconds, wires)) for clients in CLIENTS]


# ---- the people ------------------------------------------------------------------------------------------------------


def user_data(number: int) -> dict[str, Any]:
    return {
        "user_id": f"user-{number}",
        "email": f"user-{number}@example.com",
        "name": f"Ann Example {number}",
        "created_at": 1_700_000_000 + number,
        "plan": ("free", "pro", "enterprise")[number % 3],
        "seats": number % 40,
        "trial_ends_at": 1_773_327_600,
        "onboarded": number % 2 == 0,
        "language_override": "en",
        "hide_default_launcher": False,
    }


def populate() -> tuple[list[dict[str, Any]], list[int]]:
    """People as their first pings made them: the pings, and the people's primary keys."""
    from django.db import connection

    from apps.attributes.sources import Source
    from apps.messenger import reading
    from apps.people.arrivals import Payload, receive
    from apps.people.sessions import in_browser, touch
    from apps.workspace import clock
    from apps.workspace.models import Workspace

    now = clock.now()
    workspace = Workspace.objects.create(app_id="bench", name="Bench", created_at=now)
    payloads = [user_data(number) for number in range(PEOPLE)]
    pings = [reading.ping(reading.Sent("bench", payload), {}) for payload in payloads]
    arrivals = receive(workspace, [Payload(p.claim, p.unsigned.values) for p in pings], Source.PING, now=now)
    keys = [arrival.pk for arrival in arrivals if arrival.pk]
    for key in keys:
        touch(key, in_browser(now, {}))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return payloads, keys


PAGE = {"url": "https://app.example/projects?tab=open", "title": "Projects", "referrer": "https://app.example/home"}
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36"
)


def body(payload: dict[str, Any]) -> bytes:
    """A ping as the script sends it."""
    return orjson.dumps({"app_id": "bench", "user_data": payload, "page": PAGE, "utm": {}, "language": "en-IE"})


def count_statements(payload: dict[str, Any]) -> int:
    """Round trips to PostgreSQL of one unchanged ping, BEGIN and COMMIT among them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    with CaptureQueriesContext(connection) as statements:
        response = client.post("/messenger/web/ping", body(payload), content_type="application/json")
    assert response.status_code == 200, response.content
    return len(statements)


# ---- the load --------------------------------------------------------------------------------------------------------


def wire_bare(keys: list[int]) -> bytes:
    return orjson.dumps([f"GET /bare/{key} HTTP/1.1\r\nHost: bench\r\n\r\n" for key in keys])


def wire_pings(payloads: list[dict[str, Any]]) -> bytes:
    return orjson.dumps([_request(body(payload).decode()) for payload in payloads])


def _request(body: str) -> str:
    head = "POST /messenger/web/ping HTTP/1.1\r\nHost: bench\r\nOrigin: https://app.example\r\n"
    head += f"Content-Type: text/plain\r\nUser-Agent: {AGENT}\r\nAccept-Language: en-IE,en;q=0.9\r\n"
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}"


def load(port: int, clients: int, seconds: float, wire: bytes) -> dict[str, Any]:
    return json.loads(serving.load(port, clients, seconds, wire).stdout)


def compare(port: int, clients: int, rounds: int, seconds: float, wires: dict[str, bytes]) -> dict[str, list[Any]]:
    """Each in turn, again and again, so that whatever else the machine does falls on both."""
    outcomes: dict[str, list[Any]] = {name: [] for name in wires}
    for _ in range(rounds):
        for name, wire in wires.items():
            outcomes[name].append(load(port, clients, seconds, wire))
    return outcomes


def row(clients: int, statements: int, outcomes: dict[str, list[Any]]) -> dict[str, Any]:
    bare, ping = (rate(outcomes[name]) for name in ("bare", "ping"))
    took = sorted(one for outcome in outcomes["ping"] for one in outcome["took"])
    return {
        "clients": clients,
        "bare_per_second": round(bare),
        "pings_per_second": round(ping),
        "ratio": round(ping / bare, 3),
        "least": LEAST,
        "ping_median_ms": round(median(took) * 1000, 2),
        "ping_p99_ms": round(took[int(len(took) * 0.99)] * 1000, 2),
        "statements_per_ping": statements,
    }


def rate(outcomes: list[Any]) -> float:
    return median(outcome["requests"] / outcome["seconds"] for outcome in outcomes)
