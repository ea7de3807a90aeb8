"""What was typed or sent, as it is kept: a tag's name, a note's text."""

import unicodedata

from apps.attributes.kinds import LONE_SURROGATE
from apps.workspace.problems import Problem

from .models import LONGEST_NAME, LONGEST_NOTE


def checked_name(raw: object) -> str:
    """A tag's name: trimmed, one blank between words, accents composed. Raises Problem at the field `name`."""
    name = " ".join(unicodedata.normalize("NFC", _checked(raw, "name", "A tag's name")).split())
    if not name:
        raise Problem("Enter a name for the tag.", field="name")
    if len(name) > LONGEST_NAME:
        raise Problem(f"A tag's name has at most {LONGEST_NAME} characters; this one has {len(name):,}.", field="name")
    return name


def checked_text(raw: object) -> str:
    """A note's text: trimmed, its lines kept. Raises Problem at the field `text`."""
    text = _checked(raw, "text", "A note").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise Problem("Write something: a note cannot be empty.", field="text")
    if len(text) > LONGEST_NOTE:
        raise Problem(f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(text):,}.", field="text")
    return text


def _checked(raw: object, field: str, what: str) -> str:
    if not isinstance(raw, str):
        raise Problem(f"{what} must be text.", field=field)
    if "\x00" in raw:
        raise Problem(f"{what} has a NUL character in it; take it out.", field=field)
    if LONE_SURROGATE.search(raw):
        raise Problem(f"{what} has half a character in it (a lone surrogate); take it out.", field=field)
    return raw
