"""Destroying a tenth of a workspace's people with their history and events, beside DELETEs written by hand.

A run of `purge_due` reads every text in which somebody may be mentioned, deletes from every table and leaves a receipt
for each person. Beside it stands what the owner of a database would do: one DELETE a table, in one transaction, of as
many other people. Afterwards is counted what is left of both.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import serving
from .population import Population

WRITES = 10  # lines of history of each person who is destroyed
MENTIONS = 20_000  # lines of the activity log and refused values, which are looked through
ON_PEOPLE = (
    *("events_event", "events_eventsummary", "companies_membership", "subscriptions_choice"),
    *("deletion_deletion",),
)
ABOUT_PEOPLE = ("attributes_recordchange", "attributes_refusedwrite", "tags_tagging", "tags_note", "bulk_former")
HISTORY = """
    INSERT INTO attributes_recordchange (workspace_id, about, record_id, changes, source, hand, at)
    SELECT %(workspace)s, 'person', id,
        CASE WHEN k = 1 THEN jsonb_build_object('email', jsonb_build_array('old.' || email, email))
            ELSE jsonb_build_object('plan', '["free", "pro"]'::jsonb, 'city', '["Cork", "Oslo"]'::jsonb) END,
        'rest', 'import', now()
    FROM people_person, generate_series(1, %(writes)s) AS k WHERE id = ANY(%(people)s)
"""
LOG = """
    INSERT INTO workspace_auditentry (workspace_id, activity, metadata, at)
    SELECT %(workspace)s, 'segment_change', jsonb_build_object('segment', k, 'name', 'Segment ' || k), now()
    FROM generate_series(1, %(mentions)s) AS k
"""
REFUSALS = """
    INSERT INTO attributes_refusedwrite
        (workspace_id, about, record_id, key, source, reason, message, raw, hand, count, first_at, last_at)
    SELECT %(workspace)s, 'person', NULL, 'key ' || k, 'ping', 'unknown', 'is unknown', 'value ' || k, '', 1,
        now(), now()
    FROM generate_series(1, %(mentions)s) AS k
"""


def measure(size: int, durable: bool) -> list[dict[str, Any]]:
    """People a second by both ways, how long others waited meanwhile, and how many rows of them are left."""
    with serving.databases(durable=durable):
        population = Population(size)
        amount = size // 10
        theirs, others = _chosen(population, amount, 0), _chosen(population, amount, 1)
        for statement in (HISTORY, LOG, REFUSALS):
            given = {"workspace": population.workspace.pk, "writes": WRITES, "mentions": MENTIONS}
            _run(statement, given | {"people": theirs + others})
        _run("ANALYZE")
        rows = _rows_of(theirs)
        by_hand = _timed("one DELETE a table", others, lambda: _delete_by_hand(others))
        asked = _timed("deleting them: hidden at once", theirs, lambda: _request(population, theirs))
        purged = _timed("destroying them", theirs, lambda: _destroy(population))
        purged["rows"] = rows
        again = _timed("a second run", theirs, lambda: _destroy(population))
        measured = [by_hand, asked, purged, again]
        for row in measured:
            row["of_by_hand"] = round(row["people_per_second"] / by_hand["people_per_second"], 2)
        return measured


def _chosen(population: Population, amount: int, which: int) -> list[int]:
    """Live users and leads from all over the table: two sets that do not meet."""
    from apps.people.models import Person

    pks = Person.objects.of(population.workspace).listed().order_by("pk").values_list("pk", flat=True)
    return list(pks)[which :: max(1, len(pks) // amount)][:amount]


def _request(population: Population, people: list[int]) -> None:
    from apps.deletion import grace
    from apps.workspace.hands import NOBODY

    for begin in range(0, len(people), 1_000):
        grace.request_all(population.workspace, people[begin : begin + 1_000], by=NOBODY, now=population.now)


def _destroy(population: Population) -> None:
    from apps.deletion.destroying import destroy_due
    from apps.deletion.models import GRACE

    destroy_due(population.now + GRACE)


def _delete_by_hand(people: list[int]) -> None:
    from django.db import transaction

    with transaction.atomic():
        for table in ON_PEOPLE:
            _run(f"DELETE FROM {table} WHERE person_id = ANY(%s)", [people])
        for table in ABOUT_PEOPLE:
            _run(f"DELETE FROM {table} WHERE about = 'person' AND record_id = ANY(%s)", [people])
        _run("DELETE FROM people_person WHERE id = ANY(%s)", [people])


def _rows_of(people: list[int]) -> int:
    """How many rows there are about some people."""
    counts = [f"SELECT count(*) AS n FROM {table} WHERE person_id = ANY(%(people)s)" for table in ON_PEOPLE]
    about = "about = 'person' AND record_id = ANY(%(people)s)"
    counts += [f"SELECT count(*) AS n FROM {table} WHERE {about}" for table in ABOUT_PEOPLE]
    counts.append("SELECT count(*) AS n FROM people_person WHERE id = ANY(%(people)s)")
    return int(_one(f"SELECT sum(n) FROM ({' UNION ALL '.join(counts)}) AS counted", {"people": people}))


def _timed(what: str, people: list[int], work: Callable[[], None]) -> dict[str, Any]:
    with _waiting() as waited:
        begun = time.perf_counter()
        work()
        seconds = time.perf_counter() - begun
    return {
        "what": what,
        "people": len(people),
        "rows": "",
        "seconds": round(seconds, 2),
        "people_per_second": round(len(people) / seconds),
        "slowest_read_ms": round(1000 * max(waited, default=0)),
        "left": _rows_of(people),
    }


@contextmanager
def _waiting() -> Iterator[list[float]]:
    """Somebody else who looks a person up every few milliseconds, and how long each look took."""
    over, took = threading.Event(), []

    def look() -> None:
        from django.db import connection

        while not over.wait(0.01):
            begun = time.perf_counter()
            _one("SELECT count(*) FROM (SELECT FROM people_person WHERE state = 'active' LIMIT 50) AS page")
            took.append(time.perf_counter() - begun)
        connection.close()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield took
    finally:
        over.set()
        looking.join()


def _run(statement: str, given: Any = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def _one(statement: str, given: Any = None) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()[0]
