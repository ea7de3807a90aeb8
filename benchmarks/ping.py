"""Pings through HTTP, of every kind, beside a bare view under the same server in the same run.

A ping that changes nothing is the most frequent request of all: every page load of every customer's every user sends
one. It asks for the workspace, compares what was sent with what stands, and writes when its sender was seen. The others
find or make whom they mean, write what is new and keep its history; an event is written beside them.
"""

import json
import random
from collections.abc import Callable
from statistics import median
from typing import Any

import orjson

from . import serving

PEOPLE = 5_000  # so many that no two pings in flight mean the same person
MEMBERS, COMPANIES = 1_000, 200  # so few that pings of one company meet
CLIENTS = (1, 8, 32)
WARM_UP = 1.0  # seconds
NUMBER = "#" * 12  # what `load` makes another number of in each request
MIXED = {"unchanged": 70, "changed": 10, "with company": 10, "with event": 5, "new person": 5}  # in a hundred
LEAST, AT = 0.60, 8  # of the bare view's rate, for an unchanged ping of so many clients
MOST = 3.0  # times the median that 99 in 100 take at most, at half the rate

Payload = dict[str, Any]
Row = dict[str, Any]


def measure(rounds: int, seconds: float, durable: bool) -> list[Row]:
    """A row for each kind of ping and number of clients, and one for unchanged pings at half their rate."""
    with serving.databases(durable=durable) as places:
        payloads, keys = populate()
        pings = {name: requests(payloads) for name, requests in KINDS.items()}
        statements = {name: count_statements(requests[0]) for name, requests in pings.items()}
        wires = {"bare": wire_bare(keys)} | {name: wire(requests) for name, requests in pings.items()}
        wires["mixed"] = wire(mixed(pings))
        with serving.web(places) as port:
            for one in wires.values():
                load(port, max(CLIENTS), WARM_UP, one)
            rows = []
            for clients in CLIENTS:
                outcomes = compare(port, clients, rounds, seconds, wires)
                rows += [row(name, clients, statements.get(name), outcomes) for name in wires if name != "bare"]
            return [*rows, half_loaded(port, rounds, seconds, rows, wires["unchanged"])]


# ---- the people ------------------------------------------------------------------------------------------------------


def user_data(number: int) -> Payload:
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


def populate() -> tuple[list[Payload], list[int]]:
    """People, and some people's companies, as their first pings made them: what was sent of them, and their keys."""
    from django.db import connection

    from apps.attributes.sources import Source
    from apps.messenger import delivering, reading
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
    for payload in members(payloads):
        delivering.deliver(workspace, reading.ping(reading.Sent("bench", payload), {}), in_browser(now, {}))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return payloads, keys


def members(payloads: list[Payload]) -> list[Payload]:
    """The first of them, with a company each."""
    companies = [
        {"company_id": f"company-{number}", "name": f"Company {number}", "plan": "Pro", "seats": number}
        for number in range(COMPANIES)
    ]
    return [payload | {"company": companies[place % COMPANIES]} for place, payload in enumerate(payloads[:MEMBERS])]


# ---- requests --------------------------------------------------------------------------------------------------------

PING, EVENTS = "/messenger/web/ping", "/messenger/web/events"
PAGE = {"url": "https://app.example/projects?tab=open", "title": "Projects", "referrer": "https://app.example/home"}
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36"
)
Request = tuple[str, bytes]  # where to, and the body


def body(payload: Payload, **more: Any) -> bytes:
    """As the script sends it."""
    said = {"app_id": "bench", "user_data": payload, "page": PAGE, "utm": {}, "language": "en-IE"}
    return orjson.dumps(said | more)


def unchanged(payloads: list[Payload]) -> list[Request]:
    return [(PING, body(payload)) for payload in payloads]


def changed(payloads: list[Payload]) -> list[Request]:
    """One attribute of ten says something else than before."""
    return [(PING, body(payload | {"last_search": f"search {NUMBER}"})) for payload in payloads]


def new_person(payloads: list[Payload]) -> list[Request]:
    said = {"user_id": f"new-{NUMBER}", "email": f"new-{NUMBER}@example.com"}
    return [(PING, body(payload | said)) for payload in payloads]


def with_company(payloads: list[Payload]) -> list[Request]:
    """Nothing new, but a company says that it was seen as well."""
    return [(PING, body(payload)) for payload in members(payloads)]


def with_event(payloads: list[Payload]) -> list[Request]:
    """As the script tells an event: of whom, and what."""
    said = {"event_name": "opened-project", "metadata": {"project": f"project {NUMBER}"}}
    return [(EVENTS, body({"user_id": payload["user_id"]}, **said)) for payload in payloads]


KINDS: dict[str, Callable[[list[Payload]], list[Request]]] = {
    "unchanged": unchanged,
    "changed": changed,
    "new person": new_person,
    "with company": with_company,
    "with event": with_event,
}


def mixed(pings: dict[str, list[Request]]) -> list[Request]:
    """Of each kind its share, in no order."""
    chosen = [request for name, share in MIXED.items() for request in pings[name][: share * MEMBERS // 100]]
    random.Random(len(chosen)).shuffle(chosen)
    return chosen


def count_statements(request: Request) -> int:
    """Round trips to PostgreSQL of one ping, BEGIN and COMMIT among them, once its keys are known."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    for number in range(10):
        path, said = request[0], request[1].replace(NUMBER.encode(), f"{number:012}".encode())
        with CaptureQueriesContext(connection) as statements:
            response = client.post(path, said, content_type="text/plain", headers={"User-Agent": AGENT})
        assert response.status_code in (200, 202), response.content
    return len(statements)


# ---- the load --------------------------------------------------------------------------------------------------------


def wire_bare(keys: list[int]) -> bytes:
    return orjson.dumps([f"GET /bare/{key} HTTP/1.1\r\nHost: bench\r\n\r\n" for key in keys])


def wire(requests: list[Request]) -> bytes:
    return orjson.dumps([_as_sent(path, said.decode()) for path, said in requests])


def _as_sent(path: str, said: str) -> str:
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nOrigin: https://app.example\r\n"
    head += f"Content-Type: text/plain\r\nUser-Agent: {AGENT}\r\nAccept-Language: en-IE,en;q=0.9\r\n"
    return f"{head}Content-Length: {len(said.encode())}\r\n\r\n{said}"


def load(port: int, clients: int, seconds: float, wire: bytes, rate: float = 0) -> dict[str, Any]:
    return json.loads(serving.load(port, clients, seconds, wire, rate).stdout)


def compare(port: int, clients: int, rounds: int, seconds: float, wires: dict[str, bytes]) -> dict[str, list[Any]]:
    """Each in turn, again and again, so that whatever else the machine does falls on all."""
    outcomes: dict[str, list[Any]] = {name: [] for name in wires}
    for _ in range(rounds):
        for name, wire in wires.items():
            outcomes[name].append(load(port, clients, seconds, wire))
    return outcomes


def half_loaded(port: int, rounds: int, seconds: float, rows: list[Row], wire: bytes) -> Row:
    """Unchanged pings at half the rate that this many clients reach."""
    [full] = [row for row in rows if (row["what"], row["clients"]) == ("unchanged", AT)]
    outcomes = [load(port, AT, seconds, wire, full["pings_per_second"] / 2) for _ in range(rounds)]
    waits = latencies(outcomes)
    return full | {
        "what": "unchanged, half load",
        "pings_per_second": round(rate(outcomes)),
        "ratio": round(rate(outcomes) / full["bare_per_second"], 3),
        **waits,
        "target": f"p99 <= {MOST:g} x p50",
    }


def row(name: str, clients: int, statements: int | None, outcomes: dict[str, list[Any]]) -> Row:
    bare, pings = rate(outcomes["bare"]), rate(outcomes[name])
    return {
        "what": name,
        "clients": clients,
        "bare_per_second": round(bare),
        "pings_per_second": round(pings),
        "ratio": round(pings / bare, 3),
        **latencies(outcomes[name]),
        "statements": statements or "",
        "target": f"ratio >= {LEAST:g}" if (name, clients) == ("unchanged", AT) else "",
    }


def latencies(outcomes: list[Any]) -> dict[str, float]:
    took = sorted(one for outcome in outcomes for one in outcome["took"])
    p50, p99 = median(took), took[int(len(took) * 0.99)]
    return {"p50_ms": round(p50 * 1000, 2), "p99_ms": round(p99 * 1000, 2), "p99_of_p50": round(p99 / p50, 1)}


def rate(outcomes: list[Any]) -> float:
    return median(outcome["requests"] / outcome["seconds"] for outcome in outcomes)
