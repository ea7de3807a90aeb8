"""The ids that records had where they were moved in from: they lead to the same records here (BEY-17)."""

from collections.abc import Collection, Mapping

from apps.workspace.models import Workspace

from .models import OtherId


def remember(workspace: Workspace, about: str, known: Mapping[str, int]) -> None:
    """That ids of elsewhere mean records here: id → key. One that is known already stays as it is."""
    rows = [OtherId(workspace=workspace, about=about, public_id=other, record_id=pk) for other, pk in known.items()]
    OtherId.objects.bulk_create(rows, ignore_conflicts=True)


def meant(workspace: Workspace, about: str, others: Collection[str]) -> dict[str, int]:
    """The keys of the records that some ids of elsewhere mean: one query, none for none."""
    if not others:
        return {}
    rows = OtherId.objects.filter(workspace=workspace, about=about, public_id__in=others)
    return dict(rows.values_list("public_id", "record_id"))


def key_of(workspace: Workspace, about: str, other: str) -> int | None:
    """The key of the record that an id of elsewhere means."""
    return None if "\x00" in other else meant(workspace, about, [other]).get(other)
