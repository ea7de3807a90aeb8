"""A file on its way in: streamed to the disk, counted while it comes, looked at before anything is asked (IMP-16)."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.db import transaction
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from apps.workspace import jobs
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from . import holding, passing, reading, running
from .models import Import, ImportRun, Purpose, Stage

SLACK = 65_536  # bytes of a form around its file
AT_ONCE = 4_000_000  # bytes of a file that is read through while its uploader waits


def too_large() -> str:
    """IMP-16"""
    most = filesizeformat(settings.IMPORT_MAX_BYTES).replace("\N{NO-BREAK SPACE}", " ")
    return f"The file is larger than {most}. Split the file into smaller ones, each with the headers in its first row."


def is_announced_too_large(request: HttpRequest) -> bool:
    """Whether a request says that it carries more than may be uploaded: then nothing of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) > settings.IMPORT_MAX_BYTES + SLACK


class BoundedUpload(TemporaryFileUploadHandler):
    """Writes what comes to the disk, whatever its size, and stops where it becomes too much."""

    is_too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.IMPORT_MAX_BYTES:
            self.is_too_large = True
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)

    def upload_complete(self) -> Any:
        return None


def take_in(workspace: Workspace, upload: UploadedFile, role: str, *, by: Hand, now: datetime) -> Import:
    """Keep a file, and have it read through. Raises Unreadable for what is no CSV file."""
    stream = cast("IO[bytes]", upload.file)
    stream.seek(0)
    known = reading.inspect(stream)
    delimiter = reading.delimiter_of(stream, known.start)
    headers = reading.headers_of(stream, known.start, delimiter)
    with transaction.atomic():
        kept = Import(
            workspace=workspace,
            by_id=by.teammate_id,
            created_at=now,
            role=role,
            file_name=called(upload.name or ""),
            size=known.size,
            sha256=known.sha256,
            start=known.start,
            delimiter=delimiter,
            headers=clean(headers),
        )
        upload.seek(0)
        kept.file.save("people.csv", upload, save=False)
        kept.save()
        run = running.begin_run(kept, Purpose.READ, by=by, now=now)
    return _read_through(kept, run)


def with_delimiter(upload: Import, delimiter: str, *, by: Hand, now: datetime) -> Import:
    """Read a file anew, its cells told apart otherwise. Raises Unreadable, Changed, Conflict."""
    with holding.held(upload) as upload:
        passing.check_unchanged(upload)
        with upload.file.open("rb") as stream:
            headers = reading.headers_of(stream, upload.start, delimiter)
        upload.delimiter, upload.headers = delimiter, clean(headers)
        upload.rows, upload.seen, upload.columns, upload.stage = 0, [], [], Stage.COLUMNS
        upload.save()
        for former in upload.runs.filter(state__in=jobs.UNDER_WAY):
            former.cancel()
        run = running.begin_run(upload, Purpose.READ, by=by, now=now)
    return _read_through(upload, run)


def _read_through(upload: Import, run: ImportRun) -> Import:
    """What is small is read while its uploader waits: the next page says what is in it."""
    if upload.size <= AT_ONCE:
        jobs.run(ImportRun, run.pk)
    upload.refresh_from_db()
    return upload


def called(name: str) -> str:
    """A file's name as pages show it: in one line, and in the order in which it is read."""
    seen = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in name)
    return " ".join(seen.split())[:255] or "people.csv"


def clean(headers: Iterable[str]) -> list[str]:
    """PostgreSQL has no NUL."""
    return [header.replace("\0", "\N{REPLACEMENT CHARACTER}")[:500] for header in headers]
