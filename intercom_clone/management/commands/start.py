"""`manage.py start`: the whole product with one command, and one Ctrl-C to stop it."""

import os
import re
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from intercom_clone.servers.absence import data_folder
from intercom_clone.servers.places import Places
from intercom_clone.servers.supervisor import Request, Supervisor


class Command(BaseCommand):
    help = "Start everything: database, queue, web, worker and clock. Ctrl-C stops all of it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at; default: this machine only")
        parser.add_argument(
            "--data", default=os.environ.get("DATA_DIR"), help="the data folder; default: DATA_DIR, else .data"
        )
        parser.add_argument("--empty", action="store_true", help="begin without the sample population")
        parser.add_argument("--app-id", help="the first workspace's app id; answers the first-run page")

    def run_from_argv(self, argv: list[str]) -> None:
        options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        try:
            request = asked(options)
        except CommandError as problem:
            sys.exit(str(problem))
        # Settings are read from here on, and by the children: they must agree on the folder.
        os.environ["DATA_DIR"] = str(request.places.data)
        sys.exit(Supervisor(request).run())


def asked(options: dict[str, Any]) -> Request:
    port = options["port"]
    if not (re.fullmatch(r"\d{1,5}", port) and 0 < int(port) < 65536):
        raise CommandError(f"{port!r} is no port. Give a number from 1 to 65535 with --port or PORT.")
    return Request(
        places=Places(options["data"]) if options["data"] else data_folder(),
        host=options["host"],
        port=int(port),
        empty=options["empty"],
        app_id=options["app_id"],
    )
