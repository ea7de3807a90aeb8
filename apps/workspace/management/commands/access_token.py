"""`manage.py access_token NAME`: a bearer token for the REST API, printed once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.workspace import clock
from apps.workspace.choosing_workspace import the_workspace
from apps.workspace.hands import NOBODY
from apps.workspace.models import Teammate, Workspace
from apps.workspace.permissions import Role
from apps.workspace.scopes import USUAL, Scope
from apps.workspace.tokens import issue


class Command(BaseCommand):
    help = "Print a new access token of the REST API. It is shown once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="stands beside every value that is written with it")
        parser.add_argument(
            "--for", dest="email", metavar="EMAIL", help="whose it is; default: the first Super admin's"
        )
        parser.add_argument(
            "--scope",
            dest="scopes",
            action="append",
            choices=Scope.values,
            help="what it may do, once for each; default: everything but operator",
        )
        parser.add_argument(
            "--operator", action="store_true", help="what it writes counts as a workflow's; --scope operator as well"
        )
        parser.add_argument("--workspace", metavar="APP_ID", help="needed where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"].strip()
        if not 0 < len(name) <= 120:
            raise CommandError("A token's name has 1 to 120 characters.")
        workspace = the_workspace(options["workspace"])
        owner = _owner(workspace, options["email"])
        scopes = [*(options["scopes"] or USUAL), *([Scope.OPERATOR] if options["operator"] else [])]
        _, secret = issue(workspace, owner, name, scopes=scopes, by=NOBODY, now=clock.now())
        self.stdout.write(secret)


def _owner(workspace: Workspace, email: str | None) -> Teammate:
    seats = workspace.seats.select_related("teammate").filter(teammate__is_active=True).order_by("pk")
    wanted = {"teammate__email": email.strip().lower()} if email else {"role": Role.SUPER_ADMIN}
    seat = seats.filter(**wanted).first()
    if seat is None:
        who = f"{email} is" if email else "There is"
        raise CommandError(f"{who} no active teammate of {workspace.app_id}. Make one: manage.py sign_in_link EMAIL")
    return seat.teammate
