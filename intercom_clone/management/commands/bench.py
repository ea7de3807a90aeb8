"""`manage.py bench NAME`: one of `benchmarks/`, on servers of its own, set up as `start` sets them up."""

import importlib
import inspect
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

import benchmarks
from intercom_clone.servers.places import Refused


class Command(BaseCommand):
    help = "Measure how fast something is, beside what it is measured against. Prints a table, then a JSON line a row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(benchmarks.MEASURED))
        parser.add_argument("--rounds", type=int, default=5, help="repetitions; their medians count (default: 5)")
        parser.add_argument("--seconds", type=float, default=3.0, help="length of one measurement (default: 3)")
        parser.add_argument(
            "--size",
            type=int,
            default=100_000,
            help="how many people there are, where that matters (default: 100,000)",
        )
        parser.add_argument("--grow", action="store_true", help="measure with a hundredth of them first, too")
        parser.add_argument(
            "--durable", action="store_true", help="let every commit wait for the disk, as `start` does"
        )

    def run_from_argv(self, argv: list[str]) -> None:
        options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        benchmark = importlib.import_module(f"benchmarks.{benchmarks.MEASURED[options['name']]}")
        bounded = options | {
            "rounds": max(1, options["rounds"]),
            "seconds": max(0.1, options["seconds"]),
            "size": max(1_000, options["size"]),
        }
        wanted = {name: bounded[name] for name in inspect.signature(benchmark.measure).parameters}
        try:
            rows = benchmark.measure(**wanted)
        except Refused as refused:
            sys.exit(str(refused))
        print(table(rows), *map(json.dumps, rows), sep="\n")


def table(rows: list[dict[str, Any]]) -> str:
    """Rows of the same keys, in columns as wide as they need."""
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)
