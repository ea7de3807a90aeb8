"""A filter as a question to the database: one function a node, no SQL as text, no cast on data (FILT-01…17)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from apps.attributes.reports import Refusal
from apps.workspace.models import Workspace

from . import catalogue
from .catalogue import Field, Relation
from .comparisons import EVERYBODY, Comparison, Moment
from .language import Condition, Filter, Group, Unreadable

LONGEST_NAME = 80


@dataclass(frozen=True)
class Asked:
    """A condition whose field and comparison exist and whose value fits."""

    condition: Condition
    field: Field
    comparison: Comparison
    value: Any


class Unanswerable(Unreadable):
    """A condition that cannot be asked here: its field is gone, or its value does not fit."""

    def __init__(self, message: str, condition: Condition) -> None:
        super().__init__(message)
        self.condition = condition


def compiled(workspace: Workspace, about: str, asked: Filter, moment: Moment) -> Q:
    """What a query over the records of a workspace is to be filtered by. Raises Unanswerable."""
    groups = [_group(workspace, about, group, moment) for group in asked.groups]
    return _joined(groups, asked.any)


def checked(workspace: Workspace, about: str, condition: Condition) -> Asked:
    """A condition made sure of. Raises Unanswerable with a sentence that says what to do."""
    field = catalogue.find(workspace, about, condition.field)
    if field is None:
        name = _named(condition.field)
        raise Unanswerable(f"“{name}” cannot be filtered by any more: it is archived or gone.", condition)
    comparison = field.comparison(condition.comparison)
    if comparison is None:
        names = ", ".join(one.words for one in field.comparisons)
        raise Unanswerable(f"{field.label} cannot be asked this; it knows: {names}.", condition)
    try:
        return Asked(condition, field, comparison, comparison.read(condition.value))
    except Refusal as refusal:
        raise Unanswerable(f"{field.label} {refusal.message}.", condition) from None


def _named(address: str) -> str:
    """What a field that is gone was called, as far as its address says: "tier" of "company.custom_attributes.tier"."""
    name = address.removeprefix("company.").removeprefix(catalogue.CUSTOM)
    prefix, _, rest = name.partition(".")
    name = rest if prefix.startswith("event") and rest else name
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _group(workspace: Workspace, about: str, group: Group, moment: Moment) -> Q:
    asked = [checked(workspace, about, condition) for condition in group.conditions]
    own = [_plain(one, moment) for one in asked if one.field.relation is None]
    reached = [_together(some, group.any, moment) for some in by_relation(asked)]
    return _joined([*own, *reached], group.any)


def by_relation(asked: Iterable[Asked]) -> list[list[Asked]]:
    """The conditions that are asked of the same related rows, together (FILT-13)."""
    found: dict[str, list[Asked]] = {}
    for one in asked:
        if one.field.relation:
            found.setdefault(one.field.relation.key, []).append(one)
    return list(found.values())


def _plain(one: Asked, moment: Moment) -> Q:
    if one.field.ask:
        return one.field.ask(Condition(one.condition.field, one.comparison.name, one.value), moment)
    return one.comparison.ask(one.field.value, one.value, moment)


def _together(asked: Sequence[Asked], any: bool, moment: Moment) -> Q:
    """Some one related row meets them all, or any of them; whose rows all fail does not match, be the comparison
    negative or not.

    So "Company plan is not pro" finds whoever has a company that is not on pro, even beside one that is. Who has no
    such row at all knows no value, and meets what admits the unknown (FILT-09): they match where every one of the
    conditions asked together does, or any. The rows are looked for once, however much is asked of them: a filter of
    hundreds of conditions would keep the planner busy for seconds.
    """
    relation: Relation = asked[0].field.relation  # type: ignore[assignment]  # by_relation saw to it
    met = Q(relation.some(_joined([_plain(one, moment) for one in asked], any)))
    unknown = [one.comparison.admits_unknown for one in asked]
    if (True in unknown) if any else (False not in unknown):
        return met | ~Q(relation.some(Q()))
    return met


def _joined(parts: Sequence[Q], any: bool) -> Q:
    """No part at all asks nothing, whatever joins them."""
    return reduce(or_ if any else and_, parts) if parts else EVERYBODY
