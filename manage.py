#!/usr/bin/env python3
"""The one door to every command. `start` runs the product, `test` runs its suite; both need only Python."""

import os
import sys

from intercom_clone import bootstrap

# These decide the environment in which settings are read, so they run before Django looks at settings.
BEFORE_SETTINGS = ("start", "test", "bench", "backup", "restore")


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    bootstrap.enter(sys.argv, bootstrap.DEV_LOCK if command == "test" else bootstrap.LOCK)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intercom_clone.settings")

    from django.core.management import execute_from_command_line, load_command_class

    from intercom_clone.servers.absence import explained

    if command in BEFORE_SETTINGS:
        load_command_class("intercom_clone", command).run_from_argv(sys.argv)
    else:
        with explained():
            execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
