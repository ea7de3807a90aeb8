"""Filters that travel: the same question as the JSON of a contacts search (BEY-13).

What that search cannot ask is said, never put in other words that would find other people.
"""

from datetime import date
from typing import Any

from apps.attributes.kinds import LONGEST_TEXT, MILLISECONDS_FROM, midnight
from apps.workspace.models import Workspace

from .catalogue import Field
from .comparisons import IS_UNKNOWN, PRESENCE
from .compiling import Asked, Unanswerable, checked
from .language import Condition, Filter, Group

# What a comparison is called there, by the type of column that a value lies in, or by what a field is instead.
OPERATORS: dict[str, dict[str, str]] = {
    "text": {
        "is": "=",
        "is_not": "!=",
        "contains": "~",
        "does_not_contain": "!~",
        "starts_with": "^",
        "ends_with": "$",
    },
    "number": {"is": "=", "is_not": "!=", "greater_than": ">", "less_than": "<"},
    "flag": {"is_true": "=", "is_false": "="},
    "date": {"on": "=", "after": ">", "before": "<"},  # by the day in the workspace's zone, there as here (DATE-08)
    "tag": {"is": "=", "is_not": "!="},
    "segment": {"in": "=", "not_in": "!="},
}
# What is no attribute, and what it is called there.
OTHERS = {"tag": "tag_id", "segment": "segment_id"}
# The standard attributes that can be searched by; of the custom ones all can.
MOBILE = ("app_name", "app_version", "device", "os_version", "sdk_version", "last_seen_at")
SEARCHABLE = frozenset(
    {
        *("id", "role", "name", "avatar", "email", "email_domain", "phone", "external_id", "owner_id"),
        *("language_override", "browser", "browser_language", "os", "country", "region", "city"),
        *("created_at", "signed_up_at", "updated_at", "last_seen_at", "last_contacted_at", "last_replied_at"),
        *("last_email_opened_at", "last_email_clicked_at"),
        *("unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced"),
        *(f"ios_{name}" for name in MOBILE),
        *(f"android_{name}" for name in MOBILE if name != "os_version"),
    }
)
# The API tells these of everybody, as false where they are unknown; a search for false there finds the unknown as well.
FALSE_UNTIL_KNOWN = frozenset({"unsubscribed_from_emails", "marked_email_as_spam", "has_hard_bounced"})
EVERYBODY = {"field": "id", "operator": "!=", "value": None}
Search = dict[str, Any]


class CannotTravel(Exception):
    """A condition that a contacts search cannot ask; its text is a sentence that says why."""


def as_search(workspace: Workspace, about: str, asked: Filter) -> Search | list[str]:
    """The query of a contacts search that finds the same people, or every reason why there is none.

    Only people can be searched for: `{"query": …}` around it is what is posted to /contacts/search.
    """
    if about != "person":
        return ["The REST API searches for people, not for companies."]
    reasons: list[str] = []
    groups = [_group(workspace, group, reasons) for group in asked.groups]
    return list(dict.fromkeys(reasons)) or _joined(groups, asked.any)


def sort_of(field: Field) -> str:
    """Which of the tables of operators a field is asked by."""
    return field.definition.kind.column if field.definition else field.kind


def _group(workspace: Workspace, group: Group, reasons: list[str]) -> Search:
    found = []
    for condition in group.conditions:
        try:
            found.append(_filter(workspace, condition))
        except CannotTravel as reason:
            reasons.append(str(reason))
    return _joined(found, group.any)


def _joined(parts: list[Search], any: bool) -> Search:
    if not parts:
        return EVERYBODY
    return parts[0] if len(parts) == 1 else {"operator": "OR" if any else "AND", "value": parts}


def _filter(workspace: Workspace, condition: Condition) -> Search:
    try:
        one = checked(workspace, "person", condition)
    except Unanswerable as problem:
        raise CannotTravel(problem.message) from None
    name = _name(one)
    if one.comparison in PRESENCE:
        return {"field": name, "operator": "=" if one.comparison is IS_UNKNOWN else "!=", "value": None}
    operator = OPERATORS[sort_of(one.field)].get(one.comparison.name)
    if operator is None:
        raise CannotTravel(_unsaid(one))
    if name in FALSE_UNTIL_KNOWN and one.comparison.name == "is_false":  # known to be false: neither true nor unknown
        return {"field": name, "operator": "NIN", "value": [True, None]}
    return {"field": name, "operator": operator, "value": _value(workspace, one)}


def _name(one: Asked) -> str:
    """What REST calls the field."""
    field, definition = one.field, one.field.definition
    if field.address in OTHERS:
        return OTHERS[field.address]
    if field.relation or definition is None or not (definition.custom or definition.key in SEARCHABLE):
        raise CannotTravel(f"The REST API cannot search by {field.label}.")
    return definition.full_name


def _unsaid(one: Asked) -> str:
    if one.comparison.takes == "days":
        return (
            f"The REST API knows days of the calendar only, not “{one.field.label} {one.comparison.words} … days ago”."
        )
    return f"The REST API cannot ask “{one.field.label} {one.comparison.words} …”."


def _value(workspace: Workspace, one: Asked) -> Any:
    if sort_of(one.field) == "flag":
        return one.comparison.name == "is_true"
    if sort_of(one.field) == "date":  # any second of the day means the whole of it
        return _seconds(one, workspace)
    if one.field.address in OTHERS:
        return str(one.value)
    if isinstance(one.value, str):
        _check_text(one)
    return one.value


def _seconds(one: Asked, workspace: Workspace) -> int:
    seconds = int(midnight(date.fromisoformat(one.value), workspace.zone).timestamp())
    if seconds >= MILLISECONDS_FROM:
        raise CannotTravel(f"The REST API takes a day as far away as {one.value} for milliseconds.")
    return seconds


def _check_text(one: Asked) -> None:
    """Text that is not the same there as here."""
    if len(one.value) > LONGEST_TEXT:
        raise CannotTravel(f"The REST API compares {one.field.label} with at most {LONGEST_TEXT} characters.")
    is_exact = one.comparison.name in ("is", "is_not")
    in_small = one.field.kind == "email" or one.field.address == "email_domain"
    if in_small and is_exact and one.value != one.value.strip().lower():
        raise CannotTravel(f"The REST API ignores the case of {one.field.label}; write it in small letters.")
