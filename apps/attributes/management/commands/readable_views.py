"""`manage.py readable_views`: people and companies for psql and BI tools, a column an attribute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.attributes import readable
from apps.workspace.choosing_workspace import the_workspace
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict


class Command(BaseCommand):
    help = "Make SQL views of people and companies with readable column names. They follow the attributes from then on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="APP_ID", help="default: every workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["workspace"]
        workspaces = [the_workspace(chosen)] if chosen else list(Workspace.objects.order_by("app_id"))
        failed = False
        for workspace in workspaces:
            try:
                for name in readable.make(workspace):
                    self.stdout.write(f"SELECT * FROM {readable.quoted(name)};")  # noqa: S608 - printed, to be pasted into psql
            except Conflict as conflict:
                self.stderr.write(conflict.message)
                failed = True
        if failed:
            raise CommandError("Not every view was made.")
