"""Calls of the REST API through HTTP, beside two bare views behind the same middleware in the same run.

A call finds out whose token it is and what that may, counts it against two limits, judges what was sent, keeps its
history and answers a whole contact: its custom attributes, tags, notes, companies and subscriptions. The bare views
(`bare_api`) do none of that. What reads is measured beside the one that reads, what writes beside the one that writes.
"""

import json
from statistics import median
from typing import Any

import orjson

from . import serving
from .load import NUMBER

PEOPLE = 5_000
CLIENTS = (1, 8)
WARM_UP = 1.0  # seconds
READS, WRITES = 0.50, 0.60  # of the bare views' rates: the first targets
MOST_QUERIES = 12

Row = dict[str, Any]
Call = tuple[str, str, Any]  # method, address and body


def measure(rounds: int, seconds: float, durable: bool) -> list[Row]:
    """A row for each call and number of clients, the bare views first."""
    with serving.databases(durable=durable) as places:
        secret, ids = populate()
        calls = {"bare read": bare_reads(ids), "bare update": bare_updates(ids)} | kinds(ids)
        queries = {name: count_queries(some[0], secret) for name, some in calls.items() if name not in BESIDE.values()}
        wires = {name: wire(some, secret) for name, some in calls.items()}
        with serving.web(places) as port:
            for one in wires.values():
                load(port, max(CLIENTS), WARM_UP, one)
            rows = []
            for clients in CLIENTS:
                outcomes = compare(port, clients, rounds, seconds, wires)
                rows += [row(name, clients, queries.get(name), outcomes) for name in wires]
            return rows


# ---- the people ------------------------------------------------------------------------------------------------------


def populate() -> tuple[str, list[str]]:
    """People with ten values each, some of them with a tag and a company: the token's secret, and their ids."""
    from django.db import connection

    from apps.attributes.sources import Source
    from apps.companies.arrivals import join
    from apps.companies.models import Company
    from apps.people.arrivals import Payload, receive
    from apps.people.identity import Claim
    from apps.people.models import Person
    from apps.tags import tagging
    from apps.workspace import clock
    from apps.workspace.hands import NOBODY
    from apps.workspace.models import AccessToken, Teammate, Workspace, hashed
    from apps.workspace.scopes import Scope

    now, secret = clock.now(), "s" * 40
    workspace = Workspace.objects.create(app_id="bench", name="Bench", created_at=now)
    tess = Teammate.objects.create_user("tess@example.test", name="Tess")
    workspace.seats.create(teammate=tess, role="super_admin")
    AccessToken.objects.create(
        workspace=workspace,
        teammate=tess,
        name="Bench",
        token_hash=hashed(secret),
        created_at=now,
        scopes=[scope.value for scope in Scope if scope != Scope.OPERATOR],
    )
    payloads = [Payload(Claim(external_id=f"user-{number}"), user_data(number)) for number in range(PEOPLE)]
    arrivals = receive(workspace, payloads, Source.PING, now=now)
    keys = [arrival.pk for arrival in arrivals if arrival.pk]
    tag = tagging.find_or_create(workspace, "Beta", by=NOBODY, now=now)
    tagging.add(Person, workspace, keys[::5], tag, by=NOBODY, now=now)
    company = Company.objects.create(workspace=workspace, company_id="c1", name="Acme", created_at=now)
    for person in Person.objects.filter(pk__in=keys[::50]):
        join(person, company, now=now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return secret, [arrival.public_id for arrival in arrivals if arrival.public_id]


def user_data(number: int) -> dict[str, Any]:
    return {
        "user_id": f"user-{number}",
        "email": f"user-{number}@example.com",
        "name": f"Ann Example {number}",
        "phone": f"+353 87 {number:07}",
        "plan": ("free", "pro", "enterprise")[number % 3],
        "coupon": "once" if number == PEOPLE // 2 else "",
        "seats": number % 40,
        "score": number / 7,
        "onboarded": number % 2 == 0,
        "city_of_birth": "Dublin",
    }


# ---- the calls -------------------------------------------------------------------------------------------------------


def bare_reads(ids: list[str]) -> list[Call]:
    return [("GET", f"/bare-api/read/{one}", None) for one in ids]


def bare_updates(ids: list[str]) -> list[Call]:
    return [("PUT", f"/bare-api/update/{one}", {"name": f"Ann {NUMBER.decode()}"}) for one in ids]


def kinds(ids: list[str]) -> dict[str, list[Call]]:
    new = {"role": "user", "external_id": f"new-{NUMBER.decode()}", "name": "Ann", "custom_attributes": {"plan": "pro"}}
    return {
        "get": [("GET", f"/contacts/{one}", None) for one in ids],
        "list page": [("GET", "/contacts?per_page=50", None)],
        "search, rare": [("POST", "/contacts/search", asked("custom_attributes.coupon", "once"))],
        "search, common": [("POST", "/contacts/search", asked("custom_attributes.plan", "pro"))],
        "update": [("PUT", f"/contacts/{one}", {"name": f"Ann {NUMBER.decode()}"}) for one in ids],
        "update of five": [("PUT", f"/contacts/{one}", five()) for one in ids],
        "create": [("POST", "/contacts", new)],
    }


def asked(field: str, value: str) -> dict[str, Any]:
    return {"query": {"field": field, "operator": "=", "value": value}, "pagination": {"per_page": 50}}


def five() -> dict[str, Any]:
    number = NUMBER.decode()
    return {
        "name": f"Ann {number}",
        "phone": number,
        "custom_attributes": {"plan": f"plan {number}", "seats": 7, "city_of_birth": f"Cork {number}"},
    }


BESIDE = dict.fromkeys(["get", "list page", "search, rare", "search, common"], "bare read")
BESIDE |= dict.fromkeys(["update", "update of five", "create"], "bare update")
TARGETS = {"get": READS, "update": WRITES}


def count_queries(call: Call, secret: str) -> int:
    """What a call asks PostgreSQL once what is kept in memory is there; BEGIN, COMMIT and savepoints apart."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    method, path, body = call
    for number in range(2):
        said = orjson.dumps(body).replace(NUMBER, b"%012d" % number) if body else b""
        with CaptureQueriesContext(connection) as asked:
            headers = {"Authorization": f"Bearer {secret}"}
            answer = Client().generic(method, path, said, "application/json", headers=headers)
        assert answer.status_code == 200, answer.content
    queries = sum(not (query["sql"] or "").startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for query in asked)
    assert queries <= MOST_QUERIES, f"{method} {path} asks {queries} times"
    return queries


# ---- the load --------------------------------------------------------------------------------------------------------


def wire(calls: list[Call], secret: str) -> bytes:
    return orjson.dumps([_as_sent(*call, secret) for call in calls])


def _as_sent(method: str, path: str, body: Any, secret: str) -> str:
    said = orjson.dumps(body).decode() if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n"
    if not path.startswith("/bare"):  # whose views stand where no token is asked for
        head += f"Authorization: Bearer {secret}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n{said}"


def load(port: int, clients: int, seconds: float, wire: bytes) -> dict[str, Any]:
    return json.loads(serving.load(port, clients, seconds, wire).stdout)


def compare(port: int, clients: int, rounds: int, seconds: float, wires: dict[str, bytes]) -> dict[str, list[Any]]:
    """Each in turn, again and again, so that whatever else the machine does falls on all."""
    outcomes: dict[str, list[Any]] = {name: [] for name in wires}
    for _ in range(rounds):
        for name, wire in wires.items():
            outcomes[name].append(load(port, clients, seconds, wire))
    return outcomes


def row(name: str, clients: int, queries: int | None, outcomes: dict[str, list[Any]]) -> Row:
    took = sorted(one for outcome in outcomes[name] for one in outcome["took"])
    beside = BESIDE.get(name, name)
    return {
        "what": name,
        "clients": clients,
        "per_second": round(rate(outcomes[name])),
        "beside": beside,
        "ratio": round(rate(outcomes[name]) / rate(outcomes[beside]), 3),
        "p50_ms": round(median(took) * 1000, 2),
        "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 2),
        "queries": queries or "",
        "target": f"ratio >= {TARGETS[name]:g}" if name in TARGETS else "",
    }


def rate(outcomes: list[Any]) -> float:
    return median(outcome["requests"] / outcome["seconds"] for outcome in outcomes)
