"""What only the mobile apps send: nobody is offered it before one of them has sent something (ATT-04)."""

from collections.abc import Sequence

from apps.attributes.definitions import Definition
from apps.workspace.models import Workspace

from .models import ON_MOBILE, Person

LAST_SEEN = ("ios_last_seen_at", "android_last_seen_at")  # whoever has neither has used no app
OTHERS = {"enabled_push_messaging", "is_mobile_unidentified"}


def is_mobile(definition: Definition) -> bool:
    return definition.key.startswith(("ios_", "android_")) or definition.key in OTHERS


def on_offer(workspace: Workspace, definitions: Sequence[Definition]) -> list[Definition]:
    """Of some standard attributes of people those that there are to see. One query, by an index of few entries."""
    if Person.objects.filter(ON_MOBILE, workspace=workspace).exists():
        return list(definitions)
    return [definition for definition in definitions if definition.custom or not is_mobile(definition)]
