"""What comes with an event: a few flat facts, each of one of six kinds (EVT-06).

    {"plan": "pro", "seats": 4, "renewal_date": 1773154800, "page": "https://…",
     "order": {"value": "3434-3434", "url": "https://…"}, "price": {"amount": 34999, "currency": "eur"}}

What is kept is JSON in the same form; what it is follows from its shape alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.attributes.kinds import KINDS, LONE_SURROGATE, Setting, WebAddress, is_web_address
from apps.attributes.reports import Reason, Refusal
from apps.attributes.sources import Source

LONGEST_KEY = 190
CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
SIGNS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "EUR": "€",
    "GBP": "£",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
    "USD": "$",
    "VND": "₫",
}
# ISO 4217: how many decimals an amount in the smallest unit has, where that is not two
WITHOUT_DECIMALS = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"}
WITHOUT_DECIMALS |= {"XAF", "XOF", "XPF"}
WITH_THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


@dataclass(slots=True)
class Metadata:
    """What of an event's metadata is kept, and why the rest is not. Keys beyond the first ten are not looked at."""

    kept: dict[str, Any] = field(default_factory=dict)
    dropped: dict[str, Refusal] = field(default_factory=dict)


def cleaned(raw: Any, source: Source, zone: ZoneInfo) -> Metadata:
    """The first ten keys in the order in which they were sent; one that cannot be kept takes no other's place."""
    metadata = Metadata()
    if not isinstance(raw, Mapping):
        return metadata
    for key, value in islice(raw.items(), settings.EVENT_METADATA_LIMIT):
        try:
            metadata.kept[_key(key)] = _value(key, value, Setting(source, zone))
        except Refusal as refusal:
            metadata.dropped[str(key)] = refusal
    return metadata


def _key(key: Any) -> str:
    if not isinstance(key, str) or not key.strip() or len(key) > LONGEST_KEY:
        raise Refusal(Reason.INVALID, f"needs a name of 1 to {LONGEST_KEY} characters")
    if "\x00" in key or LONE_SURROGATE.search(key):
        raise Refusal(Reason.INVALID, "has a character in its name that cannot be kept")
    return key


def _value(key: str, raw: Any, setting: Setting) -> Any:
    if raw is None or raw == "":
        raise Refusal(Reason.INVALID, "is empty")
    if isinstance(raw, Mapping):
        return _money(raw, setting) if "amount" in raw else _rich_link(raw, setting)
    if isinstance(raw, str) and is_web_address(raw) and len(raw) <= WebAddress.longest:
        return KINDS["web_address"].clean(raw, setting)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _number(key, raw, setting)
    return KINDS["text"].clean(raw, setting)


def _number(key: str, raw: float, setting: Setting) -> float:
    if is_date(key, raw):
        return KINDS["date"].plain(KINDS["date"].clean(raw, setting))
    number = KINDS["decimal"].clean(raw, setting)
    return int(number) if isinstance(raw, int) else number


def _rich_link(raw: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    if not isinstance(raw.get("url"), str) or not isinstance(raw.get("value"), str | int | float):
        raise Refusal(Reason.NESTED, 'is an object; send {"url", "value"} for a link, {"amount", "currency"} for money')
    return {
        "url": KINDS["web_address"].clean(raw["url"], setting),
        "value": KINDS["text"].clean(raw["value"], setting),
    }


def _money(raw: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    amount, currency = raw["amount"], raw.get("currency")
    if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
        raise Refusal(Reason.INVALID, 'is money without a currency; send its three letters, such as "eur"')
    return {"amount": KINDS["number"].clean(amount, setting), "currency": currency.lower()}


def is_date(key: str, value: Any) -> bool:
    """A number under a key that ends in `_date` is unix time."""
    return key.endswith("_date") and isinstance(value, int | float) and not isinstance(value, bool)


# ---- how it reads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an event's metadata as a page shows it."""

    key: str
    words: str = ""
    url: str = ""
    at: datetime | None = None


def facts_of(metadata: Mapping[str, Any]) -> list[Fact]:
    """What is kept, by name, in words."""
    return [_fact(key, metadata[key]) for key in sorted(metadata, key=lambda key: (key.casefold(), key))]


def _fact(key: str, value: Any) -> Fact:
    if isinstance(value, Mapping):
        return (
            Fact(key, money(value["amount"], value["currency"]))
            if "amount" in value
            else Fact(key, value["value"], url=value["url"])
        )
    if is_date(key, value):
        return Fact(key, at=datetime.fromtimestamp(value, UTC))
    if isinstance(value, str):
        return Fact(key, value, url=value if is_web_address(value) else "")
    return Fact(key, KINDS["decimal"].words(value))


def money(amount: int, currency: str) -> str:
    """An amount in its currency's smallest unit: 34999 eur is €349.99."""
    code = currency.upper()
    decimals = 0 if code in WITHOUT_DECIMALS else 3 if code in WITH_THREE else 2
    whole, rest = divmod(abs(amount), 10**decimals)
    figures = f"{whole:,}" + (f".{rest:0{decimals}}" if decimals else "")
    minus = "-" if amount < 0 else ""
    return f"{minus}{SIGNS[code]}{figures}" if code in SIGNS else f"{minus}{figures} {code}"
