"""The filter builder: what an edit makes of a filter, and the bar that shows one with the edits it offers.

A filter is never changed, another one takes its place. Every edit is asked for in an address (FILT-18):

    act=add     at=new | 1.new    field, comparison, value    a condition, in a group of its own or in one there is
    act=change  at=1.0            field, comparison, value    another condition in its place
    act=remove  at=1.0
    act=join    at=1 | (nothing)  value=and | or              what joins a group's conditions, or the groups (FILT-11)
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.segments import language, wording
from apps.segments.comparisons import Moment
from apps.segments.compiling import Unanswerable, checked
from apps.segments.fitting import fitting, lapsed
from apps.segments.language import LONGEST, MOST_PARTS, Condition, Filter, Group, Unreadable

from .asking import Asking

TYPE = "role"  # what users and leads are told apart by
PLACE = re.compile(r"(?:(\d{1,3})(?:\.(?:(\d{1,3})|new))?|new)?", re.ASCII)


# ---- a filter, and another one ---------------------------------------------------------------------------------------


def add(asked: Filter, condition: Condition, group: int | None = None) -> Filter:
    """With one more condition: in a group that is there, or in a new one after all others."""
    if group is None:
        if len(asked.groups) >= MOST_PARTS:
            raise Unanswerable(f"A filter has at most {MOST_PARTS} groups. Add it to one that is there.", condition)
        return _tidy(replace(asked, groups=(*asked.groups, Group((condition,)))))
    conditions = asked.groups[group].conditions
    if len(conditions) >= MOST_PARTS:
        raise Unanswerable(f"A group holds at most {MOST_PARTS} filters. Add another group.", condition)
    return _with_conditions(asked, group, (*conditions, condition))


def change(asked: Filter, group: int, index: int, condition: Condition) -> Filter:
    """With another condition in the place of one."""
    conditions = asked.groups[group].conditions
    return _with_conditions(asked, group, (*conditions[:index], condition, *conditions[index + 1 :]))


def remove(asked: Filter, group: int, index: int) -> Filter:
    """Without one condition; a group goes with its last one."""
    conditions = asked.groups[group].conditions
    return _with_conditions(asked, group, (*conditions[:index], *conditions[index + 1 :]))


def join(asked: Filter, group: int | None, any: bool) -> Filter:
    """With another connective between the conditions of a group; between the groups where none is named."""
    if group is None:
        return _tidy(replace(asked, any=any))
    return _with_group(asked, group, replace(asked.groups[group], any=any))


def _with_conditions(asked: Filter, group: int, conditions: Sequence[Condition]) -> Filter:
    return _with_group(asked, group, replace(asked.groups[group], conditions=tuple(conditions)))


def _with_group(asked: Filter, place: int, group: Group) -> Filter:
    return _tidy(replace(asked, groups=(*asked.groups[:place], group, *asked.groups[place + 1 :])))


def _tidy(asked: Filter) -> Filter:
    """No group is empty, and what stands alone is joined by nothing."""
    groups = tuple(
        replace(group, any=group.any and len(group.conditions) > 1) for group in asked.groups if group.conditions
    )
    return Filter(groups, asked.any and len(groups) > 1)


def stands_apart(group: Group) -> bool:
    """Whether it only says the type. Other conditions go to a group that follows: an "or" between them must not make
    a list of users one of leads as well."""
    return len(group.conditions) == 1 and group.conditions[0].field == TYPE


def next_place(asked: Filter) -> str:
    """Where one more condition goes when no place is named."""
    last = len(asked.groups) - 1
    return "new" if last < 0 or stands_apart(asked.groups[last]) else f"{last}.new"


# ---- an edit, as an address asks for it ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A group of a filter, a condition in it, or neither."""

    group: int | None = None
    condition: int | None = None

    @classmethod
    def read(cls, asked: Filter, at: str) -> "Place":
        """Raises Unreadable for what is not there."""
        match = PLACE.fullmatch(at)
        group, condition = (None if part is None else int(part) for part in match.groups()) if match else (-1, None)
        if not match or not _is_there(asked, group, condition):
            raise Unreadable("The filter has no such place: it was edited meanwhile. Open the list again.")
        return cls(group, condition)

    @property
    def is_condition(self) -> bool:
        return self.condition is not None

    def of(self, asked: Filter) -> Condition:
        """The condition that stands here. Raises Unreadable."""
        if self.group is None or self.condition is None:
            raise Unreadable("Say which condition of the filter is meant, for example at=0.0.")
        return asked.groups[self.group].conditions[self.condition]


def _is_there(asked: Filter, group: int | None, condition: int | None) -> bool:
    if group is None:
        return True
    return group < len(asked.groups) and (condition is None or condition < len(asked.groups[group].conditions))


def edited(asking: Asking, params: Mapping[str, str]) -> Filter:
    """The filter after the edit that an address asks for.

    Raises Unanswerable for a value that does not fit its field, Unreadable for what is no edit.
    """
    act = ACTS.get(params.get("act", ""))
    if act is None:
        raise Unreadable(f"Say what to do with the filter: act is one of {', '.join(ACTS)}.")
    after = act(asking, Place.read(asking.filter, params.get("at", "")), params)
    if len(language.address(after)) > LONGEST:
        raise Unreadable("The filter becomes too long for an address. Take something out of it first.")
    return after


def _add(asking: Asking, place: Place, params: Mapping[str, str]) -> Filter:
    return add(asking.filter, _condition(asking, params), place.group)


def _change(asking: Asking, place: Place, params: Mapping[str, str]) -> Filter:
    if place.of(asking.filter) == (wanted := _condition(asking, params)):
        return asking.filter
    return change(asking.filter, place.group or 0, place.condition or 0, wanted)


def _remove(asking: Asking, place: Place, params: Mapping[str, str]) -> Filter:
    place.of(asking.filter)
    return remove(asking.filter, place.group or 0, place.condition or 0)


def _join(asking: Asking, place: Place, params: Mapping[str, str]) -> Filter:
    if params.get("value") not in language.JOINERS:
        raise Unreadable("Say how to join them: value is and, or or.")
    return join(asking.filter, place.group, params["value"] == "or")


ACTS = {"add": _add, "change": _change, "remove": _remove, "join": _join}


def _condition(asking: Asking, params: Mapping[str, str]) -> Condition:
    one = fitting(asking.workspace, asking.kind.about, written(params))
    return Condition(one.field.address, one.comparison.name, one.value)


def written(params: Mapping[str, str]) -> Condition:
    """A condition as a form writes it down."""
    return Condition(params.get("field", ""), params.get("comparison", ""), params.get("value") or None)


# ---- the bar ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joiner:
    """The word between two parts. It leads to the other word where it stands between the first two of its kind."""

    words: str
    id: str = ""
    url: str = ""

    @property
    def other(self) -> str:
        return "and" if self.words == "or" else "or"


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition. `problem` says why it cannot be asked any more, or that what it asks for is gone."""

    id: str
    edit: str
    remove: str
    joiner: Joiner | None
    subject: str = ""
    predicate: str = ""
    window: str = ""
    problem: str = ""

    @property
    def words(self) -> str:
        return f"{self.subject} {self.predicate}" if self.subject else self.problem


@dataclass(frozen=True, slots=True)
class Box:
    """A group: its chips, and a frame around them where it could be misread without one."""

    number: int
    chips: Sequence[Chip]
    joiner: Joiner | None
    is_framed: bool
    add: str  # where to add to it; empty where it is full, or where the end of the bar does


@dataclass(frozen=True, slots=True)
class Bar:
    """The whole filter, and where its edits lead."""

    boxes: Sequence[Box]
    add: str
    add_group: str
    clear: str
    list: str

    @property
    def problem(self) -> str:
        """What is wrong with the first condition that asks for what is gone."""
        return next((chip.problem for box in self.boxes for chip in box.chips if chip.problem), "")


def bar(request: HttpRequest, asking: Asking, moment: Moment) -> dict[str, Any]:
    """The context of `lists/_filter_bar.html`: the filter of a list, as chips that can be edited in place."""
    asked = asking.filter
    framed = [is_framed(asked, group) for group in asked.groups]
    boxes = [_box(asking, moment, place, is_framed) for place, is_framed in enumerate(framed)]
    is_full = len(asked.groups) >= MOST_PARTS
    at, frames = next_place(asked), any(framed)
    return {
        "bar": Bar(
            boxes,
            add="" if frames or (at != "new" and _is_full(asked.groups[-1])) else picker(asking, at),
            add_group="" if is_full or (at == "new" and not frames) else picker(asking, "new"),
            clear=replace(asking, edited=None).address() if asking.is_edited else "",
            list=asking.address(),
        )
    }


def is_framed(asked: Filter, group: Group) -> bool:
    """A lone group needs no frame, beside the type or without it, unless what joins its conditions is another word."""
    if stands_apart(group):
        return False
    if sum(not stands_apart(one) for one in asked.groups) > 1:
        return True
    return len(asked.groups) > 1 and len(group.conditions) > 1 and group.any != asked.any


def _is_full(group: Group) -> bool:
    return len(group.conditions) >= MOST_PARTS


def _box(asking: Asking, moment: Moment, place: int, is_framed: bool) -> Box:
    group = asking.filter.groups[place]
    chips = [_chip(asking, moment, place, index) for index in range(len(group.conditions))]
    joiner = _joiner(asking, None, asking.filter.any, place)
    can_add = is_framed and not _is_full(group)
    return Box(place + 1, chips, joiner, is_framed, picker(asking, f"{place}.new") if can_add else "")


def _chip(asking: Asking, moment: Moment, place: int, index: int) -> Chip:
    group = asking.filter.groups[place]
    chip = Chip(
        id=chip_id(place, index),
        edit=editor(asking, f"{place}.{index}"),
        remove=asking.with_filter(remove(asking.filter, place, index)).address(),
        joiner=_joiner(asking, place, group.any, index),
    )
    try:
        one = checked(asking.workspace, asking.kind.about, group.conditions[index])
    except Unanswerable as problem:
        return replace(chip, edit=picker(asking, f"{place}.{index}"), problem=problem.message)
    window = wording.window(one, moment, timezone.get_current_timezone())
    subject, predicate = wording.subject(one), wording.predicate(one)
    return replace(chip, subject=subject, predicate=predicate, window=window, problem=lapsed(one))


def _joiner(asking: Asking, group: int | None, any: bool, before: int) -> Joiner | None:
    """What stands before one of several parts: nothing before the first, a control before the second."""
    if before == 0:
        return None
    words = "or" if any else "and"
    if before > 1:
        return Joiner(words)
    turned = asking.with_filter(join(asking.filter, group, not any)).address()
    return Joiner(words, "filter-join" if group is None else f"filter-join-{group}", turned)


def chip_id(group: int, condition: int) -> str:
    return f"filter-{group}-{condition}"


def picker(asking: Asking, at: str, **more: str) -> str:
    return _page("picker", asking, at=at, **more)


def editor(asking: Asking, at: str, **more: str) -> str:
    return _page("condition", asking, at=at, **more)


def _page(name: str, asking: Asking, **more: str) -> str:
    path = reverse(f"lists:filter-{name}", args=[asking.workspace.app_id, asking.kind.about])
    return f"{path}?{urlencode({key: value for key, value in {**asking.said, **more}.items() if value})}"
