"""The filter language: a frozen tree of conditions, and how it is written down (FILT-01, FILT-11, FILT-18).

A filter joins groups, a group joins conditions; nesting stops there (FILT-11). Written down, in an address or beside a
segment's name, it is JSON, short and readable:

    ["and", ["or", ["country", "is", "Ireland"], ["country", "is", "UK"]], ["and", ["plan", "is", "pro"]]]

Here is only the form of a filter. Whether its fields exist and its values fit says `compiling`.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from apps.workspace.problems import Problem

MOST_PARTS = 15  # conditions of a group, and groups of a filter: what contacts search takes as well
JOINERS = ("and", "or")
LONGEST = 20_000
LARGEST = 2**63  # what JSON's readers still agree on as a whole number
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # what neither an address nor the database can carry


@dataclass(frozen=True, slots=True)
class Condition:
    """One question: a field's address in the catalogue, a comparison's name, and a value where it takes one."""

    field: str
    comparison: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by one connective: all of them, or any of them."""

    conditions: tuple[Condition, ...] = ()
    any: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Groups joined by one connective. No group at all asks nothing, and everybody matches."""

    groups: tuple[Group, ...] = ()
    any: bool = False

    def __bool__(self) -> bool:
        return bool(self.groups)

    def conditions(self) -> Iterator[Condition]:
        return (condition for group in self.groups for condition in group.conditions)


EVERYBODY = Filter()


class Unreadable(Problem):
    """Something that is no filter."""

    status, code = 400, "filter_invalid"


def all_of(*conditions: Condition) -> Filter:
    """The filter of one group in which every condition must hold."""
    return Filter((Group(conditions),))


def written(asked: Filter) -> list[Any]:
    """A filter as JSON has it."""
    return [_joiner(asked.any), *([_joiner(group.any), *map(_one, group.conditions)] for group in asked.groups)]


def address(asked: Filter) -> str:
    """A filter as an address carries it; empty where it asks nothing."""
    return orjson.dumps(written(asked)).decode() if asked else ""


def read(raw: Any) -> Filter:
    """The filter that JSON writes down. Raises Unreadable."""
    joiner, *groups = _parts(raw, "a filter")
    return Filter(tuple(map(_group, groups)), any=joiner == "or") if groups else EVERYBODY


def from_address(text: str) -> Filter:
    """The filter that an address carries; nothing is asked where there is none. Raises Unreadable."""
    if not text:
        return EVERYBODY
    if len(text) > LONGEST:
        raise Unreadable(f"This filter is longer than {LONGEST:,} characters.")
    try:
        return read(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise Unreadable("This filter cannot be read: it is not JSON. Open the list again without it.") from None


def _group(raw: Any) -> Group:
    joiner, *conditions = _parts(raw, "a group")
    if not conditions:
        raise Unreadable("A group of a filter needs at least one condition.")
    return Group(tuple(map(_condition, conditions)), any=joiner == "or")


def _parts(raw: Any, what: str) -> Sequence[Any]:
    if not isinstance(raw, list) or not raw or raw[0] not in JOINERS:
        raise Unreadable(f'Filters are groups of conditions: {what} is written ["and", …] or ["or", …].')
    if len(raw) > MOST_PARTS + 1:
        raise Unreadable(f"{what.capitalize()} holds at most {MOST_PARTS}.")
    return raw


def _condition(raw: Any) -> Condition:
    if isinstance(raw, list) and raw and raw[0] in JOINERS:
        raise Unreadable("A group cannot stand inside another group.")
    if not isinstance(raw, list) or len(raw) not in (2, 3) or not all(isinstance(part, str) for part in raw[:2]):
        raise Unreadable('A condition is written ["field", "comparison", value].')
    value = raw[2] if len(raw) == 3 else None
    if not _is_plain(value):
        raise Unreadable("The value of a condition is text, a number or nothing.")
    if any(isinstance(part, str) and UNKEEPABLE.search(part) for part in raw):
        raise Unreadable("A condition holds a character that cannot be written down; leave it out.")
    return Condition(raw[0], raw[1], value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < LARGEST)


def _one(condition: Condition) -> list[Any]:
    named = [condition.field, condition.comparison]
    return named if condition.value is None else [*named, condition.value]


def _joiner(any: bool) -> str:
    return "or" if any else "and"
