"""`manage.py purge_due [--dry-run] [--rewrite]`: destroy who is due, as the hourly task does (DEL-07)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.deletion.destroying import destroy_due, would_destroy
from apps.deletion.settling import settle
from apps.workspace import clock


class Command(BaseCommand):
    help = "Destroy the data of everybody who was deleted seven days ago. The hourly task does the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and leave everything as it is")
        parser.add_argument(
            "--rewrite",
            action="store_true",
            help="write large tables anew as well, so that not a byte of whoever is gone is left on the disk; they "
            "cannot be used meanwhile",
        )

    def handle(self, *args: Any, dry_run: bool, rewrite: bool, **options: Any) -> None:
        purge = would_destroy(clock.now()) if dry_run else destroy_due(clock.now())
        if not dry_run and (purge.people or rewrite):
            settle(rewrite_all=rewrite)
        done = "would be destroyed" if dry_run else "destroyed"
        people = "1 person" if purge.people == 1 else f"{purge.people:,} people"
        self.stdout.write(f"{people} {done}{':' if purge.people else '.'}")
        for line in purge.lines():
            self.stdout.write(f"  {line}")
