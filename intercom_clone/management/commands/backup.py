"""`manage.py backup FILE`: the database and the files in one file, while the product runs or not."""

import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser
from django.template.defaultfilters import filesizeformat

from intercom_clone.servers.absence import data_folder
from intercom_clone.servers.archive import back_up
from intercom_clone.servers.places import Places, Refused


class Command(BaseCommand):
    help = "Write the database and all files into one file. It holds personal data: keep it as safe as the product."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where to; nothing may stand there yet")
        parser.add_argument(
            "--data", default=os.environ.get("DATA_DIR"), help="the data folder; default: DATA_DIR, else .data"
        )

    def run_from_argv(self, argv: list[str]) -> None:
        options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        target: Path = options["file"].absolute()
        try:
            size = back_up(Places(options["data"]) if options["data"] else data_folder(), target)
        except Refused as refused:
            sys.exit(str(refused))
        print(f"Backed up to {target} ({filesizeformat(size)}). It holds personal data: keep it safe.")
