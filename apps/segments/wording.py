"""A filter said back in words, from the same table that compiles it; dates with what they mean just now (BEY-11)."""

import re
from datetime import date, datetime, tzinfo

from apps.workspace.models import Workspace

from .comparisons import Moment, day_of
from .compiling import Asked, Unanswerable, checked
from .language import Condition, Filter, Group

# What unquoted would read like the sentence around it ("is unknown", "is not pro"), or whose ends cannot be seen.
MISLEADING = re.compile(r"^\s|\s$|\b(and|or)\b|[“”\n]|^(not|exact word)\b|^unknown$", re.IGNORECASE)
# The same of the names of customers' own attributes and events, which stand before what is asked of them.
ODD = re.compile(
    r"^\s|\s$|\b(and|or|is|not|in|on|has|contains?|does|starts?|ends?|exact|more|less|greater|than|exactly|before|after"
    r"|days|ago|unknown|value)\b|[“”()\n]",
    re.IGNORECASE,
)
BRACKETS = re.compile(r"[()]")  # of free text; in names they are harmless


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
    return f"{named(one)} {predicate(one)}"


def subject(one: Asked) -> str:
    """What is asked about; of related records with their name before it ("Company plan")."""
    return one.field.label


def named(one: Asked) -> str:
    """The same within a sentence: a customer's own name is quoted where it could be taken for the words around it."""
    label, definition = one.field.label, one.field.definition
    is_ours = definition is not None and not definition.custom
    return label if is_ours or not ODD.search(label) else f"“{label}”"


def predicate(one: Asked) -> str:
    """What is asked of it: "more than 30 days ago", "is pro"."""
    words, takes = one.comparison.words, one.comparison.takes
    if not takes:
        return words
    if takes == "days":
        return f"{words} {one.value:,} {'day' if abs(one.value) == 1 else 'days'} ago"
    return f"{words} {_value(one)}"


def _value(one: Asked) -> str:
    if one.comparison.takes == "number":
        return f"{one.value:,}"
    if one.comparison.takes == "day":
        day = date.fromisoformat(one.value)
        return f"{day.day} {day:%b %Y}"
    said = one.field.said(one.value)
    is_free = one.comparison.takes == "text" or one.field.kind == "list"
    return f"“{said}”" if MISLEADING.search(said) or (is_free and BRACKETS.search(said)) else said


def window(one: Asked, moment: Moment, shown_in: tzinfo) -> str:
    """What a date's comparison means just now: "before 8 Feb 2026, 15:00". Empty for everything else.

    `shown_in` is the zone of whoever reads it; whoever shows it says which one that is.
    """
    found = span(one, moment)
    return between(*found, moment, shown_in) if found else ""


Span = tuple[datetime | None, datetime | None]  # since, until; none where it is open


def span(one: Asked, moment: Moment) -> Span | None:
    """The time that a date's comparison leaves to it; none where it asks no time."""
    name, value = one.comparison.name, one.value
    if one.comparison.takes == "day":
        begins, ends = day_of(value, moment)
        return {"on": (begins, ends), "after": (ends, None), "before": (None, begins)}[name]
    if one.comparison.takes == "days":
        ago = moment.ago(value)
        return {"more_than": (None, ago), "less_than": (ago, None), "exactly": (moment.ago(value + 1), ago)}[name]
    return None


def between(since: datetime | None, until: datetime | None, moment: Moment, shown_in: tzinfo) -> str:
    """A span of time in words: "between now and 13 Mar 2026, 15:00"."""
    if since and until:
        return f"between {_moment(since, moment, shown_in)} and {_moment(until, moment, shown_in)}"
    if since:
        return f"after {_moment(since, moment, shown_in)}"
    return f"before {_moment(until, moment, shown_in)}" if until else ""


def _moment(instant: datetime, moment: Moment, zone: tzinfo) -> str:
    if instant == moment.now:
        return "now"
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"
