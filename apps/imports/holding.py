"""One teammate at a time decides about a file, so that what was previewed is what is run (BEY-04)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.workspace.jobs import UNDER_WAY
from apps.workspace.problems import Conflict

from .models import Import, Purpose, Stage


@contextmanager
def held(upload: Import) -> Iterator[Import]:
    """The file as it stands, and as nobody else changes it before the block ends.

    Raises Conflict where it was imported or deleted meanwhile.
    """
    with transaction.atomic():
        fresh = locked(upload)
        if fresh.stage in (Stage.RUN, Stage.DISCARDED):
            raise Conflict("This file was imported or deleted already. Upload it again to import it once more.")
        yield fresh


def locked(upload: Import) -> Import:
    """The file as it stands, and as nobody else changes it before the transaction ends.

    A step that reads it through or imports it holds its run first, then the file; so does this, or each would wait for
    the other. Previews change no file: theirs are held after it.
    """
    working = upload.runs.filter(purpose__in=(Purpose.READ, Purpose.RUN), state__in=UNDER_WAY).order_by("pk")
    list(working.select_for_update(no_key=True))
    uploads = Import.objects.select_related("workspace", "by")
    return uploads.select_for_update(of=("self",), no_key=True).get(pk=upload.pk)


def give_up_previews(upload: Import) -> None:
    """What they tell is of other columns, or of another file, by now."""
    for run in upload.runs.filter(purpose=Purpose.PREVIEW, state__in=UNDER_WAY):
        run.cancel()
