"""Going through an uploaded file: where to begin, how far it was read, and whether it is still the same one."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from apps.workspace.problems import Problem

from .models import Import, ImportRun
from .reading import Row, Table, fingerprint

ROWS = 2_000  # a step at most, so that a step is soon done
CHARACTERS = 4_000_000  # a step at most, so that it fits into little memory
# files that this process has looked at: (name, size, time of change) → digest
_known: dict[tuple[str, int, float], str] = {}


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


def check_unchanged(upload: Import) -> None:
    """Raises Changed where the file is gone, or another one than was uploaded.

    It is read through once in a process, and again whenever its size or its time of change says so.
    """
    storage, name = upload.file.storage, upload.file.name or ""
    try:
        size, at = storage.size(name), storage.get_modified_time(name).timestamp()
        if size != upload.size:
            raise Changed
        if (name, size, at) not in _known:
            with upload.file.open("rb") as stream:
                _known[name, size, at] = fingerprint(stream)[1]
    except (FileNotFoundError, ValueError):
        raise Changed from None
    if _known[name, size, at] != upload.sha256:
        raise Changed
