"""The write path in batches, beside a plain UPDATE of the same columns with the same locks in the same run.

The plain one is what a script of a database's owner would do: lock the rows in order, `UPDATE … FROM` typed arrays. It
knows no kinds, judges no precedence, writes no history. Both write ten values a record; `changed` are all new, each
with its old and new in the history, `unchanged` are the same again.
"""

import gc
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median
from typing import Any

from . import serving

PEOPLE = 10_000
SIZES = (1, 100, 1_000, 5_000)
KINDS = {
    **dict.fromkeys(("plan", "team", "campaign"), "text"),
    **dict.fromkeys(("seats", "logins"), "number"),
    "score": "decimal",
    **dict.fromkeys(("trial_ends_at", "renewed_at"), "date"),
    "onboarded": "boolean",
    "tier": "list",
}
OPTIONS = ["free", "pro", "enterprise"]
ARRAYS = {"text": "text[]", "number": "float8[]", "date": "timestamptz[]", "flag": "boolean[]"}
LEAST = {1_000: 0.5}  # of the plain update's rate, with history
LEAST_UNCHANGED = 3.0  # times the rate of changed batches

Work = Callable[[], None]


def measure(rounds: int, seconds: float, durable: bool) -> list[dict[str, Any]]:
    """A row for each size of batch: records per second of all three, their ratios, and Python's share of the time."""
    with serving.databases(durable=durable):
        bench = Bench()
        gc.collect()
        gc.freeze()  # as the web server does: what has been loaded once is not looked through again and again
        return [row(size, compare(bench, size, rounds, seconds / 3)) for size in SIZES]


# ---- the people ------------------------------------------------------------------------------------------------------


class Bench:
    """People with ten values each, and what is written to them in turn."""

    def __init__(self) -> None:
        from apps.attributes.defining import define
        from apps.attributes.sources import Source
        from apps.people.models import Person, Role
        from apps.workspace import clock
        from apps.workspace.hands import NOBODY
        from apps.workspace.models import Workspace

        self.now = clock.now()
        self.workspace = Workspace.objects.create(app_id="bench", name="Bench", created_at=self.now)
        for name, kind in KINDS.items():
            options = OPTIONS if kind == "list" else ()
            define(self.workspace, "person", name, kind, source=Source.REST, by=NOBODY, now=self.now, options=options)
        people = Person.objects.bulk_create(
            Person(workspace=self.workspace, role=Role.USER, external_id=f"user-{number}", name=f"Ann {number}")
            for number in range(PEOPLE)
        )
        self.keys = [person.pk for person in people]
        self.write(self.offers(self.keys, 0))
        vacuum()

    def offers(self, keys: list[int], turn: int) -> dict[int, dict[str, Any]]:
        """Values as a file or an app's server sends them, others in each turn."""
        return {pk: values(pk, turn) for pk in keys}

    def write(self, offers: dict[int, dict[str, Any]]) -> None:
        from apps.attributes.sources import Source
        from apps.attributes.writing import write
        from apps.people.models import Person

        write(Person, self.workspace, offers, Source.REST, now=self.now)

    def batches(self, size: int) -> Iterator[list[int]]:
        """Slices of the people, again and again."""
        return cycle([self.keys[start : start + size] for start in range(0, min(PEOPLE, size * 100), size)])


def values(pk: int, turn: int) -> dict[str, Any]:
    number = pk * 7 + turn * 1_001
    return {
        "plan": f"plan {number}",
        "team": f"team {number % 9_973}",
        "campaign": f"https://example.com/{number}",
        "seats": number % 100_003,
        "logins": number,
        "score": number / 8,
        "trial_ends_at": 1_700_000_000 + number,
        "renewed_at": 1_600_000_000 + number,
        "onboarded": (turn + pk) % 2 == 0,
        "tier": OPTIONS[(pk + turn) % 3],
    }


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_person")


# ---- what is measured ------------------------------------------------------------------------------------------------


def plain(bench: Bench, size: int) -> Iterator[Work]:
    """The owner's script, batch by batch, with ready arrays."""
    from django.db import connection, transaction

    from apps.attributes.catalogue import catalogue_of

    known = catalogue_of(bench.workspace, "person")
    columns = [known[name].column for name in KINDS]
    arrays = ", ".join(f"%s::{ARRAYS[known[name].kind.column]}" for name in KINDS)
    update = (
        f"UPDATE people_person AS held SET {', '.join(f'{column} = new.{column}' for column in columns)} "
        f"FROM unnest(%s::bigint[], {arrays}) AS new(id, {', '.join(columns)}) WHERE held.id = new.id"
    )
    lock = "SELECT id FROM people_person WHERE workspace_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

    def work(keys: list[int], stored: list[list[Any]]) -> Work:
        @transaction.atomic
        def run() -> None:
            with connection.cursor() as cursor:
                cursor.execute(lock, [bench.workspace.pk, keys])
                cursor.fetchall()
                cursor.execute(update, [keys, *stored])

        return run

    for turn, keys in enumerate(bench.batches(size)):
        yield work(keys, as_stored([values(pk, turn) for pk in keys]))


def as_stored(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """The values column by column, as PostgreSQL takes them."""
    from datetime import UTC, datetime

    dates = {name for name, kind in KINDS.items() if kind == "date"}
    return [[datetime.fromtimestamp(row[name], UTC) if name in dates else row[name] for row in rows] for name in KINDS]


def changed(bench: Bench, size: int) -> Iterator[Work]:
    """Every value is another than the one that stands; the turns go on from one round to the next."""
    for keys in bench.batches(size):
        offers = bench.offers(keys, next(TURNS))
        yield lambda offers=offers: bench.write(offers)  # type: ignore[misc]


def unchanged(bench: Bench, size: int) -> Iterator[Work]:
    """Every value stands already."""
    ready: dict[int, dict[int, dict[str, Any]]] = {}
    for keys in bench.batches(size):
        if keys[0] not in ready:
            ready[keys[0]] = bench.offers(keys, next(TURNS))
            bench.write(ready[keys[0]])
        yield lambda offers=ready[keys[0]]: bench.write(offers)  # type: ignore[misc]


TURNS = iter(range(1, 1_000_000_000))
MEASURED: dict[str, Callable[[Bench, int], Iterator[Work]]] = {
    "plain": plain,
    "changed": changed,
    "unchanged": unchanged,
}


# ---- the comparison --------------------------------------------------------------------------------------------------


def compare(bench: Bench, size: int, rounds: int, seconds: float) -> dict[str, list[tuple[float, float]]]:
    """Each in turn, again and again, so that whatever else the machine does falls on all: (rate, Python's share)."""
    for work in MEASURED.values():
        next(work(bench, size))()
    outcomes: dict[str, list[tuple[float, float]]] = {name: [] for name in MEASURED}
    for _ in range(rounds):
        for name, work in MEASURED.items():
            outcomes[name].append(rate(work(bench, size), size, seconds))
        vacuum()
    return outcomes


def rate(works: Iterator[Work], size: int, seconds: float) -> tuple[float, float]:
    """Records per second, and how much of the time went by in Python. Making the values ready does not count."""
    took = in_python = 0.0
    batches = 0
    while took < seconds:
        work = next(works)
        begun, cpu = time.perf_counter(), time.process_time()
        work()
        took += time.perf_counter() - begun
        in_python += time.process_time() - cpu
        batches += 1
    return batches * size / took, in_python / took


def row(size: int, outcomes: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    rates = {name: median(rate for rate, _ in measured) for name, measured in outcomes.items()}
    return {
        "batch": size,
        **{f"{name}_per_second": round(rate) for name, rate in rates.items()},
        "of_plain": of(outcomes, "changed", "plain"),
        "least": LEAST.get(size, ""),
        "unchanged_of_changed": of(outcomes, "unchanged", "changed"),
        "least_unchanged": LEAST_UNCHANGED if size > 1 else "",
        "python_share_changed": round(median(share for _, share in outcomes["changed"]), 2),
    }


def of(outcomes: dict[str, list[tuple[float, float]]], one: str, other: str) -> float:
    """The median of the rounds' own ratios: what else the machine did in a round falls on both."""
    pairs = zip(outcomes[one], outcomes[other], strict=True)
    return round(median(mine[0] / theirs[0] for mine, theirs in pairs), 3)
