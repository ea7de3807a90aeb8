"""Who may do what: grants, and the roles that bundle them (PERM-01…03)."""

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import TextChoices

from .problems import Forbidden

if TYPE_CHECKING:
    from .models import Seat


class Grant(StrEnum):
    """One thing a teammate may be allowed to do (PERM-02)."""

    VIEW_LISTS = "view people and company lists"
    VIEW_PROFILES = "view profiles"
    EDIT_DATA = "edit contact and company data"
    MANAGE_TAGS = "manage tags"
    MANAGE_DATA = "manage workspace data"
    IMPORT = "import"
    EXPORT = "export"
    ARCHIVE = "archive and block people"
    DELETE = "permanently delete and restore"
    MANAGE_TEAMMATES = "manage teammates"
    MANAGE_SECURITY = "manage API tokens, installation and security"
    VIEW_AUDIT = "view the activity log"


class Role(TextChoices):
    SUPER_ADMIN = "super_admin", "Super admin"
    MANAGER = "manager", "Manager"
    AGENT = "agent", "Agent"
    READ_ONLY = "read_only", "Read-only"


GRANTS: dict[str, frozenset[Grant]] = {
    Role.SUPER_ADMIN: frozenset(Grant),
    Role.MANAGER: frozenset(Grant) - {Grant.MANAGE_TEAMMATES, Grant.MANAGE_SECURITY, Grant.DELETE},
    Role.AGENT: frozenset({Grant.VIEW_LISTS, Grant.VIEW_PROFILES, Grant.EDIT_DATA, Grant.MANAGE_TAGS}),
    Role.READ_ONLY: frozenset({Grant.VIEW_LISTS, Grant.VIEW_PROFILES}),
}


def check_grant(seat: "Seat", grant: Grant) -> None:
    """Raises Forbidden with its reason when the seat's role lacks the grant."""
    if not can(seat, grant):
        raise Forbidden(f"Your role ({seat.get_role_display()}) may not {grant.value}. Ask a Super admin for it.")


def can(seat: "Seat", grant: Grant) -> bool:
    return grant in GRANTS[seat.role]
