"""How many match: the exact number where that is cheap, an estimate at once where it is not (BEY-10, UI-05).

The planner says what counting would cost, before anything is counted. What is cheap is counted, and stopped should the
planner have been wrong. Everything else is counted in a random sample of the table's pages, where the planner's own
estimate stands in for what the sample is too small to tell. Whoever wants the exact number asks for it afterwards, and
says how long they would wait.

The planner is no judge of filters that ask several columns or related rows, the sample none of what is rare: either
one alone is off by orders of magnitude somewhere.

Whoever turns a page, sorts a list or comes back to it asks the same question again. An estimate given a moment ago is
given again then; what is cheap to count is counted each time.
"""

import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Q, QuerySet, When
from django.db.models import Value as Constant
from django.db.models.sql.datastructures import BaseTable
from redis.exceptions import RedisError

from apps.workspace.patience import OutOfPatience, patience

AT_ONCE = 0.25  # seconds for everything
CHEAP = 10_000.0  # in the planner's units: well below a tenth of a second, on a machine with other things to do
PLANNING = 2.0  # seconds for the planner, which needs a hundredth of one unless somebody holds the table
SHORT = 0.1  # seconds that a count which looked cheap may take
GLIMPSE = 0.1  # seconds for the sample
GOOD = 0.05  # the error of an estimate that need not be better: the exact number follows anyway
FIRST_PAGES, MOST_PAGES = 40, 3_000  # of a sample's parts: the first one tells how large the others can be
RATHER_SURE = 5  # matches in a sample: with fewer it is no better than the planner
SURE, UNSURE = 0.02, 0.3  # the least error that is claimed, and the one of a mere guess
NEARLY_ALL = 0.99  # the share of two samples that may have met in between
PAGE = 8192
A_MOMENT = 60  # seconds that an estimate may be given again
TABLESAMPLE = "TABLESAMPLE SYSTEM (%s) REPEATABLE (%s)"
# A sample is small: related rows are looked up one by one. Left alone, the planner would first hash all there are.
ONE_BY_ONE = {
    "work_mem": "64kB",
    "hash_mem_multiplier": "1",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
}
# All there are, however: hashing a company's people once is ten times as fast as looking each person up.
AT_LARGE = {"work_mem": "64MB"}
# And as it means to look them up it would read the table row by row in the order of an index, to ask of a few less.
IN_ORDER = {"enable_indexscan": "off"}
ALONE = {"max_parallel_workers_per_gather": "0"}  # so that a plan's rows are all rows, not those of one worker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Count:
    """How many match. An estimate is rounded to what it can promise, and never nought."""

    number: int
    exact: bool
    cost: float = field(default=0.0, compare=False)  # of finding them all, in the planner's units

    def __str__(self) -> str:
        return f"{self.number:,}" if self.exact else f"≈ {self.number:,}"


NONE = Count(0, exact=True)


def quick(queryset: QuerySet) -> Count:
    """How many there are, exactly or nearly, in less than 300 ms."""
    return _quick(queryset, [Q()])[0]


def quick_again(queryset: QuerySet, question: str) -> Count:
    """Like `quick`, where a text says what is asked: what is known of the answer need not be found out again."""
    return quick_with(recalled(question), queryset, question)


def quick_with(known: Count | None, queryset: QuerySet, question: str) -> Count:
    """The same, with what was recalled of it."""
    if known is None:
        known = quick(queryset)
        remember(question, known)
        return known
    return _counted_again(queryset, known) if known.exact else known


def recalled(question: str) -> Count | None:
    """What was answered a moment ago: an estimate that still does, or how many there were and what that costs."""
    try:
        return cache.get(_place_of(question))
    except RedisError:
        logger.warning("No count was recalled", exc_info=True)
        return None


def remember(question: str, count: Count) -> None:
    """Answer a question with this for a moment, as an estimate where it is one; else as what can be counted at once."""
    try:
        cache.set(_place_of(question), count, timeout=A_MOMENT)
    except RedisError:
        logger.warning("A count was not remembered", exc_info=True)


def remember_exact(question: str, number: int) -> None:
    """The exact number of what is slow to count is the best estimate of it for a moment."""
    if (known := recalled(question)) and not known.exact:
        remember(question, replace(known, number=max(1, number)))


def _counted_again(queryset: QuerySet, known: Count) -> Count:
    """What was cheap to count a moment ago is counted without asking the planner; it may be dear by now."""
    asked = _selection(queryset)
    if asked is None:
        return NONE
    counted = _at_once(_side_by_side([asked]), [0], SHORT)
    return replace(counted[0], cost=known.cost) if counted else quick(queryset)


def _place_of(question: str) -> str:
    return f"count:{hashlib.sha256(question.encode(errors='surrogatepass')).hexdigest()}"


def quick_counts(records: QuerySet, conditions: Mapping[str, Q]) -> dict[str, Count]:
    """How many of the records meet each condition, exactly or nearly, in less than 300 ms altogether."""
    return dict(zip(conditions, _quick(records, list(conditions.values())), strict=True))


def exact(queryset: QuerySet, seconds: float) -> int:
    """How many there are. Raises OutOfPatience."""
    asked = _selection(queryset)
    if asked is None:
        return 0
    plan = _plans({0: asked})[0]
    with patience(seconds, AT_LARGE | (IN_ORDER if plan.walks else {})):
        return int(_row(f"SELECT {asked.counted}", asked.given)[0])


def exact_counts(records: QuerySet, conditions: Mapping[str, Q], seconds: float) -> dict[str, Count]:
    """How many of the records meet each condition: one pass over them. Raises OutOfPatience."""
    try:
        asked = _pass(records, list(conditions.values()))
    except EmptyResultSet:
        return dict.fromkeys(conditions, NONE)
    with patience(seconds, AT_LARGE):
        numbers = _row(asked.sql, asked.given)
    return {name: Count(number, exact=True) for name, number in zip(conditions, numbers, strict=True)}


def expected(queryset: QuerySet) -> int:
    """How many the planner expects, without counting any."""
    asked = _selection(queryset)
    return _plans({0: asked})[0].rows if asked else 0


def steps_to(queryset: QuerySet, count: Count, amount: int) -> float:
    """How many records a walk in order passes until it has met so many of those counted, if they are shuffled."""
    rows, pages = _size(queryset.model._meta.db_table)
    return amount * (rows or 10 * pages) / max(1, count.number)


# ---- what is asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL as Django wrote it, and what is to be put into it."""

    sql: str
    given: tuple[Any, ...]

    @property
    def counted(self) -> str:
        """How many rows it has, as a part of another statement."""
        return f"(SELECT count(*) FROM ({self.sql}) AS matching)"  # noqa: S608 - values are given apart


def _selection(queryset: QuerySet) -> Statement | None:
    """The keys of a queryset; None where it is sure to be empty."""
    try:
        return _statement(queryset.order_by().values("pk"))
    except EmptyResultSet:
        return None


def _pass(records: QuerySet, conditions: Sequence[Q]) -> Statement:
    """One pass over the records that counts those of each condition. Raises EmptyResultSet where there are none."""
    names = {f"met_{place}": _truth(condition) for place, condition in enumerate(conditions)}
    asked = _statement(records.order_by().annotate(**names).values(*names))
    counts = ", ".join(f"count(*) FILTER (WHERE {name})" for name in names)
    return Statement(f"SELECT {counts} FROM ({asked.sql}{_fence(asked.sql)}) AS asked", asked.given)  # noqa: S608


def _fence(sql: str) -> str:
    """Keeps both levels of a pass apart where a condition looks for related rows: the planner then knows how often it
    does, and hashes those rows instead of looking them up record by record. Without a fence, several processes share
    the pass."""
    return " OFFSET 0" if "SELECT" in sql.removeprefix("SELECT") else ""


def _truth(condition: Q) -> Any:
    """Whether a condition is met, as a column."""
    return Case(When(condition, then=Constant(True)), default=Constant(False)) if condition else Constant(True)


def _statement(queryset: QuerySet) -> Statement:
    sql, given = queryset.query.sql_with_params()
    return Statement(sql, tuple(given))


# ---- quick counts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What the planner expects of one count."""

    rows: int
    cost: float
    walks: bool  # through the rows in some order, asking for related rows of each


def _quick(records: QuerySet, conditions: Sequence[Q]) -> list[Count]:
    ends = time.perf_counter() + AT_ONCE
    asked = {place: one for place, q in enumerate(conditions) if (one := _selection(records.filter(q)))}
    counts = dict.fromkeys(set(range(len(conditions))) - set(asked), NONE)
    counts |= _together(records, {place: conditions[place] for place in asked})
    if len(counts) < len(conditions):
        plans = _plans(asked)
        counts |= _each(_cheap(asked, plans), ends)
        rest = [place for place in asked if place not in counts]
        sample = _sampled(records, [conditions[place] for place in rest], ends)
        counts |= {
            place: estimate(plans[place].rows, sample, hits) for place, hits in zip(rest, sample.hits, strict=True)
        }
        counts |= {place: replace(counts[place], cost=plan.cost) for place, plan in plans.items()}
    return [counts[place] for place in range(len(conditions))]


def _together(records: QuerySet, conditions: Mapping[int, Q]) -> dict[int, Count]:
    """All of several in one pass, where that is cheap."""
    if len(conditions) < 2:
        return {}
    asked = _pass(records, list(conditions.values()))
    return _at_once(asked, list(conditions), SHORT) if _explained(asked)["Total Cost"] <= CHEAP else {}


def _plans(asked: Mapping[int, Statement]) -> dict[int, Plan]:
    """What the planner says of each: a part of the answer for each part of the question."""
    told = _explained(_side_by_side(asked.values()))["Plans"]
    return {place: _plan(part) for place, part in zip(asked, told, strict=True)}


def _side_by_side(statements: Iterable[Statement]) -> Statement:
    """The counts of several as the columns of one row."""
    parts = list(statements)
    columns = ", ".join(one.counted for one in parts)
    return Statement(f"SELECT {columns}", tuple(value for one in parts for value in one.given))


def _explained(statement: Statement) -> dict[str, Any]:
    with patience(PLANNING, AT_LARGE | ALONE):
        answer = _row(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.given)[0]
    (told,) = json.loads(answer) if isinstance(answer, str) else answer
    return told["Plan"]


def _plan(told: dict[str, Any]) -> Plan:
    rows = told["Plans"][0]
    walks = rows["Node Type"] == "Index Scan" and "SubPlan" in rows.get("Filter", "")
    return Plan(rows["Plan Rows"], told["Total Cost"], walks)


def _cheap(asked: Mapping[int, Statement], plans: Mapping[int, Plan]) -> dict[int, Statement]:
    """The cheapest ones, as many as are cheap together."""
    chosen: dict[int, Statement] = {}
    spent = 0.0
    for place in sorted(asked, key=lambda place: plans[place].cost):
        spent += plans[place].cost
        if spent > CHEAP:
            break
        chosen[place] = asked[place]
    return chosen


def _each(asked: Mapping[int, Statement], ends: float) -> dict[int, Count]:
    """Each counted by the index that serves it best, in one statement that leaves time for a sample."""
    seconds = min(SHORT, ends - GLIMPSE - time.perf_counter())
    return _at_once(_side_by_side(asked.values()), list(asked), seconds) if asked and seconds > 0 else {}


def _at_once(statement: Statement, places: Sequence[int], seconds: float) -> dict[int, Count]:
    """The numbers of a statement; none where it takes longer than it looked."""
    try:
        with patience(seconds, AT_LARGE):
            numbers = _row(statement.sql, statement.given)
    except OutOfPatience:
        return {}
    return {place: Count(number, exact=True) for place, number in zip(places, numbers, strict=True)}


# ---- the sample ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """What was found in a random part of a table: so many matches of each condition."""

    share: float  # of all rows
    rows: int
    hits: tuple[int, ...]

    def __add__(self, other: "Sample") -> "Sample":
        """Both together; whichever saw everything is enough."""
        if other.share == 1:
            return other
        hits = tuple(map(sum, zip(self.hits, other.hits, strict=True)))
        return Sample(min(NEARLY_ALL, self.share + other.share), self.rows + other.rows, hits)

    def error(self, hits: int) -> float:
        """The standard error of what so many hits tell, as a part of it."""
        return math.sqrt(max(0.0, 1 - hits / self.rows) / hits) if hits else math.inf

    @property
    def worst(self) -> float:
        return max(map(self.error, self.hits))


class Given(Enum):
    """What a statement over some pages of a table is yet to be given."""

    PERCENT = "percent"
    SEED = "seed"


PERCENT, SEED = Given.PERCENT, Given.SEED


class SampledTable(BaseTable):
    """A table in a query of which only some pages are read, the same ones for the same seed."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, given = super().as_sql(compiler, connection)
        return f"{sql} {TABLESAMPLE}", [*given, PERCENT, SEED]


def _sampled(records: QuerySet, conditions: Sequence[Q], ends: float) -> Sample:
    """As large a sample as the time allows; an empty one where it allows none."""
    if not conditions:
        return Sample(0.0, 0, ())
    ends = min(ends, time.perf_counter() + GLIMPSE)
    asked = _sampling(records, conditions)
    total, pages = _size(records.model._meta.db_table)
    sample, amount = Sample(0.0, 0, (0,) * len(conditions)), FIRST_PAGES
    while amount and sample.share < NEARLY_ALL and (left := ends - time.perf_counter()) > 0:
        begun = time.perf_counter()
        try:
            with patience(left, ONE_BY_ONE):
                sample += _part(asked, min(1.0, amount / max(1, pages)), total)
        except OutOfPatience:
            break  # what was seen until then has to do
        now = time.perf_counter()
        fitting = int(amount * (ends - now) / 2 / (now - begun))
        amount = min(MOST_PAGES, fitting, _pages_more(sample, amount)) if fitting >= amount else 0
    return sample


def _pages_more(sample: Sample, amount: int) -> int:
    """How many pages more the estimates need to be good, after so many: the error falls with the root of the hits."""
    return 0 if sample.worst <= GOOD else math.ceil(min(MOST_PAGES, amount * (sample.worst / GOOD) ** 2))


def _sampling(records: QuerySet, conditions: Sequence[Q]) -> Statement:
    """Count the conditions, and whatever rows there are, on some pages of the table."""
    table, sampled = records.model._meta.db_table, records.all()
    alias = sampled.query.get_initial_alias()
    sampled.query.alias_map[alias] = SampledTable(table, alias)
    met = _pass(sampled, conditions)
    rows = f"(SELECT count(*) FROM {connection.ops.quote_name(table)} {TABLESAMPLE})"  # noqa: S608 - our own table
    return Statement(f"SELECT {rows}, met.* FROM ({met.sql}) AS met", (PERCENT, SEED, *met.given))  # noqa: S608


def _part(asked: Statement, part: float, total: float) -> Sample:
    """A random part of a table's pages. The rows on them tell better than the pages how much of the table that is."""
    these = {PERCENT: 100 * part, SEED: random.randrange(2**31)}  # noqa: S311 - no secret
    given = [these.get(value, value) if isinstance(value, Given) else value for value in asked.given]
    rows, *hits = _row(asked.sql, given)
    share = part if part == 1 or not total else min(NEARLY_ALL, rows / total)
    return Sample(share, rows, tuple(hits))


def _size(table: str) -> tuple[float, int]:
    """How many rows a table is believed to have (nought where nobody looked yet), and how many pages it has."""
    query = "SELECT reltuples, relpages, pg_relation_size(oid) / %s FROM pg_class WHERE oid = %s::regclass"
    rows, analyzed, pages = _row(query, [PAGE, table])
    return (rows / analyzed * pages if rows > 0 and analyzed else 0.0), pages


def estimate(expected: int, sample: Sample, hits: int) -> Count:
    """What a sample tells about all rows; where it met too few, the planner's number, so far as the sample bears it."""
    if sample.share == 1:
        return Count(hits, exact=True)
    if not sample.share:
        return _about(expected, UNSURE)
    if hits >= RATHER_SURE:
        return _about(hits / sample.share, max(SURE, sample.error(hits)))
    least, most = (one / sample.share for one in _range(hits))
    return _about(min(max(expected, least), most), UNSURE)


def _about(number: float, error: float) -> Count:
    return Count(max(1, rounded(number, error)), exact=False)


def _range(hits: int) -> tuple[float, float]:
    """What may have been expected where so few came: hardly a quarter of it, or three standard errors more."""
    return hits / 4, hits + 3 * math.sqrt(hits) + 3


def rounded(number: float, error: float) -> int:
    """A number to the nearest round one that its error bears: to 10,000s, 20,000s or 50,000s, and so on."""
    bearable = number * error
    if bearable < 1:
        return round(number)
    tens = 10 ** math.floor(math.log10(bearable))
    step = next(tens * part for part in (5, 2, 1) if tens * part <= bearable)
    return round(number / step) * step


def _row(query: str, given: Sequence[Any]) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchone()
