"""What production asks for."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgresql://people@db.example.test/people",
    "REDIS_URL": "redis://queue.example.test:6379/0",
    "SECRET_KEY": "an-example-of-a-key-that-is-long-and-random-enough-0123456789-abcdefghijklmnop",
    "ALLOWED_HOSTS": "people.example.test",
}
# What the suite says to its own processes; the browser tests add the last one.
OF_THE_SUITE = ("TESTING", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE")


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in OF_THE_SUITE}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_production_is_clean_to_djangos_own_check():
    outcome = check(**PRODUCTION)

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip() == "System check identified no issues (0 silenced)."


def test_without_a_secret_key_production_does_not_begin():
    outcome = check(**PRODUCTION | {"SECRET_KEY": ""})

    assert outcome.returncode != 0
    assert "SECRET_KEY" in outcome.stderr
