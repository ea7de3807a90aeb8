"""The ids of segments as the API writes them: 24 hex digits, always the same, of predefined and saved ones alike.

A segment's own slug is understood as well: it is what stands in a filter that was copied from a list (BEY-13).
"""

import hashlib

from apps.segments.standing import Standing, all_of
from apps.workspace.models import Workspace


def id_of(workspace: Workspace, standing: Standing) -> str:
    named = f"{workspace.app_id}/{standing.about}/{standing.slug}"
    return hashlib.blake2b(named.encode(), digest_size=12).hexdigest()


def find(workspace: Workspace, about: str, segment_id: str) -> Standing | None:
    """The segment of that id, or of that slug."""
    for standing in all_of(workspace, about):
        if segment_id in (id_of(workspace, standing), standing.slug):
            return standing
    return None
