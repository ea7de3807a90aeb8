"""`manage.py purge_due [--dry-run] [--leave-large]`: destroy who is due, as the hourly task does (DEL-07)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.deletion.destroying import destroy_due, would_destroy
from apps.deletion.models import Receipt
from apps.deletion.settling import settle_what_is_left
from apps.workspace import clock

SETTLED = "The tables were written anew: not a byte of whoever was destroyed is left on the disk."
NOT_YET = (
    "Bytes of whoever was destroyed are still on freed pages of the disk: a table is large or in use just now. They "
    "are written over at night, or when you run this again."
)


class Command(BaseCommand):
    help = "Destroy the data of everybody who was deleted seven days ago. The hourly task does the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and leave everything as it is")
        parser.add_argument(
            "--leave-large",
            action="store_true",
            help="leave it to the night to write large tables anew, so that not a byte of whoever is gone is left on "
            "the disk; they cannot be used meanwhile, for about a minute with a million people",
        )

    def handle(self, *args: Any, dry_run: bool, leave_large: bool, **options: Any) -> None:
        purge = would_destroy(clock.now()) if dry_run else destroy_due(clock.now())
        done = "would be destroyed" if dry_run else "destroyed"
        people = "1 person" if purge.people == 1 else f"{purge.people:,} people"
        self.stdout.write(f"{people} {done}{':' if purge.people else '.'}")
        for line in purge.lines():
            self.stdout.write(f"  {line}")
        if not dry_run and Receipt.objects.filter(settled_at=None).exists():
            settled = settle_what_is_left(clock.now(), rewrite_all=not leave_large)
            self.stdout.write(SETTLED if settled else NOT_YET)
