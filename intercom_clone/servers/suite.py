"""What `manage.py test` does: pytest on throw-away servers of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from intercom_clone.servers.browsers import chromium
from intercom_clone.servers.embedded import held, running
from intercom_clone.servers.node_client import node_client
from intercom_clone.servers.places import SHORT_FOLDERS, Places, Refused
from intercom_clone.servers.processes import dies_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSER_TESTS = ROOT / "tests" / "browser"
NODE_TESTS = ROOT / "tests" / "clients" / "node"
# A worker keeps whole modules, with what they make once, until one has nothing left and takes half of another's.
ON_EVERY_CORE = ("-n", "auto", "--dist", "worksteal")


def run(arguments: Sequence[str]) -> int:
    """Run pytest and return its exit code, or 1 after one sentence when it cannot run."""
    try:
        browser = {"CHROMIUM": chromium()} if may_run(BROWSER_TESTS, arguments) else {}
        client = node_client(NODE_TESTS) if may_run(NODE_TESTS, arguments) else {}
        with throwaway_folder() as folder:
            environment = {"DATA_DIR": str(folder), "TESTING": "1", **browser, **client}
            for name in ("DATABASE_URL", "REDIS_URL", "CLOCK_OFFSET", "DJANGO_SETTINGS_MODULE"):
                os.environ.pop(name, None)
            places = Places(folder)
            with held(places), running(places, throwaway=True):
                return _pytest(list(arguments or ON_EVERY_CORE), environment)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1


def may_run(folder: Path, arguments: Sequence[str]) -> bool:
    """Unless every path given lies away from a folder of tests, some of them may run."""
    paths = [ROOT / argument.partition("::")[0] for argument in arguments if not argument.startswith("-")]
    named = [path for path in paths if path.exists()]
    return not named or any(path == folder or path in folder.parents or folder in path.parents for path in named)


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A folder with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="intercom-clone-test-", dir=SHORT_FOLDERS))
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(
        [*dies_with_parent(signal.SIGTERM), sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
    )

    def pass_on(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    # The terminal sends Ctrl-C to pytest as well: it ends, and this process stays to clean up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, pass_on)
    return process.wait()
