"""How long something takes, how much of that in the database, and in how many statements; one thing beside another."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Work = Callable[[], Any]


@dataclass
class Watched:
    """What the database was asked, and how many seconds each statement took."""

    statements: list[tuple[str, float]] = field(default_factory=list)

    def milliseconds(self, having: str = "") -> float:
        return 1000 * sum(seconds for sql, seconds in self.statements if having in sql)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.statements.append((sql, time.perf_counter() - begun))


@contextmanager
def watched() -> Iterator[Watched]:
    from django.db import connection

    watch = Watched()
    with connection.execute_wrapper(watch):
        yield watch


@dataclass(frozen=True)
class Outcome:
    """The medians of some rounds: milliseconds altogether, in the database, in statements of the marked sort."""

    whole: float
    sql: float
    marked: float
    statements: int
    last: Any  # what the work returned at last


def compare(works: Mapping[str, Work], rounds: int, mark: str = "") -> dict[str, Outcome]:
    """Each in turn, again and again, so that whatever else the machine does falls on all; the first round warms up.

    Every other round goes backwards: who comes second finds in memory what the first has read.
    """
    taken: dict[str, list[tuple[float, Watched]]] = {name: [] for name in works}
    last: dict[str, Any] = {}
    for turn in range(rounds + 1):
        for name, work in list(works.items())[:: -1 if turn % 2 else 1]:
            with watched() as watch:
                begun = time.perf_counter()
                last[name] = work()
                if turn:
                    taken[name].append((1000 * (time.perf_counter() - begun), watch))
    return {name: _outcome(runs, mark, last[name]) for name, runs in taken.items()}


def _outcome(runs: Sequence[tuple[float, Watched]], mark: str, last: Any) -> Outcome:
    return Outcome(
        whole=median(whole for whole, _ in runs),
        sql=median(watch.milliseconds() for _, watch in runs),
        marked=median(watch.milliseconds(mark) for _, watch in runs),
        statements=len(runs[-1][1].statements),
        last=last,
    )


def asked(sql: str, given: Sequence[Any] = ()) -> Work:
    """A hand-written statement, run and read to its end."""

    def work() -> Any:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchall()

    return work


def times(one: float, other: float) -> float:
    """How many times as long one takes as the other."""
    return round(one / other, 2) if other else 0.0


def grown(measure: Callable[[int], list[dict[str, Any]]], size: int, grow: bool) -> list[dict[str, Any]]:
    """The rows at one size; with `grow` at a hundredth of it too, and how many times as long each takes."""
    if not grow:
        return measure(size)
    small, large = measure(max(1_000, size // 100)), measure(size)
    before = {row["what"]: row["ms"] for row in small}
    return [row | {"growth": ""} for row in small] + [
        row | {"growth": times(row["ms"], before[row["what"]])} for row in large
    ]
