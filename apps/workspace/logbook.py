"""What log files may say. They outlive whoever is forgotten, so nothing of anybody stands in them (DEL-03).

An address is told by its pattern, without the user ID or email in it; a refusal of the database without the values that
it names.
"""

import logging
import re
from copy import copy

from django.http import HttpRequest

HIDDEN = "…"
# What PostgreSQL adds to a refusal: the key that stands there already, the row that does not fit, the statement. It may
# have empty lines in it; and stands in one line where somebody tells the refusal as Python writes it.
VALUES = re.compile(
    r"^(?:DETAIL|CONTEXT|LINE \d+):.*(?:\n(?!Traceback|\s+File |\n?(?:The above|During handling)).*)*\n?"
    r"|\\n(?:DETAIL|CONTEXT|LINE \d+):.*",
    re.MULTILINE,
)


class Discreet(logging.Formatter):
    """Formats a record as any other formatter does, and leaves out what tells of people."""

    def __init__(self, *args: str, like: logging.Formatter | None = None, **options: str) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # as the settings name them
        self.like = like

    def format(self, record: logging.LogRecord) -> str:
        record = _without_address(record)
        text = self.like.format(record) if self.like else super().format(record)
        return without_values(text)


def without_values(text: str) -> str:
    """What the database refused, without what it refused."""
    return VALUES.sub("", text).rstrip("\n")


def make_discreet(logger: logging.Logger) -> None:
    """The same for a logger that somebody else has set up."""
    for handler in logger.handlers:
        if not isinstance(handler.formatter, Discreet):
            handler.setFormatter(Discreet(like=handler.formatter))


def _without_address(record: logging.LogRecord) -> logging.LogRecord:
    request = getattr(record, "request", None)
    if not isinstance(request, HttpRequest) or not isinstance(record.args, tuple):
        return record
    shown = copy(record)
    shown.args = tuple(_pattern(request) if one == request.path else one for one in record.args)
    return shown


def _pattern(request: HttpRequest) -> str:
    """`/contacts/find_by_external_id/<path:external_id>`; of an address that there is not, where it begins."""
    if request.resolver_match:
        return f"/{request.resolver_match.route.lstrip('^')}"
    first, _, rest = request.path.lstrip("/").partition("/")
    return f"/{first}/{HIDDEN}" if rest else f"/{HIDDEN}"
