"""What the records hold of each attribute: in how many there is a value, what it looks like, who wrote it last.

Whatever the number of attributes, the number of queries is the same, and each is stopped when it takes too long: the
settings show what there is, and say what there is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.db.models.expressions import RawSQL

from apps.workspace.models import Workspace
from apps.workspace.patience import OutOfPatience, patience

from .definitions import Catalogue, Definition
from .models import Attributed, AttributedQuerySet, model_of
from .sampling import share
from .sources import Source
from .values import Value, read

PATIENCE = 2.0  # seconds for each look
SAMPLES = 3
REMEMBERED = 50_000  # how many lines of the history are looked through for the last write
NEWEST = 100  # records in which values are looked for, besides those that were written last

LATEST_WRITES = """
    WITH recent AS (
        SELECT id, key, record_id, source, hand, at FROM attributes_recordchange, jsonb_object_keys(changes) AS key
        WHERE workspace_id = %s AND about = %s ORDER BY id DESC LIMIT %s
    ), numbered AS (
        SELECT *, row_number() OVER (PARTITION BY key ORDER BY id DESC) AS place
        FROM recent WHERE source <> 'auto' AND key = ANY(%s)
    )
    SELECT key, record_id, source, hand, at, looked_through.oldest, looked_through.lines
    FROM (SELECT min(at) AS oldest, count(*) AS lines FROM recent) AS looked_through
    LEFT JOIN numbered ON place <= %s
    ORDER BY id DESC
"""


@dataclass(frozen=True)
class Write:
    """The last write of a value: through which door, by whom, when."""

    source: Source
    hand: str
    at: datetime


@dataclass
class Holding:
    """What there is of one attribute. `filled` is None where counting took too long."""

    definition: Definition
    filled: int | None = None
    records: int = 0
    is_exact: bool = True
    samples: list[Any] = field(default_factory=list)
    last: Write | None = None
    silent_since: datetime | None = None  # no write since then; what was before nobody looked up

    @property
    def share(self) -> str:
        """The fill rate in percent; never "0 %" or "100 %" unless it is exactly that."""
        if not self.filled:
            return "0 %"
        percent = 100 * self.filled / self.records
        if percent < 1:
            return "< 1 %"
        return f"{int(percent)} %" if percent < 99.5 or self.filled == self.records else "> 99 %"


def inventory(workspace: Workspace, about: str, definitions: Sequence[Definition]) -> list[Holding]:
    """What the people, or companies, that teammates see hold of some custom attributes."""
    holdings = {definition.key: Holding(definition) for definition in definitions}
    if holdings:
        records = model_of(about).objects.of(workspace).listed()
        _count(records, holdings)
        _look_up(workspace, records, holdings)
    return list(holdings.values())


# ---- the fill rate ---------------------------------------------------------------------------------------------------


def _count(records: AttributedQuerySet, holdings: dict[str, Holding]) -> None:
    """Every record where that is quick, some of them where it is not, none where even that takes too long."""
    for look in (records, sampled(records)):
        try:
            with patience(PATIENCE):
                counted = look.aggregate(
                    records=Count("pk"), **{f"of_{place}": Count(Value(h.definition)) for place, h in _placed(holdings)}
                )
        except OutOfPatience:
            continue
        for place, holding in _placed(holdings):
            holding.filled, holding.records = counted[f"of_{place}"], counted["records"]
            holding.is_exact = look is records
        return


def sampled(records: AttributedQuerySet) -> AttributedQuerySet:
    """Some of the records, whatever the order in which they came."""
    table = connection.ops.quote_name(records.model._meta.db_table)
    chosen = RawSQL(f"SELECT id FROM {table} TABLESAMPLE SYSTEM (%s)", [share(records.model)])  # noqa: S608, S611
    return records.filter(pk__in=chosen)


def _placed(holdings: dict[str, Holding]) -> Iterable[tuple[int, Holding]]:
    return enumerate(holdings.values())


# ---- samples and the last write --------------------------------------------------------------------------------------


def _look_up(workspace: Workspace, records: AttributedQuerySet, holdings: dict[str, Holding]) -> None:
    try:
        with patience(PATIENCE):
            written = _latest_writes(workspace, records.model, holdings)
            newest = list(records.order_by("-created_at", "-pk").values_list("pk", flat=True)[:NEWEST])
            seen = set(
                records.filter(pk__in={pk for pks in written.values() for pk in pks}).values_list("pk", flat=True)
            )
            values = read(records.model, seen | set(newest), [holding.definition for holding in holdings.values()])
    except OutOfPatience:
        return
    for key, holding in holdings.items():
        held = [values[pk][key] for pk in (*written[key], *newest) if pk in values]
        holding.samples = list(dict.fromkeys(value for value in held if value is not None))[:SAMPLES]


def _latest_writes(workspace: Workspace, model: type[Attributed], holdings: dict[str, Holding]) -> dict[str, list[int]]:
    """Note the last write of each attribute. Returns the records that were written last: {key: pks}."""
    written: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(LATEST_WRITES, [workspace.pk, model.about, REMEMBERED, list(holdings), SAMPLES])
        lines = cursor.fetchall()
    *_, oldest, looked_through = lines[0]
    for key, pk, source, hand, at, *_ in lines if lines[0][0] else ():
        written[key].append(pk)
        holdings[key].last = holdings[key].last or Write(Source(source), hand, at)
    if looked_through == REMEMBERED:
        for holding in holdings.values():
            holding.silent_since = None if holding.last else oldest
    return written


# ---- kept for a moment -----------------------------------------------------------------------------------------------

KEPT = 60  # seconds: who searches the list or saves a row does not have everything counted again


def lately_counted(workspace: Workspace, known: Catalogue) -> dict[int | None, Holding]:
    """The inventory of the custom attributes in use, as it was at most a minute ago: {pk: Holding}."""
    key = f"inventory:{workspace.pk}:{known.about}:{workspace.attributes_version}"
    counted: list[Holding] | None = cache.get(key)
    if counted is None:
        counted = inventory(workspace, known.about, known.custom)
        cache.set(key, counted, KEPT)
    return {holding.definition.pk: holding for holding in counted}
