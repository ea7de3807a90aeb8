"""Reading a CSV file row by row, from any row on, in bounded memory.

A row is known by the byte at which it begins, so that whoever goes on where another worker stopped seeks there and
reads nothing twice. What is no CSV at all is refused with a sentence that says what to do (IMP-17).
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, NamedTuple

from apps.attributes.csv_cells import unescaped
from apps.workspace.problems import Problem

from . import disguises

LONGEST_ROW = 2_000_000  # characters
MOST_COLUMNS = 500  # more than an export of all attributes has
PIECE = 1_048_576
HEAD = 65_536  # bytes that tell which delimiter it is
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

# What stands in a row of somebody, and never names a column: an email address, a phone number with its country.
SOMEBODYS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|\+[(]?\d(?:[ ().-]{0,2}\d){6,}")

csv.field_size_limit(LONGEST_ROW + 1)  # Python's own limit is the process's; rows are bounded here


class Unreadable(Problem):
    """The file cannot be read as CSV, from some line on or at all."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file is known by, and how many bytes stand before its text."""

    size: int
    sha256: str
    start: int


class Row(NamedTuple):
    """A row: its number (the first below the headers is 1), the byte where it begins, its cells.

    `broken` says why its cells cannot be told apart; they are what stands between the delimiters then, quotes and all.
    """

    number: int
    offset: int
    cells: list[str]
    broken: str = ""


# ---- the file as a whole ---------------------------------------------------------------------------------------------


def inspect(stream: IO[bytes]) -> Fingerprint:
    """Read a file through once. Raises Unreadable for what is no UTF-8 text, naming the first line that is not."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    first = stream.read(PIECE)
    _check_kind(first)
    piece = first
    while piece:
        digest.update(piece)
        size += len(piece)
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            raise _not_utf8(lines + line_ends(bytes(error.object[: error.start])) + 1) from None
        lines += line_ends(piece)
        piece = stream.read(PIECE)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8(lines + 1) from None
    return Fingerprint(size, digest.hexdigest(), disguises.start(first))


def fingerprint(stream: IO[bytes]) -> tuple[int, str]:
    """Size and digest alone: whether it is still the file that was looked at."""
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _check_kind(first: bytes) -> None:
    if not first[disguises.start(first) :].strip():
        raise Unreadable("This file is empty. Choose a CSV file with headers in its first row.")
    if what := disguises.found(first):
        raise Unreadable(f"This is {what}, not a CSV file. Save it as “CSV UTF-8” and upload that.")
    if b"\0" in first[:1024].splitlines()[0]:
        raise Unreadable("This is not plain text: it may be UTF-16 or a program's own format. Save it as “CSV UTF-8”.")


def line_ends(piece: bytes) -> int:
    """How many lines end in it: by LF, or by CR alone where there is none."""
    return piece.count(b"\n") or piece.count(b"\r")


def _not_utf8(line: int) -> Unreadable:
    return Unreadable(
        f"Line {line:,} is not UTF-8. Save the file as “CSV UTF-8” and upload it again; nothing was read."
    )


# ---- headers and delimiter -------------------------------------------------------------------------------------------


def delimiter_of(stream: IO[bytes], start: int) -> str:
    """The delimiter that makes most columns of the first rows, alike in all of them; the comma where none does.

    One that cuts quoted cells to pieces leaves their quotes in them: what leaves fewer goes before.
    """
    stream.seek(start)
    head = stream.read(HEAD)
    rows = {one: _first_rows(head.decode("utf-8", "ignore"), one, len(head) == HEAD) for one in DELIMITERS}
    several = {one: found for one, found in rows.items() if found and len(found[0]) > 1}
    even = {one: found for one, found in several.items() if len(set(map(len, found))) == 1}
    likely = even or several
    return min(likely, key=lambda one: (_quotes(likely[one]), -len(likely[one][0])), default=",")


def _first_rows(head: str, delimiter: str, is_cut: bool) -> list[list[str]]:
    """The first rows; the last one may be cut, and is left out then where there are others."""
    rows: list[list[str]] = []
    try:
        rows.extend(islice(filter(None, csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)), 20))
    except csv.Error:
        return rows[:1]
    return rows[:-1] or rows if is_cut and len(rows) < 20 else rows


def _quotes(rows: list[list[str]]) -> int:
    return sum(cell.count('"') for cells in rows for cell in cells)


def headers_of(stream: IO[bytes], start: int, delimiter: str) -> list[str]:
    """The cells of the first row. Raises Unreadable for a file that has none, or more than can be meant."""
    table = Table(stream, start, delimiter)
    row = next(iter(table), None)
    table.detach()
    headers = [] if row is None else [unescaped(header.strip()) for header in row.cells]
    if row and row.broken:
        raise Unreadable(f"The first row {row.broken}. It has to hold the headers.")
    if not any(headers):
        raise Unreadable("The first row holds no headers. Give every column a name in the first row.")
    if len(headers) > MOST_COLUMNS:
        raise Unreadable(
            f"The file has {len(headers):,} columns; at most {MOST_COLUMNS} can be read. "
            "Delete the columns that you do not need, and upload it again."
        )
    if any(SOMEBODYS.fullmatch(header) for header in headers):
        raise Unreadable(
            "The first row holds an email address or a phone number: it is somebody's row, not headers. "
            "Put a row above it that names the columns, and upload the file again."
        )
    return headers


# ---- rows ------------------------------------------------------------------------------------------------------------


class Table:
    """The rows of a file from a byte on; `offset`, `number` and `lines` say how far they were read.

    The first row of the file counts as number 0: its headers. Empty lines are counted, not given.
    """

    def __init__(self, stream: IO[bytes], offset: int, delimiter: str, *, number: int = -1, lines: int = 0) -> None:
        stream.seek(offset)
        self._text = io.TextIOWrapper(stream, "utf-8", newline="")  # LF, CRLF and CR all end a line, and are kept
        self._reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        self._room, self._delimiter = LONGEST_ROW, delimiter
        self._row: list[str] = []  # the lines of the row that is read
        self.offset, self.number, self.lines = offset, number, lines

    def __iter__(self) -> Iterator[Row]:
        while True:
            begin, line, self._room = self.offset, self.lines + 1, LONGEST_ROW
            self._row.clear()
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                yield self._broken(begin, line, error)
                continue
            if cells is None:
                return
            self.number += 1
            if cells:
                yield Row(self.number, begin, cells)

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(self._room + 1):
            self._room -= len(line)
            if self._room < 0:
                raise csv.Error("too long")
            self.offset += len(line) if line.isascii() else len(line.encode())
            self.lines += 1
            self._row.append(line)
            yield line

    def _broken(self, begin: int, line: int, error: csv.Error) -> Row:
        said = str(error)
        if self._room < 0:
            raise Unreadable(
                f"The row that begins on line {line:,} does not end within {LONGEST_ROW:,} characters. "
                "Is there a quote that never closes? Mend that line and upload the file again."
            ) from None
        if "end of data" in said:
            raise Unreadable(f"A quote that opens in the row of line {line:,} never closes. Mend it and upload again.")
        self.number += 1
        cells = "".join(self._row).rstrip("\r\n").split(self._delimiter)
        return Row(self.number, begin, cells, _why_broken(line, self.lines))

    def detach(self) -> None:
        """Leave the stream open for whoever opened it."""
        self._text.detach()


def _why_broken(first: int, last: int) -> str:
    if first == last:
        return "has text after a closing quote; a quote inside a cell is written twice"
    return (
        f"takes up the lines {first:,} to {last:,}: a quote that opens on line {first:,} closes only where text follows"
    )
