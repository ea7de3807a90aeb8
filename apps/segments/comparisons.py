"""What can be asked of a field: a row each, with its words and how it asks the database (FILT-02…10, DATE-02…08).

A negative comparison is met where the value is unknown as well, every other one is not (FILT-09, FILT-10).
Relative dates count in blocks of 24 hours back from this very moment; calendar days are the workspace's (DATE-02, 08).
"""

import math
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models import Value as Constant
from django.db.models.functions import Lower
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Regex,
    StartsWith,
)

from apps.attributes.kinds import LARGEST_EXACT_WHOLE, LONE_SURROGATE, PLAIN_DECIMAL, midnight
from apps.attributes.reports import Reason, Refusal

LONGEST_TEXT = 2_048  # no value is longer
BEYOND = 2**54  # past every number that is kept exactly, and still exact itself in every type of column
MOST_DAYS = 36_500
WHOLE_DAYS = re.compile(r"[+-]?\d{1,9}", re.ASCII)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a question is asked: what "3 days ago" and "on 10 March" mean."""

    now: datetime
    zone: ZoneInfo

    def ago(self, days: int) -> datetime:
        return self.now.astimezone(UTC) - days * A_DAY  # in a zone of its own a day could have 23 hours


Reader = Callable[[Any], Any]  # what was typed or written down → the value to ask with; raises Refusal
Asker = Callable[[Any, Any, Moment], Q]  # a field's expression, the value, the moment → what the database is asked


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table. `takes` names the widget of its value: none, text, number, days, day,
    choice (of texts) or key (of things with a number: teammates, tags)."""

    name: str
    words: str
    ask: Asker
    takes: str = ""
    admits_unknown: bool = False

    def read(self, raw: Any) -> Any:
        """The value to ask with. Raises Refusal; its message reads on after the field's label."""
        return READERS[self.takes](raw)


# Plain predicates: unlike `Q()` and an empty `IN` they can be negated, joined by or, and asked as an expression.
EVERYBODY, NOBODY = Q(Constant(True)), Q(Constant(False))

# ---- values ----------------------------------------------------------------------------------------------------------


def _nothing(raw: Any) -> None:
    return None


def _text(raw: Any) -> str:
    text = "" if raw is None else str(raw)
    if not text.strip():
        raise Refusal(Reason.INVALID, "needs a value to compare with")
    if "\x00" in text or LONE_SURROGATE.search(text):
        raise Refusal(Reason.INVALID, "cannot be compared with a character that no value can hold")
    if len(text) > LONGEST_TEXT:
        raise Refusal(Reason.TOO_LONG, f"is never longer than {LONGEST_TEXT:,} characters")
    return text


def _number(raw: Any) -> float | int:
    text = "" if raw is None or isinstance(raw, bool) else str(raw).strip()
    if not PLAIN_DECIMAL.fullmatch(text) or not math.isfinite(float(text)):
        raise Refusal(Reason.INVALID, "needs a number to compare with, such as 40 or 2.5")
    number = float(text)
    if abs(number) == LARGEST_EXACT_WHOLE and abs(Decimal(text)) > LARGEST_EXACT_WHOLE:
        return math.nextafter(number, 2 * number)  # rounded, it would equal the largest number that is kept
    return int(number) if number.is_integer() and abs(number) < LARGEST_EXACT_WHOLE else number


def _days(raw: Any) -> int:
    text = "" if raw is None or isinstance(raw, bool) else str(raw).strip()
    if not WHOLE_DAYS.fullmatch(text):
        raise Refusal(Reason.INVALID, "needs a whole number of days; -3 means three days ahead")
    if abs(int(text)) > MOST_DAYS:
        raise Refusal(Reason.INVALID, f"needs a number of days from -{MOST_DAYS:,} to {MOST_DAYS:,}")
    return int(text)


def _day(raw: Any) -> str:
    try:
        day = date.fromisoformat(str(raw).strip())
    except ValueError:
        raise Refusal(Reason.INVALID, "needs a day, such as 2026-03-10") from None
    if not 1900 <= day.year <= 9000:
        raise Refusal(Reason.INVALID, "needs a day between the years 1900 and 9000")
    return day.isoformat()


def _key(raw: Any) -> int:
    text = "" if raw is None or isinstance(raw, bool) else str(raw)
    if not (text.isascii() and text.isdigit()) or not 0 < len(text) < 19:
        raise Refusal(Reason.INVALID, "needs one of the list to compare with")
    return int(text)


READERS: dict[str, Reader] = {
    "": _nothing,
    "text": _text,
    "number": _number,
    "days": _days,
    "day": _day,
    "choice": _text,
    "key": _key,
}


# ---- askers ----------------------------------------------------------------------------------------------------------


def _is(field: Any, value: Any, moment: Moment) -> Q:
    return Q(Exact(field, Constant(value)))


def _is_not(field: Any, value: Any, moment: Moment) -> Q:
    return Q(IsNull(field, True)) | ~_is(field, value, moment)


def _is_unknown(field: Any, value: None, moment: Moment) -> Q:
    return Q(IsNull(field, True))


def _has_any_value(field: Any, value: None, moment: Moment) -> Q:
    return Q(IsNull(field, False))


def _folded(lookup: Callable[[Any, Any], Any]) -> Asker:
    return lambda field, value, moment: Q(lookup(Lower(field), Lower(Constant(value))))


_contains = _folded(Contains)


def _does_not_contain(field: Any, value: str, moment: Moment) -> Q:
    return Q(IsNull(field, True)) | ~_contains(field, value, moment)


def _other_digits() -> str:
    """Digits beside 0–9, and numbers such as ½, as ranges of a regular expression.

    To PostgreSQL only 0–9 are digits in some collations, ours among them; letters it knows in all.
    """
    digits = [code for code in range(128, sys.maxunicode) if unicodedata.category(chr(code)) in ("Nd", "No")]
    ranges = (list(run) for _, run in groupby(enumerate(digits), lambda placed: placed[1] - placed[0]))
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in ranges)


PART_OF_A_WORD = f"[[:alnum:]_{_other_digits()}]"


def _contains_word(field: Any, value: str, moment: Moment) -> Q:
    """The trigrams of the text find candidates, the pattern decides."""
    words = value.strip()
    pattern = f"(?<!{PART_OF_A_WORD}){escaped(words)}(?!{PART_OF_A_WORD})"
    return _contains(field, words, moment) & Q(Regex(Lower(field), Lower(Constant(pattern))))


def escaped(text: str) -> str:
    """Text as a regular expression of PostgreSQL finds it letter by letter."""
    return re.sub(r"([^\w\s]|_)", r"\\\1", text)


def _less(field: Any, value: float, moment: Moment) -> Q:
    return Q(LessThan(field, Constant(value)))


def _greater(field: Any, value: float, moment: Moment) -> Q:
    return Q(GreaterThan(field, Constant(value)))


def _is_whole(field: Any, value: float, moment: Moment) -> Q:
    """Whole numbers may stand in columns of integers, which are asked with integers: a fraction, or a number beyond
    their range, would have the database cast every one of them, and pass its indexes by."""
    return _is(field, _within(int(value)), moment) if float(value).is_integer() else NOBODY


def _is_not_whole(field: Any, value: float, moment: Moment) -> Q:
    return _is_not(field, _within(int(value)), moment) if float(value).is_integer() else EVERYBODY


def _less_whole(field: Any, value: float, moment: Moment) -> Q:
    return _less(field, _within(math.ceil(value)), moment)


def _greater_whole(field: Any, value: float, moment: Moment) -> Q:
    return _greater(field, _within(math.floor(value)), moment)


def _within(number: int) -> int:
    return max(-BEYOND, min(BEYOND, number))


def _true(field: Any, value: None, moment: Moment) -> Q:
    return Q(Exact(field, True))


def _false(field: Any, value: None, moment: Moment) -> Q:
    return Q(Exact(field, False))


def _more_than_days(field: Any, days: int, moment: Moment) -> Q:
    return Q(LessThan(field, moment.ago(days)))  # DATE-04


def _less_than_days(field: Any, days: int, moment: Moment) -> Q:
    return Q(GreaterThan(field, moment.ago(days)))  # future dates too (DATE-05)


def _exactly_days(field: Any, days: int, moment: Moment) -> Q:
    """floor((now − value) / 24 h) = days (DATE-03)."""
    return Q(GreaterThan(field, moment.ago(days + 1))) & Q(LessThanOrEqual(field, moment.ago(days)))


def _on(field: Any, day: str, moment: Moment) -> Q:
    begins, ends = day_of(day, moment)
    return Q(GreaterThanOrEqual(field, begins)) & Q(LessThan(field, ends))


def _after(field: Any, day: str, moment: Moment) -> Q:
    return Q(GreaterThanOrEqual(field, day_of(day, moment)[1]))


def _before(field: Any, day: str, moment: Moment) -> Q:
    return Q(LessThan(field, day_of(day, moment)[0]))


def day_of(day: str, moment: Moment) -> tuple[datetime, datetime]:
    """Where a calendar day begins and where the next one does, in the moment's zone (DATE-08)."""
    written = date.fromisoformat(day)
    return midnight(written, moment.zone).astimezone(UTC), midnight(written + A_DAY, moment.zone).astimezone(UTC)


def _anything(field: Any, value: None, moment: Moment) -> Q:
    return EVERYBODY


def _nothing_at_all(field: Any, value: None, moment: Moment) -> Q:
    return NOBODY


# ---- the table -------------------------------------------------------------------------------------------------------

IS_UNKNOWN = Comparison("is_unknown", "is unknown", _is_unknown, admits_unknown=True)
HAS_ANY_VALUE = Comparison("has_any_value", "has any value", _has_any_value)
PRESENCE = (IS_UNKNOWN, HAS_ANY_VALUE)


def _choosing(takes: str, yes: str, no: str) -> tuple[Comparison, Comparison]:
    return (
        Comparison(yes, yes.replace("_", " "), _is, takes),
        Comparison(no, no.replace("_", " "), _is_not, takes, admits_unknown=True),
    )


TEXT = (
    Comparison("is", "is", _is, "text"),
    Comparison("is_not", "is not", _is_not, "text", admits_unknown=True),
    Comparison("starts_with", "starts with", _folded(StartsWith), "text"),
    Comparison("ends_with", "ends with", _folded(EndsWith), "text"),
    Comparison("contains", "contains", _contains, "text"),
    Comparison("does_not_contain", "does not contain", _does_not_contain, "text", admits_unknown=True),
    Comparison("contains_word", "contains exact word", _contains_word, "text"),
    *PRESENCE,
)
DECIMAL = (
    Comparison("is", "is", _is, "number"),
    Comparison("is_not", "is not", _is_not, "number", admits_unknown=True),
    Comparison("greater_than", "greater than", _greater, "number"),
    Comparison("less_than", "less than", _less, "number"),
    *PRESENCE,
)
NUMBER = (
    Comparison("is", "is", _is_whole, "number"),
    Comparison("is_not", "is not", _is_not_whole, "number", admits_unknown=True),
    Comparison("greater_than", "greater than", _greater_whole, "number"),
    Comparison("less_than", "less than", _less_whole, "number"),
    *PRESENCE,
)
FLAG = (Comparison("is_true", "is true", _true), Comparison("is_false", "is false", _false), *PRESENCE)
DATE = (
    Comparison("more_than", "more than", _more_than_days, "days"),
    Comparison("less_than", "less than", _less_than_days, "days"),
    Comparison("exactly", "exactly", _exactly_days, "days"),
    Comparison("after", "after", _after, "day"),
    Comparison("on", "on", _on, "day"),
    Comparison("before", "before", _before, "day"),
    *PRESENCE,
)
LIST = (*_choosing("choice", "is", "is_not"), *PRESENCE)
MEMBER = (*_choosing("key", "is", "is_not"), *PRESENCE)
ROLE = _choosing("choice", "is", "is_not")
TAG = _choosing("key", "is", "is_not")
SEGMENT = _choosing("choice", "in", "not_in")  # by the slug of a predefined one or the key of a saved one
# Asked of related rows: is there any? Both fit among the conditions that one row must meet.
OCCURRENCE = (
    Comparison("has_occurred", "has occurred", _anything),
    Comparison("has_not_occurred", "has not occurred", _nothing_at_all, admits_unknown=True),
)
BELONGING = (
    Comparison("is_any", "is any", _anything),
    Comparison("is_none", "is none", _nothing_at_all, admits_unknown=True),
)

# By the name of a kind of attribute, or of what a field is instead.
COMPARISONS: dict[str, tuple[Comparison, ...]] = {
    "text": TEXT,
    "line": TEXT,
    "email": TEXT,
    "identifier": TEXT,
    "web_address": TEXT,
    "number": NUMBER,
    "decimal": DECIMAL,
    "spend": NUMBER,
    "boolean": FLAG,
    "date": DATE,
    "list": LIST,
    "member": MEMBER,
    "role": ROLE,
    "tag": TAG,
    "segment": SEGMENT,
    "occurrence": OCCURRENCE,
    "belonging": BELONGING,
}
