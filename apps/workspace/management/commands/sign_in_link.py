"""`manage.py sign_in_link EMAIL`: a teammate's way in without a password and without mail."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from apps.workspace import clock, seating
from apps.workspace.choosing_workspace import the_workspace
from apps.workspace.hands import NOBODY
from apps.workspace.hosts import origin
from apps.workspace.models import Seat, Workspace
from apps.workspace.permissions import Role
from apps.workspace.problems import Problem
from apps.workspace.signing_in import make_link


class Command(BaseCommand):
    help = "Print a link that signs a teammate in once within a day. A new email becomes a teammate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--role", choices=Role.values, help="default: the one they have; read_only for a new teammate"
        )
        parser.add_argument("--workspace", metavar="APP_ID", help="needed where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = the_workspace(options["workspace"])
        seat = _seat(workspace, options["email"].strip().lower(), options["role"])
        if not seat.teammate.is_active:
            raise CommandError(f"{seat.teammate.email} is deactivated. A superuser lets them in again under /admin.")
        self.stdout.write(make_link(seat.teammate, origin(workspace, "app"), by=NOBODY, now=clock.now()))


def _seat(workspace: Workspace, email: str, role: str | None) -> Seat:
    """The teammate's seat, given now where they had none; their role changes only where one is asked for."""
    try:
        validate_email(email)
        seat = workspace.seats.select_related("teammate", "workspace").filter(teammate__email=email).first()
        if seat is None:
            return seating.give_seat(workspace, email, role or Role.READ_ONLY, by=NOBODY, now=clock.now())
        if role:
            seating.change_role(seat, role, by=NOBODY, now=clock.now())
        return seat
    except ValidationError:
        raise CommandError(f"{email!r} is not an email.") from None
    except Problem as problem:
        raise CommandError(problem.message) from None
