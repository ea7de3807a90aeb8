"""What became of the values that were offered to a record. The core judges; each door says it in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Reason(StrEnum):
    """Why a value was refused (BEY-02)."""

    UNKNOWN = "unknown"
    ARCHIVED = "archived"
    PROTECTED = "protected"
    YIELDED = "yielded"
    READ_ONLY = "read_only"
    RESERVED = "reserved"
    LIMIT = "limit"
    INVALID = "invalid"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    NOT_AN_OPTION = "not_an_option"
    NESTED = "nested"
    FORBIDDEN = "forbidden"
    NOT_CREATED = "not_created"


class Refusal(Exception):
    """One value that was not taken, and why, in words that read on after the attribute's name."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refusal) and (self.reason, self.message) == (other.reason, other.message)

    def __hash__(self) -> int:
        return hash((self.reason, self.message))


class Change(NamedTuple):
    """A value that became another, or came into another hand; `holder` is its new entry among the holders.

    A value that was put back as it was comes from where it came from before: `origin` is the write that says so, 0
    where none does.
    """

    old: Any
    new: Any
    holder: str | None = None
    origin: int | None = None


@dataclass(slots=True)
class Report:
    """What became of one record's offer: key → change, key → refusal. A key in neither was unchanged."""

    changed: dict[str, Change] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)  # what was offered for the refused keys
    holders: Mapping[str, str] = field(default_factory=dict, compare=False)  # who held what before

    def refuse_changes(self, refusal: Refusal) -> None:
        """Take every change back for one reason."""
        for key, change in self.changed.items():
            self.refused[key], self.raw[key] = refusal, change.new
        self.changed.clear()
