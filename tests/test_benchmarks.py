"""The benchmarks run: what they count agrees with what is counted by hand, which they check themselves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "measured"),
    [
        ("filter", {"rare", "common", "either or", "company", "event", "tag"}),
        ("list", {"first page", "deep page", "sorted by a number, indexed", "search, one found"}),
        ("segment", {"predefined: counts at once", "with saved ones: exact counts"}),
    ],
)
def test_a_benchmark_of_a_thousand_people_measures_what_it_says(name, measured):
    command = [sys.executable, "manage.py", "bench", name, "--size", "1000", "--rounds", "1"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)

    assert ran.returncode == 0, ran.stderr[-2000:]
    rows = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert measured <= {row["what"] for row in rows}
    assert all(row["people"] == 1000 and row["ms"] > 0 for row in rows)
