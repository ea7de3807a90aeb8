"""`manage.py purge_due [--dry-run]`: destroy whoever's seven days are over, as the hourly task does (DEL-07)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.deletion.destroying import destroy_due, would_destroy
from apps.workspace import clock


class Command(BaseCommand):
    help = "Destroy the data of everybody who was deleted seven days ago. The hourly task does the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and leave everything as it is")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        purge = would_destroy(clock.now()) if dry_run else destroy_due(clock.now())
        done = "would be destroyed" if dry_run else "destroyed"
        people = "1 person" if purge.people == 1 else f"{purge.people:,} people"
        self.stdout.write(f"{people} {done}{':' if purge.people else '.'}")
        for line in purge.lines():
            self.stdout.write(f"  {line}")
