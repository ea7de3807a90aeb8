"""The files themselves: private, in one folder, for seven days (EXP-07)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction

from apps.workspace.problems import Missing

from .models import Export

EXPIRED = "It was kept for 7 days."


@contextmanager
def appending(export: Export) -> Iterator[IO[bytes]]:
    """The file, open where the rows end that are known to be written: what a killed worker wrote beyond is cut off.

    What was written is on the disk when this ends. Raises Missing where somebody took the file away meanwhile.
    """
    path = Path(export.file.path)
    if not export.size:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_RDWR if export.size else os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        raise Missing("The file is gone from the server's folder. Export again.") from None
    with os.fdopen(file, "r+b") as opened:
        opened.truncate(export.size)
        opened.seek(export.size)
        yield opened
        opened.flush()
        os.fsync(opened.fileno())
        export.size = opened.tell()


def let_go(export: Export, why: str, now: datetime) -> None:
    """Delete an export's file, and say why it is gone. The line in the list of exports stays."""
    if export.gone_at is None:
        export.gone_at, export.gone_why = now, why
        export.save(update_fields=["gone_at", "gone_why"])
    path = Path(export.file.path)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def let_expired_go(now: datetime) -> int:
    """Delete the files that have been kept long enough: how many."""
    expired = list(Export.objects.filter(gone_at=None, expires_at__lte=now))
    for export in expired:
        with transaction.atomic():
            export.cancel()
            let_go(export, EXPIRED, now)
    return len(expired)
