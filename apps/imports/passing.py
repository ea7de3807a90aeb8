"""Going through an uploaded file: where to begin, how far it was read, and whether it is still the same one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from apps.workspace.problems import Problem

from .models import Import, ImportRun
from .reading import Row, Table, fingerprint

ROWS = 2_000  # a step at most, so that a step is soon done
CHARACTERS = 4_000_000  # a step at most, so that it fits into little memory
# files that this process has looked at: (name, and how the disk tells that it is still that one) → digest
_known: dict[tuple[str | int, ...], str] = {}


class Changed(Problem):
    """The file is not the one that was previewed any more."""

    def __init__(self) -> None:
        super().__init__("The file changed after it was uploaded, so nothing more of it is read. Upload it again.")


@contextmanager
def table(run: ImportRun) -> Iterator[Table]:
    """The rows of a run's file that it has not come to yet. Raises Changed."""
    upload = run.upload
    check_unchanged(upload)
    with upload.file.open("rb") as stream:
        begun = run.cursor > 0
        rows = Table(
            stream,
            run.cursor if begun else upload.start,
            upload.delimiter,
            number=run.done if begun else -1,
            lines=run.lines,
        )
        try:
            if not begun:
                next(iter(rows))  # the headers
                rows.number = 0
            yield rows
        finally:
            rows.detach()


def note(run: ImportRun, table: Table) -> None:
    """Keep how far the file was read."""
    run.cursor, run.done, run.lines = table.offset, table.number, table.lines


def some(table: Table) -> list[Row]:
    """The next rows, as many as fit into a step."""
    rows: list[Row] = []
    room = CHARACTERS
    for row in table:
        rows.append(row)
        room -= sum(map(len, row.cells))
        if len(rows) == ROWS or room <= 0:
            break
    return rows


def head(upload: Import, most: int = 20) -> list[Row]:
    """The first rows of a file."""
    with upload.file.open("rb") as stream:
        table = Table(stream, upload.start, upload.delimiter)
        try:
            return list(islice(table, 1, most + 1))
        finally:
            table.detach()


def rows_at(upload: Import, places: dict[int, int]) -> dict[int, Row]:
    """Single rows of a file, by number: {number: the byte where it begins}."""
    found: dict[int, Row] = {}
    with upload.file.open("rb") as stream:
        for number, offset in sorted(places.items(), key=lambda place: place[1]):
            one = Table(stream, offset, upload.delimiter, number=number - 1)
            found[number] = next(iter(one))
            one.detach()
    return found


def check_unchanged(upload: Import, *, anew: bool = False) -> None:
    """Raises Changed where the file is gone, or another one than was uploaded.

    A process reads it through once, and again whenever the disk says that it was written, replaced, or given another
    time (which sets the time of that). `anew`: read it through whatever the disk says.
    """
    name = upload.file.name or ""
    try:
        stat = os.stat(upload.file.path)
        known_by = (name, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        if stat.st_size != upload.size:
            raise Changed
        if anew or known_by not in _known:
            with upload.file.open("rb") as stream:
                _known[known_by] = fingerprint(stream)[1]
    except (FileNotFoundError, ValueError):
        raise Changed from None
    if _known[known_by] != upload.sha256:
        raise Changed
