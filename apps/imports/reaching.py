"""What becomes of imported files, and of what is told of their rows, when somebody is destroyed (DEL-03).

An uploaded file that waits to be imported, or is being imported just now, is read through: one that names them goes as
a whole, for what was previewed of it is not true any more, and whoever uploaded it is told. Of the rows that were about
the person their number and outcome stay, and nothing that was in them; a row with an error is theirs when it names
them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet

from apps.attributes.csv_cells import unescaped
from apps.deletion.reach import Going, cleaned, elsewhere, spared
from apps.people.models import Person
from apps.workspace.once_more import once_more

from . import keeping
from .models import Import, ImportRow, ImportRun, Purpose, RememberedColumns
from .reading import Row, Table, Unreadable

FORGOTTEN: dict[str, Any] = {
    **dict.fromkeys(("record_id", "cells", "changes", "carried", "subject", "user_id_hash", "email_hash")),
    "problems": None,
    "note": "",
}
ROWS = 2_000
OF_HEADERS = ("headers", "columns")  # a file without headers has somebody in their place
PIECE = 1_000_000  # characters of a file that are looked through at a time
WHY = "Somebody in it was permanently deleted. Take them out of the file, and upload it again."


def register_places() -> None:
    cleaned(
        ImportRow,
        "row of an import",
        "rows of imports",
        why="that a row was imported is kept, without anything that was in it",
        sweep=clean_rows,
    )
    cleaned(
        Import,
        "import of a file named after them",
        "imports of files named after them",
        why="who imported what is kept",
        fields=("file_name", "tag", *OF_HEADERS),
    )
    spared(ImportRun, why="it counts what became of rows; its errors are told with those of all jobs")
    cleaned(
        RememberedColumns,
        "file's columns named after them",
        "files' columns named after them",
        why="it keeps what columns were called",
        fields=("columns",),
    )
    elsewhere(
        "Uploaded files",
        "uploaded file",
        "uploaded files",
        why="a file that waits to be imported and names them goes as a whole",
        sweep=take_files,
    )


def clean_rows(going: Going) -> Counter[int]:
    """Empty the rows that were about some people, or that name them."""
    cleaned_rows: Counter[int] = Counter()
    rows = ImportRow.objects.filter(workspace=going.workspace)
    pks = list(going.whose)
    for start in range(0, len(pks), ROWS):
        about = rows.filter(record_id__in=pks[start : start + ROWS])
        cleaned_rows += going.by_person(_counted(about))
        about.update(**FORGOTTEN)
    return cleaned_rows + _clean_named(going, rows)


def _counted(rows: QuerySet[ImportRow]) -> Mapping[int, int]:
    return Counter(pk for pk in rows.values_list("record_id", flat=True) if pk)


def _clean_named(going: Going, rows: QuerySet[ImportRow]) -> Counter[int]:
    """Rows with an error that reached nobody: their cells were kept, so that they can be mended."""
    found: Counter[int] = Counter()
    after = 0
    kept = rows.filter(cells__isnull=False).order_by("pk")
    while batch := list(kept.filter(pk__gt=after).values_list("pk", "cells")[:ROWS]):
        named = {pk: going.names.taken_out(cells)[1] for pk, cells in batch}
        theirs = [pk for pk, who in named.items() if who]
        ImportRow.objects.filter(pk__in=theirs).update(**FORGOTTEN)
        for pk in theirs:
            found.update(named[pk])
        after = batch[-1][0]
    return found


def take_files(going: Going) -> Counter[int]:
    """Delete uploads that name some people, and wait to be imported or are being imported just now."""
    taken: Counter[int] = Counter()
    user_ids = _user_ids(going)
    uploads = Import.objects.filter(workspace=going.workspace).exclude(file="").select_related("workspace")
    for upload in uploads.order_by("pk"):
        if not (held := _held(upload, going, user_ids)):
            continue
        if once_more(partial(keeping.take_away, upload, WHY, going.now)):
            ImportRow.objects.filter(run__in=upload.runs.filter(purpose=Purpose.PREVIEW)).delete()
            taken.update(held)
    return taken


def _user_ids(going: Going) -> dict[str, int]:
    """Also those that are no more than a word: within a text they may mean anything, as a whole cell they mean them."""
    known = Person.objects.of(going.workspace).filter(pk__in=going.pks).exclude(external_id=None)
    return {user_id: going.whose[pk] for pk, user_id in known.values_list("pk", "external_id") if user_id}


def _held(upload: Import, going: Going, user_ids: Mapping[str, int]) -> set[int]:
    """Who of some people a file names. What cannot be read through may name all of them."""
    held: set[int] = set()
    try:
        with upload.file.open("rb") as stream:
            for cells in _pieces(Table(stream, upload.start, upload.delimiter)):
                held |= {user_ids[cell] for cell in user_ids.keys() & cells}
                for cell in cells if going.names.may_be_in("\n".join(cells)) else ():
                    held |= {going.names.whose[name] for name in going.names.found_in(cell)}
    except FileNotFoundError:
        return set()
    except (Unreadable, UnicodeDecodeError):
        return set(going.whose.values())
    return held


def _pieces(rows: Iterable[Row]) -> Iterator[set[str]]:
    """The cells of some rows at a time."""
    cells: set[str] = set()
    room = PIECE
    for row in rows:
        cells.update(unescaped(cell.strip()) for cell in row.cells)
        room -= sum(map(len, row.cells))
        if room <= 0:
            yield cells
            cells, room = set(), PIECE
    yield cells
