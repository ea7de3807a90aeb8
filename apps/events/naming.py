"""The name of an event: its exact key, and how it reads on screens."""

from typing import Any

from apps.attributes.kinds import LONE_SURROGATE
from apps.attributes.reports import Reason, Refusal

LONGEST_NAME = 255


def label_of(name: str) -> str:
    """`invited-friend` reads "Invited friend"; the key stays what it is (EVT-13)."""
    words = name.replace("-", " ").strip() or name
    return words[:1].upper() + words[1:]


def checked_name(raw: Any) -> str:
    """The name, exactly as it was sent. Raises Refusal; its message reads on after "the event's name"."""
    if not isinstance(raw, str) or not raw.strip():
        raise Refusal(Reason.INVALID, "is missing; send text such as invited-friend")
    if len(raw) > LONGEST_NAME:
        raise Refusal(Reason.TOO_LONG, f"is {len(raw)} characters long; at most {LONGEST_NAME} are kept")
    if "\x00" in raw:
        raise Refusal(Reason.INVALID, "has a NUL character in it")
    if LONE_SURROGATE.search(raw):
        raise Refusal(Reason.INVALID, "has half a character in it (a lone surrogate)")
    return raw
