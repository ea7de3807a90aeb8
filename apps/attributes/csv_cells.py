"""How a cell of a file is written so that no spreadsheet takes it for a formula, and read back as it was (EXP-06).

A cell that a spreadsheet would calculate gets an apostrophe before it. So does one that looks as if it had got one
already, so that reading takes away exactly what writing put there: `unescaped(escaped(cell)) == cell`, whatever it is.
A number below zero is no formula: whoever adds up a column finds it there. A plus is no part of a number that we write,
and a spreadsheet would take it from a phone number.
"""

import re

# What makes a spreadsheet calculate: a sign, as it is typed or at full width, or white space that it skips before one.
STARTS = "=+-@\t\r\n＝＋－＠"
APOSTROPHE = "'"
NUMBER = r"-[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,3})?"
_risky = re.compile(rf"(?!{NUMBER}\Z)'*[{re.escape(STARTS)}]")
_escaped = re.compile(f"''*[{re.escape(STARTS)}]")


def escaped(cell: str) -> str:
    """The cell as it stands in a file."""
    return APOSTROPHE + cell if _risky.match(cell) else cell


def unescaped(cell: str) -> str:
    """The cell as it was before it was written to a file. A file that somebody else made keeps what it says: only an
    apostrophe before a sign is taken away."""
    return cell[1:] if _escaped.match(cell) else cell


# ---- the same in SQL, for files that the database writes itself ------------------------------------------------------

_FIRSTS = ", ".join(str(ord(sign)) for sign in STARTS)
_PATTERN = "^''+[" + "".join({"-": r"\-", "\t": r"\t", "\r": r"\r", "\n": r"\n"}.get(s, s) for s in STARTS) + "]"


def escaped_sql(column: str) -> str:
    """SQL that escapes a column of text; `column` is a plain name, since it is named several times.

    The first character decides for nearly every cell, so that none of them is matched against a pattern.
    """
    return (
        f"CASE WHEN (ascii({column}) IN ({_FIRSTS}) AND {column} !~ '^{NUMBER}$') "
        f"OR (ascii({column}) = 39 AND {column} ~ '{_PATTERN}') "
        f"THEN '''' || {column} ELSE {column} END"
    )
