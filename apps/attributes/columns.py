"""The fixed supply of typed columns that custom values live in.

Every table of attributed records carries them from its first migration on: nullable, interleaved by number, because
PostgreSQL reads a row from the left and most workspaces use the low numbers. They stand on the table and not on the
Django model: a model of 600 fields costs a tenth of a millisecond an instance.
"""

from functools import cache
from typing import Any

from django.db import connection
from django.db.migrations.operations.base import Operation
from django.db.models import Model
from django.utils.functional import cached_property

# More than the 250 attributes that may be in use, whatever their kinds: archived ones keep their columns.
SUPPLY = {"text": 400, "number": 300, "date": 270, "flag": 270}
SQL_TYPES = {"text": "text", "number": "double precision", "date": "timestamp with time zone", "flag": "boolean"}


def names(column_type: str) -> list[str]:
    """The columns of one type, in the order in which they are handed out."""
    return [f"{column_type}_{number:03}" for number in range(SUPPLY[column_type])]


def interleaved() -> list[tuple[str, str]]:
    """(column, SQL type) of the whole supply, low numbers first."""
    return [
        (f"{column_type}_{number:03}", SQL_TYPES[column_type])
        for number in range(max(SUPPLY.values()))
        for column_type, amount in SUPPLY.items()
        if number < amount
    ]


@cache
def sql_types(model: type[Model]) -> dict[str, str]:
    """The SQL type of every column of a table of attributed records."""
    declared = {str(field.column): str(field.rel_db_type(connection)) for field in model._meta.concrete_fields}
    return declared | dict(interleaved())


class AddValueColumns(Operation):
    """The migration operation that puts the supply on a model's table."""

    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The Django model does not know the columns."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._alter(app_label, schema_editor, to_state, "ADD COLUMN {name} {type}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._alter(app_label, schema_editor, from_state, "DROP COLUMN {name}")

    def _alter(self, app_label: str, schema_editor: Any, state: Any, action: str) -> None:
        table = state.apps.get_model(app_label, self.model_name)._meta.db_table
        actions = ", ".join(action.format(name=name, type=sql_type) for name, sql_type in interleaved())
        schema_editor.execute(f"ALTER TABLE {schema_editor.quote_name(table)} {actions}")

    def describe(self) -> str:
        return f"Add the value columns to {self.model_name}"

    @cached_property
    def migration_name_fragment(self) -> str:
        return f"{self.model_name.lower()}_value_columns"
