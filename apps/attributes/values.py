"""Reaching values: one small expression for queries, and one way to read those of a few records."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.db import connection, models
from django.db.models.expressions import BaseExpression, Expression

from apps.workspace.fetching import columns_of
from apps.workspace.prepared import prepared_cursor

from .definitions import Definition
from .models import Attributed

FIELDS: dict[str, type[models.Field]] = {
    "text": models.TextField,
    "number": models.FloatField,
    "date": models.DateTimeField,
    "flag": models.BooleanField,
}


class Value(Expression):
    """An attribute's value in a query, resolved against the query's own alias, so that it works inside `Exists` too."""

    def __init__(self, definition: Definition, alias: str | None = None) -> None:
        super().__init__(output_field=FIELDS[definition.kind.column]())
        self.definition = definition
        self.alias = alias

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> "Value":
        if self.alias:  # a subquery's expressions are resolved once more, against the query around it
            return self
        return Value(self.definition, query.get_initial_alias())

    def relabeled_clone(self, relabels: Mapping[str, str]) -> Self:
        return type(self)(self.definition, relabels.get(self.alias or "", self.alias))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        table = compiler.quote_name_unless_alias(self.alias)
        return f"{table}.{connection.ops.quote_name(self.definition.column)}", ()

    def get_group_by_cols(self) -> list[BaseExpression]:
        return [self]


def read(model: type[Attributed], pks: Iterable[int], definitions: Iterable[Definition]) -> dict[int, dict[str, Any]]:
    """The values of some attributes of some records: {pk: {key: value}}. One query; unknown is None."""
    asked = list(definitions)
    selected = ", ".join(["id", *(connection.ops.quote_name(definition.column) for definition in asked)])
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT {selected} FROM {model._meta.db_table} WHERE id = ANY(%s)", [list(pks)])  # noqa: S608 - our own columns
        return {
            pk: {definition.key: loaded(definition, stored) for definition, stored in zip(asked, row, strict=True)}
            for pk, *row in cursor.fetchall()
        }


def whole(model: type[Attributed], pk: int, definitions: Iterable[Definition]) -> tuple[Any, dict[str, Any]]:
    """One record as it stands now, and the values of some attributes of it, which the model does not know. One query.

    Raises the model's DoesNotExist.
    """
    asked, own = list(definitions), columns_of(model)
    selected = ", ".join(map(connection.ops.quote_name, [*own.columns, *(definition.column for definition in asked)]))
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT {selected} FROM {model._meta.db_table} WHERE id = %s", [pk])  # noqa: S608 - our own columns
        row = cursor.fetchone()
    if row is None:
        raise model.DoesNotExist
    stored = row[len(own.columns) :]
    return own.record(row[: len(own.columns)]), {d.key: loaded(d, one) for d, one in zip(asked, stored, strict=True)}


def loaded(definition: Definition, stored: Any) -> Any:
    """A column's value as the kind has it: whole numbers are ints."""
    return None if stored is None else definition.kind.loaded(stored)
