"""Whole rows of a model by a condition written by hand, for what is asked at every call.

The ORM takes longer to write a statement that reads a person, of ninety columns, than PostgreSQL takes to answer it.
Here it is written once, and PostgreSQL remembers it as well (`prepared`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from django.db import connection, models

from .prepared import first_row, prepared_cursor

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Columns:
    """What is selected of one table, and how a model is made of it."""

    model: type[models.Model]
    columns: tuple[str, ...]
    names: tuple[str, ...]  # of the model's fields, in the same order
    converters: tuple[tuple[int, Callable[..., Any]], ...]  # place → what makes the column's value the field's

    def record(self, values: Sequence[Any]) -> models.Model:
        row = list(values)
        for place, convert in self.converters:
            row[place] = convert(row[place], None, connection)
        return self.model.from_db(connection.alias, self.names, row)


def fetch(model: type[Row], condition: str, given: Sequence[Any], *, beside: tuple[str, ...] = ()) -> list[Row]:
    """The rows that meet a condition, with those that the foreign keys named `beside` lead to, which must be there.

    The condition is a text of ours: it calls the row `it` and each of those by its name. Values go beside it.
    """
    statement, parts = _statement(model, beside)
    with prepared_cursor() as cursor:
        cursor.execute(f"{statement} WHERE {condition}", given)
        found = cursor.fetchall()
    return [cast(Row, _record(parts, beside, values)) for values in found]


def fetch_one(model: type[Row], condition: str, given: Sequence[Any], *, beside: tuple[str, ...] = ()) -> Row | None:
    """The one row that meets a condition; None where there is none."""
    return next(iter(fetch(model, condition, given, beside=beside)), None)


def fetch_first(model: type[Row], condition: str, given: Sequence[Any], *, beside: tuple[str, ...] = ()) -> Row | None:
    """The same as the first question of a request (`prepared.first_row`)."""
    statement, parts = _statement(model, beside)
    values = first_row(f"{statement} WHERE {condition}", given)
    return cast(Row, _record(parts, beside, values)) if values else None


def _record(parts: Sequence[Columns], beside: tuple[str, ...], values: Sequence[Any]) -> models.Model:
    record, start = None, 0
    for name, part in zip(("", *beside), parts, strict=True):
        one = part.record(values[start : start + len(part.names)])
        start += len(part.names)
        if record is None:
            record = one
        else:
            setattr(record, name, one)
    return cast(models.Model, record)


@cache
def _statement(model: type[models.Model], beside: tuple[str, ...]) -> tuple[str, tuple[Columns, ...]]:
    quote = connection.ops.quote_name
    joined = {name: cast(models.ForeignKey, model._meta.get_field(name)) for name in beside}
    tables = {"it": model} | {name: field.related_model for name, field in joined.items()}
    selected = ", ".join(
        f"{alias}.{quote(str(field.column))}" for alias, one in tables.items() for field in one._meta.concrete_fields
    )
    joins = "".join(
        f" JOIN {quote(tables[name]._meta.db_table)} AS {name} ON {name}.id = it.{quote(str(field.column))}"
        for name, field in joined.items()
    )
    statement = f"SELECT {selected} FROM {quote(model._meta.db_table)} AS it{joins}"  # noqa: S608 (our own names)
    return statement, tuple(columns_of(one) for one in tables.values())


@cache
def columns_of(model: type[models.Model]) -> Columns:
    fields = model._meta.concrete_fields
    converters = tuple(
        (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    )
    return Columns(
        model, tuple(str(field.column) for field in fields), tuple(field.attname for field in fields), converters
    )
