"""Who was destroyed here is not brought back by the next move from where they came."""

from collections import Counter
from collections.abc import Collection

from apps.attributes.models import OtherId
from apps.deletion.models import Receipt
from apps.deletion.reach import Going, rows_taken
from apps.people.following import rows_of
from apps.workspace.models import Workspace

from .models import Forgotten


def other_ids_taken(going: Going) -> Counter[int]:
    """The ids that they had elsewhere lead to nobody from now on; that they were forgotten is remembered (DEL-03)."""
    ids = rows_of(OtherId, going.workspace, going.pks).values_list("public_id", flat=True)
    rows = [Forgotten(workspace=going.workspace, public_id=public_id) for public_id in ids]
    Forgotten.objects.bulk_create(rows, ignore_conflicts=True)
    return rows_taken(OtherId, going)


def forgotten(workspace: Workspace, ids: Collection[str]) -> set[str]:
    """Those of some ids whose people were destroyed here, under the same id or another."""
    found: set[str] = set()
    for model in (Receipt, Forgotten):
        rows = model._default_manager.filter(workspace=workspace, public_id__in=ids)
        found |= set(rows.values_list("public_id", flat=True))
    return found
