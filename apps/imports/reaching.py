"""What becomes of imported files, and of what is told of their rows, when somebody is destroyed (DEL-03).

An uploaded file that was not imported yet may hold anybody, so it goes as a whole. Of the rows that were about the
person their number and outcome stay, and nothing that was in them; a row with an error is theirs when it names them.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from apps.deletion.reach import Going, cleaned, elsewhere, spared

from . import keeping
from .models import Import, ImportRow, ImportRun, RememberedColumns

FORGOTTEN: dict[str, Any] = {
    **dict.fromkeys(("record_id", "cells", "changes", "carried", "subject", "user_id_hash", "email_hash")),
    "problems": None,
    "note": "",
}
ROWS = 2_000
WHY = "Somebody who may be in it was permanently deleted. Take them out of the file, and upload it again."


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
        fields=("file_name", "tag", "headers"),  # a file without headers has somebody in their place
    )
    spared(ImportRun, why="it counts what became of rows")
    spared(RememberedColumns, why="it keeps what columns were called, not what stood in them")
    elsewhere(
        "Uploaded files",
        "uploaded file",
        "uploaded files",
        why="a file that may hold them goes as a whole",
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
    """Delete uploads that wait to be imported, or are being imported just now."""
    taken: Counter[int] = Counter()
    for upload in (
        Import.objects.filter(workspace=going.workspace).exclude(file="").select_related("workspace").order_by("pk")
    ):
        keeping.take_away(upload, WHY, going.now)
        taken.update(going.whose.values())
    return taken
