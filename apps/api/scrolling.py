"""Reading all companies of a workspace a hundred at a time: one scroll at once, which lapses after a minute."""

import secrets
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Model, QuerySet

from apps.workspace.models import Workspace
from apps.workspace.problems import Missing, Problem

SIZE = 100
LAPSES = 60  # seconds after which nobody goes on with it
Row = TypeVar("Row", bound=Model)
Scroll = tuple[str, int]  # its parameter, and after which key it goes on


def scroll(workspace: Workspace, rows: QuerySet[Row], param: str | None) -> tuple[list[Row], str | None]:
    """The next rows by their keys, and the parameter to go on with; none at the end, where there are no rows.

    Raises Problem while another scroll is under way, Missing for one that is over.
    """
    key = f"scroll:{workspace.pk}"
    param, after = _going_on(key, param) if param else _begun(key)
    page = list(rows.filter(pk__gt=after).order_by("pk")[:SIZE])
    if not page:
        cache.delete(key)
        return [], None
    cache.set(key, (param, page[-1].pk), LAPSES)
    return page, param


def _begun(key: str) -> Scroll:
    begun = (secrets.token_hex(16), 0)
    if not cache.add(key, begun, LAPSES):
        raise Problem("scroll already exists for this workspace", code="scroll_exists")
    return begun


def _going_on(key: str, param: str) -> Scroll:
    standing: Scroll | None = cache.get(key)
    if standing is None or not secrets.compare_digest(standing[0].encode(), param.encode()):
        raise Missing("scroll parameter not found", field="scroll_param")
    return standing
