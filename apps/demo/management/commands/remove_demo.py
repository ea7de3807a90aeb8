"""`manage.py remove_demo`: the demo is gone, everything added since stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.demo.models import has_demo
from apps.demo.removal import remove
from apps.workspace import clock
from apps.workspace.choosing_workspace import the_workspace
from apps.workspace.hands import NOBODY


class Command(BaseCommand):
    help = "Remove everything that came with the demo, and nothing that has been added since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="APP_ID", help="needed where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = the_workspace(options["workspace"])
        if not has_demo(workspace):
            self.stdout.write(f"There is no demo data in {workspace.app_id}.")
            return
        self.stdout.write(str(remove(workspace, by=NOBODY, now=clock.now())))
