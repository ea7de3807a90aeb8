"""`manage.py prepare_first_run`: what `start` asks for after migrating. On a database that is set up, only a hint."""

import shlex
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.demo import errands
from apps.demo.population import populate
from apps.workspace import clock, first_run
from apps.workspace.hands import NOBODY, hand_of_teammate
from apps.workspace.hosts import origin, own_address
from apps.workspace.models import Seat
from apps.workspace.permissions import Role
from apps.workspace.signing_in import make_link

APP_ID = "demo"
FIRST_TEAMMATE = "you@example.com"


class Command(BaseCommand):
    help = "Make the first workspace, or say where the page is that makes it. Does nothing where there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="no sample population; the app id is demo")
        parser.add_argument("--app-id", help="make an empty workspace with this app id")
        parser.add_argument("--email", default=FIRST_TEAMMATE, help="the first teammate's; default: %(default)s")
        parser.add_argument("--base-url", help="what printed links start with; default: where `start` listens")

    def handle(self, *args: Any, **options: Any) -> None:
        base = (options["base_url"] or "").rstrip("/")
        if not first_run.is_due():
            self.stdout.write(f"Need a way in? {self._place()}python3 manage.py sign_in_link {self._owner()}")
        elif options["empty"] or options["app_id"]:
            app_id = options["app_id"] or APP_ID
            self._make(base, "My workspace", app_id, options["email"], populated=False)
        elif settings.EMBEDDED:
            self._make(base, "Demo workspace", APP_ID, options["email"], populated=True)
        else:
            address = f"{base or own_address()}/first-run?code={first_run.setup_code()}"
            self.stdout.write(f"Set up the first workspace at {address}\nSetup code: {first_run.setup_code()}")

    @staticmethod
    def _place() -> str:
        """What a command needs to find this installation: nothing where it is the usual one."""
        usual = settings.DATA_DIR == settings.ROOT / ".data"
        return "" if usual or not settings.EMBEDDED else f"DATA_DIR={shlex.quote(str(settings.DATA_DIR))} "

    @staticmethod
    def _owner() -> str:
        """The first Super admin's email: whoever else asks is made read-only."""
        seat = Seat.objects.filter(role=Role.SUPER_ADMIN, teammate__is_active=True).order_by("pk").first()
        return seat.teammate.email if seat else "EMAIL --role super_admin"

    @transaction.atomic
    def _make(self, base: str, name: str, app_id: str, email: str, *, populated: bool) -> None:
        """All of it or nothing: a start that was interrupted begins anew."""
        now = clock.now()
        try:
            workspace, founder = first_run.found_first(
                name=name, app_id=app_id, timezone="UTC", email=email, teammate_name="", by=NOBODY, now=now
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        if populated:
            populate(workspace, by=hand_of_teammate(founder), now=now)
            errands.run(workspace, by=hand_of_teammate(founder), now=now)
        link = make_link(founder, base or origin(workspace, "app"), by=NOBODY, now=now)
        self.stdout.write(f"Sign in as {founder.email}, once, within a day: {link}")
