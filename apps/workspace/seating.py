"""Who has a seat in a workspace, and with which role. There is always a Super admin (PERM-04)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from .activities import Activity
from .auditing import record
from .hands import Hand
from .models import AccessToken, Seat, Teammate, Workspace
from .permissions import Role
from .problems import Conflict, Forbidden
from .tokens import revoke


@transaction.atomic
def give_seat(workspace: Workspace, email: str, role: str, *, by: Hand, now: datetime) -> Seat:
    """Give a seat, making the teammate where the email is new. Raises Conflict where they have one."""
    teammate, _ = Teammate.objects.get_or_create(email=email.strip().lower(), defaults={"password": "!"})
    given, is_new = Seat.objects.get_or_create(workspace=workspace, teammate=teammate, defaults={"role": role})
    if not is_new:
        raise Conflict(f"{teammate} has a seat here already.", field="email")
    record(Activity.SEAT_CREATION, workspace=workspace, by=by, now=now, teammate=teammate.pk, role=role)
    return given


@transaction.atomic
def change_role(seat: Seat, role: str, *, by: Hand, now: datetime) -> None:
    """Raises Forbidden for one's own role and Conflict for the last Super admin's (PERM-04)."""
    if seat.role == role:
        return
    _check_another(seat, by, "role")
    _check_not_last(seat)
    before, seat.role = seat.role, role
    seat.save(update_fields=["role"])
    record(
        Activity.ROLE_CHANGE,
        workspace=seat.workspace,
        by=by,
        now=now,
        teammate=seat.teammate_id,
        before=before,
        after=role,
    )


@transaction.atomic
def take_seat(seat: Seat, *, by: Hand, now: datetime) -> None:
    """Take the seat away, and with it the teammate's access tokens of this workspace. Raises like `change_role`."""
    _check_another(seat, by, "seat")
    _check_not_last(seat)
    for token in AccessToken.objects.filter(
        workspace=seat.workspace, teammate=seat.teammate, revoked_at=None
    ).select_related("workspace"):
        revoke(token, by=by, now=now)
    record(Activity.SEAT_REMOVAL, workspace=seat.workspace, by=by, now=now, teammate=seat.teammate_id, role=seat.role)
    seat.delete()


def may_make_link(by: Teammate, for_whom: Teammate, workspace: Workspace) -> bool:
    """Whether a Super admin may hold a sign-in link for this teammate: not where it would open more than their own.

    A link opens every workspace of the teammate, and the Django admin to a superuser.
    """
    if for_whom.is_superuser and not by.is_superuser:
        return False
    mine = Seat.objects.filter(workspace=OuterRef("workspace"), teammate=by, role=Role.SUPER_ADMIN)
    return not Seat.objects.filter(teammate=for_whom).exclude(workspace=workspace).exclude(Exists(mine)).exists()


def is_last_super_admin(teammate: Teammate) -> bool:
    """Whether some workspace would be left without an active Super admin if this teammate went."""
    own = Seat.objects.filter(teammate=teammate, role=Role.SUPER_ADMIN)
    return any(not _others(seat).exists() for seat in own)


def _check_another(seat: Seat, by: Hand, what: str) -> None:
    if seat.teammate_id == by.teammate_id:
        raise Forbidden(f"Nobody changes their own {what}. Ask another Super admin.")


def _check_not_last(seat: Seat) -> None:
    """Under a lock, so that two Super admins cannot remove each other at the same time."""
    Workspace.objects.select_for_update(no_key=True).get(pk=seat.workspace_id)
    if seat.role == Role.SUPER_ADMIN and not _others(seat).exists():
        raise Conflict(f"{seat.teammate} is the last Super admin. Make somebody else Super admin first.")


def _others(seat: Seat) -> QuerySet[Seat]:
    return Seat.objects.filter(workspace=seat.workspace_id, role=Role.SUPER_ADMIN, teammate__is_active=True).exclude(
        pk=seat.pk
    )
