"""Every place that can hold something of a person, and what becomes of it when they are destroyed (DEL-03, BEY-09).

A room that keeps anything says so here, in `AppConfig.ready()`; `places` speaks for the floors below. A test fails as
long as a model is in none of the three:

- `goes(Model, "note", "notes")`: its rows about the person go. Whose a row is, is read from its foreign key to Person,
  or from `about` and `record_id`; another model brings its own `take` and `count`.
- `cleaned(Model, "entry", "entries", why=…, fields=(…))`: its rows stay, without the person's names in those fields; or
  with a `sweep` of its own.
- `spared(Model, why=…)`: it holds nothing of a person.

What is no table (files, Redis) is told with `elsewhere("Files", "file", "files", why=…, sweep=…)`.

`take` is done in the transaction that destroys a batch of people. `sweep` is done before that, for thousands at once,
in transactions of its own: it may read whole tables and delete files, and is done again should it be interrupted. Both
return how many things went or were cleaned, by whose they were; a receipt is written from that.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast

from apps.people.following import refers_by, rows_of
from apps.people.models import Person
from apps.workspace.auditing import redacting
from apps.workspace.models import Workspace

from .names import Names

ROWS_AT_ONCE = 2_000  # read in one go while texts are looked through


@dataclass(frozen=True, slots=True)
class Going:
    """People of one workspace who are destroyed, and with each of them everybody who was merged into them."""

    workspace: Workspace
    whose: Mapping[int, int]  # the key of every row of people that goes → the key of the person it belongs to
    public_ids: Mapping[str, int]  # the same by the id that the world sees
    now: datetime
    names: Names = field(default_factory=Names)  # all that they are and were called; known while sweeping

    @property
    def pks(self) -> list[int]:
        return list(self.whose)

    @property
    def array(self) -> str:
        return array(self.whose)

    def by_person(self, by_row: Mapping[int, int]) -> Counter[int]:
        """Numbers by the row of people that they belong to, added up by who is destroyed."""
        counted: Counter[int] = Counter()
        for pk, number in by_row.items():
            counted[self.whose[pk]] += number
        return counted


def array(pks: Iterable[int]) -> str:
    """Keys as PostgreSQL reads them, for `= ANY(%s::bigint[])`: one text is sent faster than a thousand numbers."""
    return f"{{{','.join(map(str, pks))}}}"


Taker = Callable[[Going], Mapping[int, int]]  # how many, by the key of who is destroyed


class Fate(StrEnum):
    GOES = "goes"
    CLEANED = "is cleaned"
    SPARED = "holds nothing of a person"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that data about people is kept, or might be thought to be."""

    label: str  # the model's, or its own name
    fate: Fate
    one: str = ""
    many: str = ""
    why: str = ""
    model: type[Model] | None = None
    take: Taker | None = None
    sweep: Taker | None = None
    count: Callable[[Going], int] | None = None  # for the preview


PLACES: dict[str, Place] = {}


def goes(
    model: type[Model],
    one: str,
    many: str,
    *,
    take: Taker | None = None,
    sweep: Taker | None = None,
    count: Callable[[Going], int] | None = None,
) -> None:
    """Its rows about a person are deleted with them."""
    label = model._meta.label
    take = take or (lambda going: rows_taken(model, going))
    count = count or (lambda going: rows_of(model, going.workspace, going.pks).count())
    PLACES[label] = Place(label, Fate.GOES, one, many, model=model, take=take, sweep=sweep, count=count)


def cleaned(
    model: type[Model],
    one: str,
    many: str,
    *,
    why: str,
    fields: Collection[str] = (),
    sweep: Taker | None = None,
    take: Taker | None = None,
) -> None:
    """Its rows stay, for this reason; the person's names are taken out of these fields, texts or JSON."""
    label = model._meta.label
    sweep = sweep or (lambda going: names_taken_out(model, fields, going))
    PLACES[label] = Place(label, Fate.CLEANED, one, many, why, model, take, sweep)


def spared(*models: type[Model], why: str) -> None:
    """They hold nothing of a person, for this reason."""
    for model in models:
        PLACES[model._meta.label] = Place(model._meta.label, Fate.SPARED, why=why, model=model)


def elsewhere(label: str, one: str = "", many: str = "", *, why: str, sweep: Taker | None = None) -> None:
    """A place that is no table: what is done there before a person is destroyed; or why nothing need be."""
    PLACES[label] = Place(label, Fate.GOES if sweep else Fate.SPARED, one, many, why, sweep=sweep)


def places() -> Iterator[Place]:
    """In one order always, people themselves last: everything else refers to them."""
    return iter(sorted(PLACES.values(), key=lambda place: (place.model is Person, place.label)))


def told() -> Iterator[Place]:
    """In the order in which they are told: the person before all that hangs on them."""
    return iter(sorted(PLACES.values(), key=lambda place: (place.model is not Person, place.many)))


# ---- the usual ways --------------------------------------------------------------------------------------------------


def rows_taken(model: type[Model], going: Going) -> Counter[int]:
    """Delete a model's rows about some people: how many of each. Their own rows must be locked."""
    taken: Counter[int] = Counter()
    for key in refers_by(model):
        taken += going.by_person(_delete(model, key, going))
    return taken


def _delete(model: type[Model], key: str, going: Going) -> dict[int, int]:
    """By hand: Django would read the rows first, and look wherever something might refer to them."""
    quote = connection.ops.quote_name
    column = quote(str(model._meta.get_field(key).column))  # type: ignore[union-attr]  # a concrete field
    table = quote(model._meta.db_table)
    about = f"AND about = '{Person.about}'" if key == "record_id" else ""
    statement = f"""
        WITH gone AS (
            DELETE FROM {table} WHERE workspace_id = %s {about} AND {column} = ANY(%s::bigint[])
            RETURNING {column} AS pk
        ) SELECT pk, count(*) FROM gone GROUP BY pk
    """  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(statement, [going.workspace.pk, going.array])
        return dict(cursor.fetchall())


def names_taken_out(
    model: type[Model], fields: Collection[str], going: Going, *, among: QuerySet | None = None
) -> Counter[int]:
    """Take some people's names out of a model's texts, of all or `among` some: how many rows mentioned each of them."""
    mentions: Counter[int] = Counter()
    rows = (
        (model._default_manager.all() if among is None else among)
        .filter(**{_way_to_workspace(model): going.workspace})
        .order_by("pk")
    )
    texts = [Cast(name, TextField()) for name in fields]
    after = 0
    while found := list(rows.filter(pk__gt=after).values_list("pk", *texts)[:ROWS_AT_ONCE]):
        suspects = [pk for pk, *told in found if any(text and going.names.may_be_in(text) for text in told)]
        if suspects:
            mentions += _clean(model, suspects, list(fields), going.names)
        after = found[-1][0]
    return mentions


def _way_to_workspace(model: type[Model]) -> str:
    """A row's own, or that of what it hangs on."""
    fields = [field for field in model._meta.concrete_fields if field.is_relation]
    if any(field.name == "workspace" for field in fields):
        return "workspace"
    parents = (field for field in fields if hasattr(field.related_model, "workspace"))
    return f"{next(parents).name}__workspace"


@transaction.atomic
def _clean(model: type[Model], pks: Collection[int], fields: list[str], names: Names) -> Counter[int]:
    """Read them once more under a lock: they may say something else by now."""
    held = model._default_manager.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",))
    mentions: Counter[int] = Counter()
    kept = []
    for pk, *told in held.values_list("pk", *fields):
        out = [names.taken_out(one) for one in told]
        if who := set().union(*(who for _, who in out)):
            mentions.update(who)
            kept.append([*(clean for clean, _ in out), pk])
    if kept:
        _write(model, fields, kept)
    return mentions


def _write(model: type[Model], fields: list[str], rows: list[list[Any]]) -> None:
    """By hand, one statement for all of them: Django would write another one for each."""
    quote = connection.ops.quote_name
    known = [model._meta.get_field(name) for name in fields]
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in known)  # type: ignore[union-attr]  # concrete
    statement = f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608 - our own names
    given = [
        [
            field.get_db_prep_save(fitting(model, field.name, value), connection)  # type: ignore[union-attr]
            for field, value in zip(known, values, strict=True)
        ]
        + [pk]
        for *values, pk in rows
    ]
    with redacting(), connection.cursor() as cursor:  # the activity log is among them
        cursor.executemany(statement, given)


def fitting(model: type[Model], name: str, clean: Any) -> Any:
    """What stands instead may be longer than the name was."""
    longest = getattr(model._meta.get_field(name), "max_length", None)
    return clean[:longest] if longest and isinstance(clean, str) else clean
