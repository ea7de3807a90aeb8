"""Names of custom attributes: what they may hold, and how a bad one is made good (ATT-28…31)."""

import re
import unicodedata

from .reports import Reason, Refusal

LONGEST_NAME = 190
UNSUPPORTED = re.compile(r"""[.$~`!@#%^&*'{}\[\]|\\"\x00]""")


def rewritten(name: str) -> str:
    """The name with each unsupported character as one underscore (ATT-29), as pings, CSV headers and the form make it.

    Raises Refusal when nothing is left to be a name, or too much.
    """
    if not name.strip():
        raise Refusal(Reason.INVALID, "needs a name")
    if len(name) > LONGEST_NAME:
        raise Refusal(Reason.TOO_LONG, f"has a name of more than {LONGEST_NAME} characters")
    return UNSUPPORTED.sub("_", name.strip())


def check_name(name: str) -> None:
    """Raises Refusal for a name that REST may not create: letters, digits, currency signs, - _ and spaces (ATT-30)."""
    if not name.strip():
        raise Refusal(Reason.INVALID, "needs a name")
    if len(name) > LONGEST_NAME:
        raise Refusal(Reason.TOO_LONG, f"has a name of more than {LONGEST_NAME} characters")
    if not all(map(_is_allowed, name)):
        raise Refusal(
            Reason.INVALID,
            "can only have alphanumeric characters, currency symbols, and hyphens, underscores or spaces in its name",
        )


def _is_allowed(character: str) -> bool:
    if character in "_- ":
        return True
    if character == "$":  # named among the unsupported ones, though it is a currency sign (D-03)
        return False
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "Sc"
