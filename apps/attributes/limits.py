"""How many attributes a workspace may have in use (ATT-12)."""

from django.conf import settings

from apps.workspace.models import Workspace

from .models import Attribute
from .reports import Reason, Refusal


def in_use(workspace: Workspace) -> int:
    """Custom attributes of people and companies together, archived ones not counted (D-36)."""
    return Attribute.objects.filter(workspace=workspace, archived_at=None).count()


def check_room(workspace: Workspace, used: int | None = None) -> None:
    """Raises Refusal when the workspace has as many attributes in use as it may."""
    used = in_use(workspace) if used is None else used
    if used >= settings.ATTRIBUTE_LIMIT:
        raise Refusal(
            Reason.LIMIT,
            f"cannot be added: the workspace has {used} of {settings.ATTRIBUTE_LIMIT} attributes in use. "
            "Archive one that is no longer needed.",
        )
