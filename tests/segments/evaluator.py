"""The filter language once more, in plain Python, written from the rules and not from the SQL: who is found?

A record is a mapping of its values by address, None where unknown, with its companies (such mappings) beside them.
Text is compared within what Python and PostgreSQL fold alike.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.segments.language import Condition, Filter, Group

Values = Mapping[str, Any]
DAY = timedelta(hours=24)
NEGATIVE = {"is_not", "does_not_contain"}  # FILT-09


@dataclass(frozen=True)
class Somebody:
    name: str
    values: Values
    companies: Sequence[Values] = ()


def matches(asked: Filter, who: Somebody, now: datetime, zone: ZoneInfo) -> bool:
    """FILT-11: no group asks nothing."""
    met = [_group_met(group, who, now, zone) for group in asked.groups]
    return not met or (any(met) if asked.any else all(met))


def _group_met(group: Group, who: Somebody, now: datetime, zone: ZoneInfo) -> bool:
    if group.any:
        return any(_met_by(who, [condition], now, zone) for condition in group.conditions)
    return _met_by(who, group.conditions, now, zone)


def _met_by(who: Somebody, conditions: Sequence[Condition], now: datetime, zone: ZoneInfo) -> bool:
    """All of them: those about companies by one and the same company (FILT-13)."""
    of_company = [one for one in conditions if one.field.split(".")[0] == "company"]
    own = [one for one in conditions if one not in of_company]
    return all(met(one, who.values[one.field], now, zone) for one in own) and _some_company(who, of_company, now, zone)


def _some_company(who: Somebody, conditions: Sequence[Condition], now: datetime, zone: ZoneInfo) -> bool:
    if not conditions:
        return True
    if not who.companies:  # nothing is known of any company
        return all(one.comparison in NEGATIVE | {"is_unknown", "is_none"} for one in conditions)
    return any(all(_met_by_company(one, company, now, zone) for one in conditions) for company in who.companies)


def _met_by_company(condition: Condition, company: Values, now: datetime, zone: ZoneInfo) -> bool:
    if condition.field == "company":
        return condition.comparison == "is_any"
    return met(condition, company[condition.field.removeprefix("company.")], now, zone)


def met(condition: Condition, value: Any, now: datetime, zone: ZoneInfo) -> bool:
    """One condition of one value. The unknown meets what asks for it and what is negative, nothing else (FILT-10)."""
    comparison, asked = condition.comparison, condition.value
    if value is None:
        return comparison in NEGATIVE or comparison == "is_unknown"
    if comparison in ("is_unknown", "has_any_value"):
        return comparison == "has_any_value"
    if isinstance(value, bool):
        return value is (comparison == "is_true")
    if isinstance(value, datetime):
        return _date_met(comparison, value, asked, now, zone)
    if isinstance(value, str):
        return _text_met(comparison, value, str(asked))
    return _number_met(comparison, value, float(asked))


def _number_met(comparison: str, value: float, asked: float) -> bool:
    return {
        "is": value == asked,
        "is_not": value != asked,
        "greater_than": value > asked,
        "less_than": value < asked,
    }[comparison]


def _text_met(comparison: str, value: str, asked: str) -> bool:
    """FILT-03: only `is` and `is not` mind the case."""
    low, sought = value.lower(), asked.lower()
    return {
        "is": value == asked,
        "is_not": value != asked,
        "starts_with": low.startswith(sought),
        "ends_with": low.endswith(sought),
        "contains": sought in low,
        "does_not_contain": sought not in low,
        "contains_word": _has_word(low, sought.strip()),
    }[comparison]


def _has_word(text: str, word: str) -> bool:
    """FILT-04: somewhere, with no letter, digit or underscore on either side."""
    places = [place for place in range(len(text)) if text.startswith(word, place)]
    return any(
        _is_edge(text[place - 1 : place] if place else "") and _is_edge(text[place + len(word) :][:1])
        for place in places
    )


def _is_edge(character: str) -> bool:
    return not (character.isalnum() or character == "_")


def _date_met(comparison: str, value: datetime, asked: Any, now: datetime, zone: ZoneInfo) -> bool:
    if comparison in ("more_than", "less_than", "exactly"):
        age = now - value
        return {
            "more_than": age > int(asked) * DAY,  # DATE-04
            "less_than": age < int(asked) * DAY,  # DATE-05
            "exactly": math.floor(age / DAY) == int(asked),  # DATE-03
        }[comparison]
    day, written = value.astimezone(zone).date(), date.fromisoformat(asked)  # DATE-08
    return {"on": day == written, "after": day > written, "before": day < written}[comparison]
