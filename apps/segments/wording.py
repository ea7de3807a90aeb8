"""A filter said back in words, from the same table that compiles it; dates with what they mean just now (BEY-11)."""

from datetime import datetime
from typing import Any

from apps.workspace.models import Workspace

from .comparisons import Moment, day_of
from .compiling import Asked, Unanswerable, checked
from .language import Condition, Filter, Group


def said(workspace: Workspace, about: str, asked: Filter) -> str:
    """The whole filter in one line: "(Country is Ireland or Country is UK) and Plan is pro"."""
    several = len(asked.groups) > 1
    parts = [_group(workspace, about, group, several) for group in asked.groups]
    return (" or " if asked.any else " and ").join(parts)


def _group(workspace: Workspace, about: str, group: Group, several: bool) -> str:
    parts = [phrase(workspace, about, condition) for condition in group.conditions]
    line = (" or " if group.any else " and ").join(parts)
    return f"({line})" if several and len(parts) > 1 else line


def phrase(workspace: Workspace, about: str, condition: Condition) -> str:
    """One condition: "Last seen more than 30 days ago". What cannot be asked any more says so."""
    try:
        one = checked(workspace, about, condition)
    except Unanswerable as problem:
        return problem.message.rstrip(".")
    return " ".join(filter(None, [subject(one), predicate(one)]))


def subject(one: Asked) -> str:
    """What is asked about; of related records with their name before it ("Company plan")."""
    return one.field.label


def predicate(one: Asked) -> str:
    """What is asked of it: "more than 30 days ago", "is pro"."""
    words, takes = one.comparison.words, one.comparison.takes
    if not takes:
        return words
    if takes == "days":
        return f"{words} {one.value:,} {'day' if abs(one.value) == 1 else 'days'} ago"
    return f"{words} {one.field.said(one.value)}"


def window(one: Asked, moment: Moment, shown_in: Any) -> str:
    """What a date's comparison means just now: "before 8 Feb 2026, 15:00". Empty for everything else.

    `shown_in` is the zone of whoever reads it.
    """
    value = one.value
    if one.comparison.takes == "day":
        begins, ends = day_of(value, moment)
        ranges: dict[str, tuple[datetime | None, datetime | None]] = {
            "on": (begins, ends),
            "after": (ends, None),
            "before": (None, begins),
        }
    elif one.comparison.takes == "days":
        ranges = {
            "more_than": (None, moment.ago(value)),
            "less_than": (moment.ago(value), None),
            "exactly": (moment.ago(value + 1), moment.ago(value)),
        }
    else:
        return ""
    since, until = ranges[one.comparison.name]
    return _between(since, until, shown_in)


def _between(since: datetime | None, until: datetime | None, zone: Any) -> str:
    if since and until:
        return f"between {_moment(since, zone)} and {_moment(until, zone)}"
    if since:
        return f"after {_moment(since, zone)}"
    return f"before {_moment(until, zone)}" if until else ""


def _moment(instant: datetime, zone: Any) -> str:
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"
