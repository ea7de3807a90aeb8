"""What filters may ask about people beside their attributes: are they users or leads (FILT-16)."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import F

from apps.segments.catalogue import OWNER_AND_TYPE, Choice, Field, Provider, attribute_field, offer_only, register
from apps.workspace.models import Workspace

from .mobile import on_offer
from .models import Role

ROLE = "role"
CHOICES: tuple[Choice, ...] = tuple((role.value, str(role.label)) for role in (Role.USER, Role.LEAD))


def register_fields() -> None:
    register("person", Provider(ROLE, _find, _every))
    offer_only("person", on_offer)


def _find(workspace: Workspace, address: str) -> Field | None:
    return _role(workspace) if address == ROLE else None


def _every(workspace: Workspace) -> Iterable[Field]:
    return [_role(workspace)]


def _role(workspace: Workspace) -> Field:
    """The attribute "Type" as a choice of two: visitors are on no list (IDN-09)."""
    attribute = attribute_field(workspace, "person", ROLE)
    if attribute is None:
        raise LookupError("The standard attribute of a person's role is missing.")
    return replace(
        attribute, group=OWNER_AND_TYPE, kind="role", value=F(ROLE), choices=lambda: CHOICES, icon="user-round"
    )
