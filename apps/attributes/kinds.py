"""The kinds a value can have: cleaning, column, form field and wording of each side by side (ATT-20, 24…27, 32…38).

`clean` takes what a door was sent and gives what is stored, or raises Refusal. Blank (`None`, `""`) is decided before:
it never reaches a kind. What is stored is plain: str, int, float, bool, an aware UTC datetime.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal as Exact
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from .reports import Reason, Refusal
from .sources import Source

LONGEST_TEXT = 255
LARGEST_EXACT_WHOLE = 2**53
LARGEST_SPEND = 2**31 - 1
MILLISECONDS_FROM = 100_000_000_000  # ATT-26
# 0001-01-02 … 9999-12-30: what every time zone can show
EARLIEST, LATEST = -62135510400, 253402127999

NESTED = (dict, list, tuple)  # not `dict | list`, which is made anew for every value that is looked at
WHOLE = re.compile(r"[+-]?\d+(\.0*)?", re.ASCII)
SHORT_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
PLAIN_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
UNIX_SECONDS = re.compile(r"-?\d{1,18}", re.ASCII)
FLAGS = {"true": True, "false": False}
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
DAY_MONTH_YEAR = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a kind may have to know of the place and the way a value arrives."""

    source: Source
    zone: ZoneInfo
    options: Sequence[str] = ()
    members: frozenset[int] = frozenset()


class Kind:
    """A kind of value. `name` is how it is stored on an attribute, `label` how teammates read it."""

    name: ClassVar[str]
    label: ClassVar[str]
    column: ClassVar[str]  # the type of column that holds it: text, number, date, flag
    data_type: ClassVar[str]  # REST's word for it
    icon: ClassVar[str]
    cell: ClassVar[str | None] = "{}::text"  # SQL: what a cell of a file says that would be stored as this very value

    def clean(self, raw: Any, setting: Setting) -> Any:
        """The value to store.

        Raises Refusal when it does not fit (ATT-38): it is never retyped by guess.
        """
        raise NotImplementedError

    def loaded(self, stored: Any) -> Any:
        """The value of a column's content, which is never empty here."""
        return stored

    def plain(self, value: Any) -> Any:
        """The value as JSON has it, and as another kind is offered it."""
        return value

    def as_text(self, value: Any) -> str:
        """The value as a text attribute would hold it."""
        return str(value)

    def words(self, value: Any) -> str:
        """The value as plain words, for a report or a history line."""
        return str(value)


def _scalar(raw: Any) -> Any:
    if isinstance(raw, NESTED):
        what = "objects" if isinstance(raw, dict) else "arrays"
        raise Refusal(Reason.NESTED, f"{what} are not supported; send text, a number, true or false")
    return raw


class Text(Kind):
    name, label, column, data_type, icon = "text", "Text", "text", "string", "type"

    def clean(self, raw: Any, setting: Setting) -> str:
        if type(raw) is str and len(raw) <= LONGEST_TEXT and raw.isprintable() and raw[-1:] != " " != raw[:1]:
            return raw  # so nearly all are; neither NUL nor half a character can be printed, nor outer white space
        text = self._as_text(_scalar(raw))
        if "\x00" in text:
            raise Refusal(Reason.INVALID, "has a NUL character in it")
        if not text.isascii() and LONE_SURROGATE.search(text):
            raise Refusal(Reason.INVALID, "has half a character in it (a lone surrogate)")
        return self._fitting(text, setting)

    @staticmethod
    def _as_text(raw: Any) -> str:
        if isinstance(raw, bool):
            return "true" if raw else "false"
        if isinstance(raw, float):
            if not math.isfinite(raw) or abs(raw) >= LARGEST_EXACT_WHOLE:
                raise Refusal(Reason.TOO_LARGE, "is a number too large to be kept exactly; send it as text")
            return str(int(raw)) if raw.is_integer() else str(raw)
        return str(raw)

    @staticmethod
    def _fitting(text: str, setting: Setting) -> str:
        if len(text) <= LONGEST_TEXT:
            return text
        if setting.source.is_ping:  # a browser's snippet cannot react (D-05)
            return text[:LONGEST_TEXT]
        raise Refusal(Reason.TOO_LONG, f"is {len(text)} characters long; at most {LONGEST_TEXT} are kept")


class List(Text):
    """One choice of predefined options, not an array (QUAL-05); REST alone may store another (QUAL-06)."""

    name, label, icon = "list", "List", "list"
    cell = None  # its options may be others since

    def clean(self, raw: Any, setting: Setting) -> str:
        text = super().clean(raw, setting)
        if text in setting.options or setting.source is Source.REST:
            return text
        raise Refusal(Reason.NOT_AN_OPTION, "is not one of the options: " + ", ".join(setting.options))


class Decimal(Kind):
    name, label, column, data_type, icon = ("decimal", "Decimal number", "number", "float", "percent")

    def clean(self, raw: Any, setting: Setting) -> float:
        if type(raw) in (int, float) and abs(raw) < LARGEST_EXACT_WHOLE:  # so most are sent
            return raw + 0.0  # -0.0 reads as 0
        if type(raw) is str and SHORT_DECIMAL.fullmatch(raw):  # so a file has them
            return float(raw) + 0.0
        raw = _scalar(raw)
        if isinstance(raw, bool):
            raise Refusal(Reason.INVALID, "is true or false, not a number")
        text = str(raw).strip()
        if len(text) > 400 or not PLAIN_DECIMAL.fullmatch(text):
            raise Refusal(Reason.INVALID, "is not a number")
        value = float(text)
        if abs(value) >= LARGEST_EXACT_WHOLE and abs(Exact(text)) > LARGEST_EXACT_WHOLE:
            raise Refusal(Reason.TOO_LARGE, "is too large a number to be kept exactly")
        return value + 0.0

    def as_text(self, value: Any) -> str:
        return str(int(value)) if float(value).is_integer() else str(value)

    def words(self, value: Any) -> str:
        return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


class Number(Decimal):
    name, label, data_type, icon = "number", "Number", "integer", "hash"

    def clean(self, raw: Any, setting: Setting) -> int:
        if type(raw) is str and len(raw) < 16 and raw.isascii() and raw.isdecimal():
            return int(raw)
        value = super().clean(raw, setting)
        if not value.is_integer():
            raise Refusal(Reason.INVALID, "is not a whole number")
        return int(value)

    def loaded(self, stored: Any) -> int:
        return int(stored)


class Spend(Decimal):
    """Money in whole units: fractions are cut off, with a ceiling (ATT-59)."""

    name, label, data_type = "spend", "Number", "float"

    def clean(self, raw: Any, setting: Setting) -> int:
        value = int(super().clean(raw, setting))
        if abs(value) > LARGEST_SPEND:
            raise Refusal(Reason.TOO_LARGE, f"is more than {LARGEST_SPEND}")
        return value


class Flag(Kind):
    name, label, column, data_type, icon = ("boolean", "True/False", "flag", "boolean", "toggle-left")

    def clean(self, raw: Any, setting: Setting) -> bool:
        raw = _scalar(raw)
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and (flag := FLAGS.get(raw if raw in FLAGS else raw.strip().lower())) is not None:
            return flag
        raise Refusal(Reason.INVALID, "is not true or false")

    def as_text(self, value: Any) -> str:
        return "true" if value else "false"

    def words(self, value: Any) -> str:
        return "True" if value else "False"


class Date(Kind):
    """An instant in UTC, in whole seconds (DATE-01): unix seconds, ISO 8601 or DD/MM/YYYY (ATT-25…27)."""

    name, label, column, data_type, icon = "date", "Date", "date", "date", "calendar"
    cell = "extract(epoch FROM {})::bigint::text"

    def clean(self, raw: Any, setting: Setting) -> datetime:
        if type(raw) is str and len(raw) < 12 and raw.isascii() and raw.isdecimal():
            return self._seconds(int(raw))
        raw = _scalar(raw)
        if isinstance(raw, bool):
            raise Refusal(Reason.INVALID, "is true or false, not a date")
        if isinstance(raw, datetime):
            return self._instant(raw, setting.zone)
        if isinstance(raw, (int, float)):
            return self._seconds(raw)
        text = str(raw).strip()
        if UNIX_SECONDS.fullmatch(text):
            return self._seconds(int(text))
        return self._written(text, setting.zone)

    @staticmethod
    def _seconds(number: float) -> datetime:
        if isinstance(number, float) and not math.isfinite(number):
            raise Refusal(Reason.INVALID, "is not a date")
        if abs(number) >= MILLISECONDS_FROM:
            raise Refusal(Reason.INVALID, "looks like milliseconds; send unix time in seconds")
        if not EARLIEST <= number <= LATEST:
            raise Refusal(Reason.INVALID, "is not a date between the years 1 and 9999")
        return datetime.fromtimestamp(number if type(number) is int else math.floor(number), UTC)

    def _written(self, text: str, zone: ZoneInfo) -> datetime:
        try:
            if match := DAY_MONTH_YEAR.fullmatch(text):
                day, month, year = map(int, match.groups())
                return self._instant(datetime(year, month, day), zone)
            return self._instant(datetime.fromisoformat(text), zone)
        except ValueError:
            raise Refusal(
                Reason.INVALID, "is not a date; send unix seconds, 2026-03-10T15:00:00Z or 10/03/2026"
            ) from None

    @staticmethod
    def _instant(moment: datetime, zone: ZoneInfo) -> datetime:
        try:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            seconds = math.floor(aware.timestamp())
        except (OverflowError, ValueError):
            seconds = LATEST + 1
        if not EARLIEST <= seconds <= LATEST:
            raise Refusal(Reason.INVALID, "is not a date between the years 1 and 9999")
        return datetime.fromtimestamp(seconds, UTC)

    def plain(self, value: Any) -> int:
        return math.floor(value.timestamp())

    def as_text(self, value: Any) -> str:
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def words(self, value: Any) -> str:
        return f"{value:%Y-%m-%d %H:%M} UTC"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """00:00 of a day in a zone: what a date without a time means (ATT-27)."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


class Line(Text):
    """Standard text, as received but for outer spaces (NAME-07)."""

    name, label = "line", "Text"

    @staticmethod
    def _as_text(raw: Any) -> str:
        return Text._as_text(raw).strip()


class Email(Text):
    """One address, trimmed and lower-cased (IDN-08, IDN-18)."""

    name, label, icon = "email", "Text", "mail"
    _check = EmailValidator()
    # nearly all are like this, and what is passes the check as well: which takes ten times as long
    _plain = re.compile(r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")

    def clean(self, raw: Any, setting: Setting) -> str:
        text = (raw if type(raw) is str else self._as_text(_scalar(raw))).strip().lower()
        if len(text) > LONGEST_TEXT:  # half an address is another address: never cut, whatever the source
            raise Refusal(Reason.TOO_LONG, f"is longer than {LONGEST_TEXT} characters")
        if self._plain.fullmatch(text):
            return text
        try:
            self._check(text)
        except ValidationError:
            raise Refusal(Reason.INVALID, "is not one email address") from None
        return super().clean(text, setting)


class Identifier(Text):
    """A customer's own id of a record: kept exactly as sent, never cut short (IDN-08)."""

    name, label = "identifier", "Text"

    @staticmethod
    def _fitting(text: str, setting: Setting) -> str:
        if len(text) > LONGEST_TEXT:
            raise Refusal(Reason.TOO_LONG, f"is longer than {LONGEST_TEXT} characters")
        return text


class WebAddress(Text):
    """The address of a picture: http(s) only (AVA-03)."""

    name, label, icon = "web_address", "Text", "link"
    longest = 2048

    def clean(self, raw: Any, setting: Setting) -> str:
        if isinstance(raw, dict):  # AVA-02
            raw = raw.get("image_url")
        text = str(raw).strip() if isinstance(raw, str) else ""
        if not is_web_address(text) or len(text) > self.longest:
            raise Refusal(Reason.INVALID, "is not an http(s) address of an image")
        return text


class Member(Kind):
    """A teammate of the workspace, by id (IDN-24)."""

    name, label, column, data_type, icon = ("member", "Teammate", "number", "integer", "user-round")
    cell = None  # they may have left since

    def clean(self, raw: Any, setting: Setting) -> int:
        text = str(_scalar(raw)).strip()
        member = int(text.partition(".")[0]) if WHOLE.fullmatch(text) and len(text) < 20 else None
        if isinstance(raw, bool) or member not in setting.members:
            raise Refusal(Reason.INVALID, "specified is not a member of the workspace")
        return member


def is_web_address(text: str) -> bool:
    """Whether text is an http(s) URL, as it is linked (ATT-37)."""
    if not text.lower().startswith(("http://", "https://")) or any(c.isspace() or ord(c) < 32 for c in text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:
        return False


OFFERED: tuple[Kind, ...] = (Text(), Number(), Decimal(), Flag(), Date(), List())  # ATT-20
KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*OFFERED, Spend(), Line(), Email(), Identifier(), WebAddress(), Member())
}


def converted(value: Any, before: Kind, after: Kind, setting: Setting) -> Any:
    """A stored value as another kind; None where it does not fit (ATT-19)."""
    try:
        return after.clean(before.as_text(value) if after.column == "text" else before.plain(value), setting)
    except Refusal:
        return None


def inferred(key: str, raw: Any) -> Kind:
    """The kind of an attribute born from a ping's value (ATT-24, ATT-25).

    Raises Refusal for values that no attribute can hold (ATT-32).
    """
    _scalar(raw)
    if isinstance(raw, bool):
        return KINDS["boolean"]
    if isinstance(raw, int | float):
        if key.endswith("_at"):
            return KINDS["date"]
        return KINDS["number"] if float_is_whole(raw) else KINDS["decimal"]
    return KINDS["text"]


def float_is_whole(number: float) -> bool:
    try:
        return float(number).is_integer()
    except OverflowError:
        return True
