"""What becomes of exported files when somebody is destroyed (DEL-03, DEL-10).

A file that may hold them goes as a whole: to rewrite it would leave everybody who fetched it with another file than the
list says. Who is pending deletion is in no file that begins from then on, and files are kept as long as a deletion can
be undone; so nearly always those that hold them have expired by then.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.deletion.models import Deletion
from apps.deletion.reach import Going, cleaned, elsewhere

from .keeping import EXPIRED, let_go
from .models import Export

WHY = "Somebody in it was permanently deleted."


def register_places() -> None:
    cleaned(
        Export,
        "export that asked for them by name",
        "exports that asked for them by name",
        why="who exported what is kept",
        fields=("title", "search", "filter", "segments"),
    )
    elsewhere(
        "Exported files",
        "exported file",
        "exported files",
        why="a file that may hold them goes as a whole",
        sweep=take_files,
    )


def take_files(going: Going) -> Counter[int]:
    """Delete the files that may hold somebody: those begun before their deletion was asked for."""
    asked = Deletion.objects.filter(workspace=going.workspace, person__in=set(going.whose.values()))
    since = dict(asked.values_list("person_id", "requested_at"))
    taken: Counter[int] = Counter()
    for export in Export.objects.filter(workspace=going.workspace, about="person", gone_at=None).order_by("pk"):
        held = _held(export, going, since)
        if held:
            _take(export, going.now)
            taken.update(held)
    return taken


def _held(export: Export, going: Going, since: Mapping[int, datetime]) -> set[int]:
    """Who of them may be in a file."""
    meant = going.whose if export.chosen is None else going.whose.keys() & set(export.chosen)
    people = {going.whose[row] for row in meant}
    return {person for person in people if export.created_at <= since.get(person, going.now)}


@transaction.atomic
def _take(export: Export, now: datetime) -> None:
    export.cancel()
    let_go(export, EXPIRED if export.has_expired(now) else WHY, now)
