"""`manage.py restore FILE`: what `backup` wrote, into an empty database and a new data folder."""

import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from intercom_clone.servers import archive
from intercom_clone.servers.absence import data_folder
from intercom_clone.servers.places import Places, Refused


class Command(BaseCommand):
    help = "Put a backup's database and files into an empty database and a new data folder. All of it or nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument(
            "--data", default=os.environ.get("DATA_DIR"), help="the data folder; default: DATA_DIR, else .data"
        )

    def run_from_argv(self, argv: list[str]) -> None:
        options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        source: Path = options["file"].absolute()
        places = Places(options["data"]) if options["data"] else data_folder()
        os.environ["DATA_DIR"] = str(places.data)  # settings are read from here on
        try:
            manifest = archive.manifest_of(source)
            check_known(manifest)
            with archive.database(places):
                files = archive.restore(places, source)
                migrate()
        except Refused as refused:
            sys.exit(str(refused))
        print(
            f"Restored the backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC into {places.data} ({files} files).\n"
            "Who was destroyed since then is in it again: look at the receipts of that time, and delete them anew."
        )


def check_known(manifest: archive.Manifest) -> None:
    """Raises Refused for a backup that a later version of the product wrote."""
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    later = sorted(manifest.migrations - known.keys())
    if later:
        app, name = later[-1]
        raise Refused(f"The backup is of a later version ({app} {name}): update the product first.")


def migrate() -> None:
    """Bring an older backup up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
