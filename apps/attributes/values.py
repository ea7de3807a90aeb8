"""Reaching values: one small expression for queries, and one way to read those of a few records."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django.db import connection, models
from django.db.models.expressions import BaseExpression, Expression

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
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {selected} FROM {model._meta.db_table} WHERE id = ANY(%s)", [list(pks)])  # noqa: S608 - our own columns
        return {
            pk: {definition.key: loaded(definition, stored) for definition, stored in zip(asked, row, strict=True)}
            for pk, *row in cursor.fetchall()
        }


def whole(model: type[Attributed], pk: int, definitions: Iterable[Definition]) -> tuple[Any, dict[str, Any]]:
    """One record as it stands now, and the values of some attributes of it, which the model does not know. One query.

    Raises the model's DoesNotExist.
    """
    asked = list(definitions)
    own = [field.column for field in model._meta.concrete_fields]
    selected = ", ".join(map(connection.ops.quote_name, [*own, *(definition.column for definition in asked)]))
    rows = model._default_manager.raw(f"SELECT {selected} FROM {model._meta.db_table} WHERE id = %s", [pk])  # noqa: S608 - our own columns
    for record in rows:
        return record, {definition.key: loaded(definition, getattr(record, definition.column)) for definition in asked}
    raise model.DoesNotExist


def loaded(definition: Definition, stored: Any) -> Any:
    """A column's value as the kind has it: whole numbers are ints."""
    return None if stored is None else definition.kind.loaded(stored)
