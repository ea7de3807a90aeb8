"""Which segments ask for something, so that it is not taken from under them (ATT-42, SEG-08, TAG-03)."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from apps.attributes.models import Attribute
from apps.workspace.models import Workspace

from . import catalogue
from .language import Condition, Filter
from .predefined import abouts
from .standing import Standing, all_of

Wanted = TypeVar("Wanted", int, str)


def users_of(workspace: Workspace, address: str, value: int | str | None = None) -> list[str]:
    """The names of the saved segments that ask for a field; with a value, of those that ask it for this one."""

    def asks(about: str, condition: Condition) -> bool:
        return condition.field == address and (value is None or str(condition.value) == str(value))

    return [standing.name for standing in _saved(workspace) if _any(standing, asks)]


def users_of_each(workspace: Workspace, address: str, values: Iterable[Wanted]) -> dict[Wanted, list[str]]:
    """The same for many values of one field, in as many queries as for one."""
    return {value: users_of(workspace, address, value) for value in values}


def uses(attributes: Sequence[Attribute]) -> dict[int, list[str]]:
    """For `attributes.usage`: the segments that ask for the attributes, of companies also through their people."""
    workspace = attributes[0].workspace
    found: dict[int, list[str]] = {attribute.pk: [] for attribute in attributes}
    for standing in _saved(workspace):
        for pk in _attributes_of(workspace, standing) & found.keys():
            found[pk].append(f"segment: {standing.name}")
    return found


def _attributes_of(workspace: Workspace, standing: Standing) -> set[int]:
    """The keys of the attributes that a segment asks for, however it reaches them."""
    fields = (catalogue.find(workspace, standing.about, condition.field) for condition in _conditions(standing))
    return {field.definition.pk for field in fields if field and field.definition and field.definition.pk}


def _saved(workspace: Workspace) -> list[Standing]:
    return [standing for about in abouts() for standing in all_of(workspace, about) if standing.segment]


def _any(standing: Standing, asks: Callable[[str, Condition], bool]) -> bool:
    return any(asks(standing.about, condition) for condition in _conditions(standing))


def _conditions(standing: Standing) -> Iterable[Condition]:
    return standing.stored.conditions() if isinstance(standing.stored, Filter) else ()
