"""The rows of a list: the columns that stand in it, and the text that is looked for (UI-02, FILT-20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models import Value as Constant
from django.db.models.functions import Lower

from .definitions import Definition
from .values import Value, loaded

LONGEST_SEARCH = 300  # nothing that is looked through is longer
FEW = 5_000  # so many matches are sorted sooner than they are met on a walk through a million records in order
Cell = tuple[Definition, Any]
Records = TypeVar("Records", bound=QuerySet)


@dataclass(frozen=True, slots=True)
class Row:
    """One record, and the values of the columns shown, in their order."""

    record: Any
    cells: Sequence[Cell]


def with_columns(records: Records, columns: Sequence[Definition]) -> Records:
    """Fetch the columns shown as well, and nothing else of the several hundred that the table has."""
    return records.annotate(**{_name(place): Value(column) for place, column in enumerate(columns)})


def row_of(record: Any, columns: Sequence[Definition]) -> Row:
    stored = (getattr(record, _name(place)) for place in range(len(columns)))
    return Row(record, [(column, loaded(column, value)) for column, value in zip(columns, stored, strict=True)])


def _name(place: int) -> str:
    return f"column_{place}"


def sought(text: str) -> str:
    """What somebody typed into a search, made fit to be looked for: no value has a NUL character in it."""
    return text.replace("\x00", "").strip()


def containing(records: Records, fields: Sequence[str], search: str) -> Records:
    """Those with the text somewhere in one of the fields, in whatever case; all where there is no text."""
    if not search:
        return records
    if len(search) > LONGEST_SEARCH:
        return records.none()
    part = Lower(Constant(search))
    names = {f"{field}_in_lower_case": Lower(field) for field in fields}
    anywhere = Q()
    for name in names:
        anywhere |= Q((f"{name}__contains", part))
    return records.alias(**names).filter(anywhere)


def found_first(records: Records) -> Records:
    """The same records, looked up before they are sorted: a walk in order until enough rare ones are met is slow."""
    pks = ArraySubquery(records.order_by().values("pk"))
    is_one = Func(F("pk"), pks, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    return records.model._default_manager.filter(is_one)
