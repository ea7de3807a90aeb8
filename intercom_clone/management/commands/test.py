"""`manage.py test [pytest's arguments]`: the whole suite, or a part of it, on servers of its own."""

import sys

from django.core.management.base import BaseCommand

from intercom_clone.servers import suite


class Command(BaseCommand):
    help = "Run the suite with pytest, on embedded servers of its own. Arguments go to pytest; without any, every core."

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(suite.run(argv[2:]))
