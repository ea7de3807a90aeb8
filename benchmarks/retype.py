"""A change of an attribute's type over many people while pings run, its worker killed with SIGKILL and replaced.

Afterwards every person's value is compared, one by one, with what it must be by a second reading of the same texts.
Beside it stands what the owner of a database would do, one UPDATE of the same column under the same pings; then come
the other long looks at that many people: renaming an option that a fifth of them hold, and counting what they hold.
"""

import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from intercom_clone.servers.places import Places, Refused
from intercom_clone.servers.processes import kill_group, spawn, tail
from intercom_clone.servers.supervisor import WORKER_OPTIONS, celery_command

from . import serving
from .population import Population

PINGERS = 2
PINGS_A_SECOND = 20.0  # of each pinger
PATIENCE = 3600.0
LOOK = 0.05  # seconds between two looks at a job
# what a text attribute holds that should have been a number: two fifths are whole numbers
AMOUNTS = ("%(n)s", " %(n)s.0 ", "%(n)s.5", "%(n)s pieces", "n/a")
DRAWN = f"(ARRAY[{', '.join(repr(text.replace('%(n)s', '{n}')) for text in AMOUNTS)}])[1 + n %% {len(AMOUNTS)}]"
AMOUNT = f"replace({DRAWN}, '{{n}}', n::text)"
WHOLE = re.compile(r"\s*[+-]?\d+(\.0*)?\s*", re.ASCII)
UPDATE = r"""
    UPDATE people_person SET {spare} = CASE WHEN {amount} ~ '^\s*[+-]?\d+(\.0*)?\s*$' THEN {amount}::float8 END
    WHERE workspace_id = %s AND {amount} IS NOT NULL
"""


def measure(size: int, durable: bool) -> list[dict[str, Any]]:
    """Rows per second of each piece of work, how long pings took meanwhile, and how many values came out wrong."""
    with serving.databases(durable=durable) as places:
        population = Population(size, {"amount": ("text", AMOUNT)})
        bench = Bench(places, population)
        with bench.clockwork():
            plain = bench.timed("one UPDATE", lambda: one_update(population))
            vacuum()
            rows = [plain, *type_change(bench), *option_rename(bench), inventory(bench)]
        for row in rows:
            row["of_plain"] = round(row["rows_per_second"] / plain["rows_per_second"], 2) if row["rows"] else ""
        return [{name: row[name] for name in COLUMNS} for row in rows]


COLUMNS = ("what", "rows", "seconds", "rows_per_second", "of_plain", "pings", "ping_ms", "slowest_ping_ms", "wrong")


def whole(text: str) -> int | None:
    """The number that a text is, read without the product's help."""
    return int(float(text)) if WHOLE.fullmatch(text) else None


# ---- pings -----------------------------------------------------------------------------------------------------------


@dataclass
class Pings:
    """Messages of known people, by the write path of the Messenger's door, and what each of them left behind."""

    workspace: Any
    users: list[str]
    over: threading.Event = field(default_factory=threading.Event)
    took: list[float] = field(default_factory=list)
    written: dict[int, int | None] = field(default_factory=dict)  # person → the amount that was taken last, as a number
    failures: list[BaseException] = field(default_factory=list)

    def run(self, share: int) -> None:
        """One pinger, with people of its own, so that what it wrote last is what must stand."""
        from django.db import connection

        dice = random.Random(share)
        try:
            while not self.over.wait(1 / PINGS_A_SECOND):
                begun = time.perf_counter()
                self._send(self.users[dice.randrange(share, len(self.users), PINGERS)], dice)
                self.took.append(time.perf_counter() - begun)
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            connection.close()

    def _send(self, user_id: str, dice: random.Random) -> None:
        from apps.attributes.sources import Source
        from apps.people import arrivals, identity
        from apps.workspace import clock
        from apps.workspace.models import Workspace

        amount = dice.choice(AMOUNTS) % {"n": dice.randrange(10**6)}
        claim = identity.claim(user_id, None, None, Source.PING)
        workspace = Workspace.objects.get(pk=self.workspace.pk)
        payload = arrivals.Payload(claim, {"amount": amount})
        [arrival] = arrivals.receive(workspace, [payload], Source.PING, now=clock.now())
        for report in arrival.reports:
            if arrival.pk and "amount" in report.changed:
                new = report.changed["amount"].new
                self.written[arrival.pk] = whole(new) if isinstance(new, str) else new

    @contextmanager
    def running(self) -> Iterator[None]:
        """Raises what a ping raised: none may fail."""
        pingers = [threading.Thread(target=self.run, args=[share]) for share in range(PINGERS)]
        for pinger in pingers:
            pinger.start()
        try:
            yield
        finally:
            self.over.set()
            for pinger in pingers:
                pinger.join()
        if self.failures:
            raise self.failures[0]


# ---- the workers -----------------------------------------------------------------------------------------------------


@dataclass
class Bench:
    places: Places
    population: Population
    written: dict[int, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from apps.people.models import Person, Role

        users = Person.objects.of(self.population.workspace).active().filter(role=Role.USER)
        self.users = list(users.values_list("external_id", flat=True))

    @contextmanager
    def clockwork(self) -> Iterator[None]:
        """What `start` runs beside the web server: a worker and the clock that wakes forgotten jobs."""
        self.worker = self._spawn("worker", *WORKER_OPTIONS)
        beat = self._spawn("beat", "--schedule", str(self.places.data / "schedule"))
        try:
            yield
        finally:
            kill_group(beat)
            kill_group(self.worker)

    def kill(self) -> None:
        """End the worker without a word, as the kernel does when memory is short, and start another."""
        kill_group(self.worker)
        self.worker = self._spawn("worker", *WORKER_OPTIONS)

    def _spawn(self, role: str, *options: str) -> "subprocess.Popen[bytes]":
        log = self.places.logs / f"{role}.log"
        command = celery_command(role, *options)
        return spawn(command, log=log, death_signal=signal.SIGKILL, mark=self.places.data, cwd=serving.ROOT)

    def until(self, job: Any, is_there: Callable[[Any], bool]) -> float:
        """Look at a job until something can be said of it; returns when that was."""
        deadline = time.monotonic() + PATIENCE
        while True:
            job.refresh_from_db()
            if is_there(job):
                return time.perf_counter()
            if not job.is_under_way or time.monotonic() > deadline:
                raise Refused(f"{job} stopped in state {job.state}, phase {getattr(job, 'phase', '')}. {job.error}")
            if self.worker.poll() is not None:
                raise Refused(f"The worker died. The end of its log:\n{tail(self.places.logs / 'worker.log')}")
            time.sleep(LOOK)

    def timed(self, what: str, work: Callable[[], "Outcome"]) -> dict[str, Any]:
        """Do something while pings run."""
        pings = Pings(self.population.workspace, self.users)
        with pings.running():
            outcome = work()
        self.written |= pings.written
        return {
            "what": what,
            "rows": outcome.rows,
            "seconds": round(outcome.seconds, 2),
            "rows_per_second": round(outcome.rows / outcome.seconds),
            "pings": len(pings.took),
            "ping_ms": round(1000 * median(pings.took), 1) if pings.took else "",
            "slowest_ping_ms": round(1000 * max(pings.took), 1) if pings.took else "",
            "wrong": "",
        }


@dataclass(frozen=True)
class Outcome:
    rows: int
    seconds: float


# ---- the works -------------------------------------------------------------------------------------------------------


def one_update(population: Population) -> Outcome:
    """The owner's script, into a column that nobody uses."""
    from django.db import connection

    from apps.attributes.columns import names

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        statement = UPDATE.format(spare=names("number")[-1], amount=population.column("amount"))
        cursor.execute(statement, [population.workspace.pk])
        return Outcome(cursor.rowcount, time.perf_counter() - begun)


def type_change(bench: Bench) -> Iterator[dict[str, Any]]:
    """Begun, half done, killed, taken up again, done; then every value is looked at."""
    from apps.attributes import retyping
    from apps.attributes.models import Attribute, Phase
    from apps.workspace import clock
    from apps.workspace.hands import NOBODY
    from apps.workspace.jobs import JobState

    attribute = Attribute.objects.select_related("workspace").get(name="amount")
    changes = []

    def begin() -> Outcome:
        begun = time.perf_counter()
        changes.append(retyping.begin(attribute, "number", by=NOBODY, now=clock.now()))
        return Outcome(0, time.perf_counter() - begun)

    def copy() -> Outcome:
        [change] = changes
        begun = bench.until(change, lambda job: job.phase == Phase.COPYING)
        killed = bench.until(change, lambda job: job.done >= job.total / 2)
        bench.kill()
        change.refresh_from_db()
        left_at = change.done
        resumed = bench.until(change, lambda job: job.done > left_at or job.swapped_at)
        swapped = bench.until(change, lambda job: job.swapped_at)
        return Outcome(change.total, killed - begun + swapped - resumed)

    def note() -> Outcome:
        [change] = changes
        begun = time.perf_counter()
        done = bench.until(change, lambda job: job.state == JobState.DONE)
        return Outcome(change.cleared, done - begun)

    yield bench.timed("type change: its beginning", begin)
    copied = bench.timed("type change: copied, killed at half", copy)
    noted = bench.timed("type change: noted what was cleared", note)
    yield copied | {"wrong": len(wrong_values(bench))}
    yield noted | {"wrong": wrong_notes(bench)}


def wrong_values(bench: Bench) -> list[int]:
    """The people whose amount is not what their text says, or what their last ping said: all are looked at."""
    bench.population.workspace.refresh_from_db()
    rows = people(bench, bench.population.column("amount"))
    return [pk for pk, number, value in rows if value != bench.written.get(pk, whole(first_amount(number)))]


def wrong_notes(bench: Bench) -> int:
    """How many of those whom no ping reached have not exactly the line in their history that they must have."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, changes -> 'amount' ->> 0 FROM attributes_recordchange "
            "WHERE workspace_id = %s AND about = 'person' AND source = 'auto' AND changes ? 'amount'",
            [bench.population.workspace.pk],
        )
        noted = [line for line in cursor.fetchall() if line[0] not in bench.written]
    texts = ((pk, first_amount(number)) for pk, number, _ in people(bench, "NULL") if pk not in bench.written)
    due = {(pk, text) for pk, text in texts if whole(text) is None}
    return len(due.symmetric_difference(noted)) + len(noted) - len(set(noted))


def people(bench: Bench, column: str) -> list[tuple[int, int, Any]]:
    """Everybody: their key, the number they were made with, and one of their columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        number = "substr(email, 7, position('@' IN email) - 7)::int"
        cursor.execute(
            f"SELECT id, {number}, {column} FROM people_person WHERE workspace_id = %s", [bench.population.workspace.pk]
        )
        return cursor.fetchall()


def first_amount(number: int) -> str:
    return AMOUNTS[number % len(AMOUNTS)] % {"n": number}


def option_rename(bench: Bench) -> Iterator[dict[str, Any]]:
    """An option that a fifth of all hold gets another name."""
    from apps.attributes import options
    from apps.attributes.models import Attribute
    from apps.workspace import clock
    from apps.workspace.hands import NOBODY
    from apps.workspace.jobs import JobState

    attribute = Attribute.objects.select_related("workspace").get(name="stage")
    due = holding(bench, "stage", "trying")
    jobs: list[Any] = []

    def begin() -> Outcome:
        begun = time.perf_counter()
        jobs.append(options.rename(attribute, "trying", "testing", by=NOBODY, now=clock.now()))
        return Outcome(0, time.perf_counter() - begun)

    def rename() -> Outcome:
        begun = time.perf_counter()
        done = bench.until(jobs[0], lambda job: job.state == JobState.DONE)
        return Outcome(jobs[0].done, done - begun)

    yield bench.timed("option renamed: its beginning", begin)
    renamed = bench.timed("option renamed: the values", rename)
    yield renamed | {"wrong": abs(holding(bench, "stage", "testing") - due) + holding(bench, "stage", "trying")}


def holding(bench: Bench, key: str, value: str) -> int:
    """How many people hold a value."""
    from django.db import connection

    column = bench.population.column(key)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM people_person WHERE {column} = %s", [value])
        return cursor.fetchone()[0]


def inventory(bench: Bench) -> dict[str, Any]:
    """What Settings → People data counts: fill rates, samples, last writes."""
    from apps.attributes.catalogue import catalogue_of
    from apps.attributes.inventory import inventory as counted

    known = catalogue_of(bench.population.workspace, "person")
    taken: list[Any] = []

    def count() -> Outcome:
        begun = time.perf_counter()
        taken.extend(counted(bench.population.workspace, "person", known.custom))
        return Outcome(0, time.perf_counter() - begun)

    row = bench.timed("fill rates, samples, last writes", count)
    return row | {"wrong": sum(holding.filled is None for holding in taken)}


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_person")
