"""The report of an import as a file: every row with what became of it, or those with an error and what stood in them
(IMP-23). Both are streamed; no file of theirs is kept."""

import csv
from collections.abc import Iterable, Iterator

from apps.attributes.csv_cells import escaped
from apps.people.models import Person

from . import columns
from .columns import IGNORED
from .models import Import, ImportRow, ImportRun

ROWS = 2_000


class _Line:
    """What the csv module takes for a file: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def _written(lines: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    for line in lines:
        yield writer.writerow([escaped(cell) for cell in line])


def errors(run: ImportRun) -> Iterator[str]:
    """A line for each row with an error: its number, the columns, the reasons, its cells as they were."""
    upload = run.upload
    chosen = columns.columns_of(upload)
    headers = [columns.title(upload.headers, place) for place, one in enumerate(chosen) if one.what != IGNORED]
    yield from _written([["Row", "Column", "Reason", *headers]])
    for batch in _batches(run, only_errors=True):
        yield from _written([str(row.number), *_problems(row), *(row.cells or [])] for row in batch)


def report(run: ImportRun) -> Iterator[str]:
    """A line for every row: its number, what became of it, the person's id, what went wrong."""
    yield from _written([["Row", "Outcome", "ID", "Note", "Column", "Reason"]])
    for batch in _batches(run):
        ids = Person.objects.filter(pk__in=[row.record_id for row in batch if row.record_id])
        public = dict(ids.values_list("pk", "public_id"))
        yield from _written(
            [
                str(row.number),
                row.get_outcome_display(),
                public.get(row.record_id or 0, ""),
                row.get_note_display() if row.note else "",
                *_problems(row),
            ]
            for row in batch
        )


def _batches(run: ImportRun, *, only_errors: bool = False) -> Iterator[list[ImportRow]]:
    rows = ImportRow.objects.filter(run=run).order_by("number")
    if only_errors:
        rows = rows.filter(problems__isnull=False)
    after = 0
    while batch := list(rows.filter(number__gt=after)[:ROWS]):
        yield batch
        after = batch[-1].number


def _problems(row: ImportRow) -> tuple[str, str]:
    """The columns, and the reasons: of several, each with its column before it."""
    told = row.problems or []
    if len(told) == 1:
        return told[0][0], told[0][1]
    return ", ".join(column for column, _ in told), "; ".join(f"{column} {why}".strip() for column, why in told)


def file_name(upload: Import, what: str) -> str:
    return f"{upload.file_name.rsplit('.', 1)[0]}-{what}.csv"
