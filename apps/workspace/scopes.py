"""What an access token may do: its scopes, ticked when it is made and never widened afterwards."""

from collections.abc import Collection

from django.db.models import TextChoices

from .problems import Forbidden


class Scope(TextChoices):
    """One thing that a token may be allowed to do."""

    READ_PEOPLE = "read_people", "Read people"
    WRITE_PEOPLE = "write_people", "Write people"
    MANAGE_DATA = "manage_data", "Manage data"
    DELETE = "delete", "Delete"
    OPERATOR = "operator", "Operator"


LETS: dict[str, str] = {
    Scope.READ_PEOPLE: "See people, companies, their events, notes, tags and segments, and who your teammates are.",
    Scope.WRITE_PEOPLE: "Add, change, tag, merge, archive and block people, change companies, send events. The answer "
    "to a change shows what was changed.",
    Scope.MANAGE_DATA: "Create, change and archive data attributes, delete tags, read the activity log.",
    Scope.DELETE: "Delete people, visitors and companies. People can be restored for seven days.",
    Scope.OPERATOR: "Write people as a workflow does: values that a teammate, a ping, a file or another program set "
    "stay as they are. For bots and automations.",
}
USUAL: tuple[Scope, ...] = (Scope.READ_PEOPLE, Scope.WRITE_PEOPLE, Scope.MANAGE_DATA, Scope.DELETE)


def usual() -> list[str]:
    """The scopes of a token that nobody has narrowed: all but the operator's, which would take its writes' rank."""
    return [scope.value for scope in USUAL]


def lets(scopes: Collection[str], wanted: Scope) -> bool:
    """Whether some scopes suffice. An operator writes as well, and gives way in doing so (API-14)."""
    return wanted in scopes or (wanted is Scope.WRITE_PEOPLE and Scope.OPERATOR in scopes)


def check_scope(scopes: Collection[str], wanted: Scope | None) -> None:
    """Raises Forbidden with its reason; what asks for no scope is everybody's."""
    if wanted is not None and not lets(scopes, wanted):
        raise Forbidden(
            f"This access token lacks the scope {wanted.value} ({wanted.label}). "
            "Use one that has it; a Super admin makes tokens under Settings, API tokens."
        )
