"""Reading a new file through once, before anything is asked: how many rows, and what its columns hold (IMP-20)."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from . import passing
from .models import ImportRun
from .reading import Row, Unreadable

ROWS = 10_000  # a step
BETWEEN = "\x1f"  # stands between the cells of a column while they are looked at all at once
# By kind, what a cell of it looks like. A number with a zero before it is a code; one of 16 digits is no exact number.
LOOKS = {
    "boolean": r"true|false",
    "number": r"[+-]?(?:0|[1-9]\d{0,14})",
    "decimal": r"[+-]?(?:(?:0|[1-9]\d{0,14})(?:\.\d{0,15})?|\.\d{1,15})",
}
WHOLE_COLUMN = {
    kind: re.compile(rf"(?:\s*(?:{look})\s*{BETWEEN})*", re.ASCII | re.IGNORECASE) for kind, look in LOOKS.items()
}
LETTERS = {"boolean": "b", "number": "n", "decimal": "d"}
NOTHING_YET, TEXT = "?", "t"


def step(run: ImportRun, now: datetime) -> bool:
    """Look at the next rows. Raises Unreadable where the file cannot be read on."""
    with passing.table(run) as table:
        rows = list(islice(table, ROWS))
        passing.note(run, table)
    upload = run.upload
    if rows:
        upload.seen = look(upload.seen or [NOTHING_YET] * len(upload.headers), [row for row in rows if not row.broken])
        upload.rows += len(rows)
        upload.save(update_fields=["seen", "rows"])
        run.total = run.done
        return True
    if not upload.rows:
        raise Unreadable("The file has headers and no rows below them. There is nothing to import.")
    return False


def look(seen: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """By column, the kinds that all cells so far fit, as letters; empty cells fit any."""
    return [
        letters if letters == TEXT else _narrowed(letters, (row.cells[place] for row in rows if place < len(row.cells)))
        for place, letters in enumerate(seen)
    ]


def _narrowed(letters: str, cells: Iterable[str]) -> str:
    filled = [cell for cell in cells if cell and not cell.isspace()]
    if not filled:
        return letters
    column = BETWEEN.join(filled) + BETWEEN
    if column.count(BETWEEN) != len(filled):
        return TEXT
    possible = LETTERS if letters == NOTHING_YET else {kind: one for kind, one in LETTERS.items() if one in letters}
    fits = "".join(letter for kind, letter in possible.items() if WHOLE_COLUMN[kind].fullmatch(column))
    return fits or TEXT


def suggested(header: str, letters: str) -> str:
    """The kind that a new attribute of these cells had best be (IMP-20)."""
    if "b" in letters:
        return "boolean"
    if "n" in letters:
        return "date" if header.endswith("_at") else "number"
    return "decimal" if "d" in letters else "text"
