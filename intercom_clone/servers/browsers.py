"""Finding a Chromium for the browser tests, and installing one where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from intercom_clone.servers.places import Refused

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FILES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/headless_shell",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# What Playwright and the pages need beside the browser on a minimal Debian.
DEBIAN_PACKAGES = ("chromium-headless-shell", "libatomic1", "fonts-dejavu-core")
ADVICE = (
    "The browser tests need Chromium. Install one (Debian: `apt-get install chromium libatomic1 fonts-dejavu-core`) or "
    "name its path in the environment variable CHROMIUM, and run this again."
)


def chromium() -> str:
    """The path of a Chromium that starts, installed first where we may."""
    named = os.environ.get("CHROMIUM")
    if named and not _starts([named]):
        raise Refused(f"CHROMIUM names {named}, which does not start. Name a Chromium that does.")
    found = named or _found()
    if not (found and _driver_starts()) and _may_install():
        _install()
        found = named or _found()
    if not found:
        raise Refused(ADVICE)
    if not _driver_starts():
        raise Refused("Playwright's driver does not start: install libatomic1 (Debian: `apt-get install libatomic1`).")
    return found


def _found() -> str | None:
    on_path = [path for name in NAMES if (path := shutil.which(name))]
    cached = Path.home().glob(".cache/ms-playwright/chromium*/chrome-*/*")
    in_cache = [str(path) for path in cached if path.name in {"chrome", "headless_shell", "chrome-headless-shell"}]
    in_place = [path for path in FILES if Path(path).exists()]
    return next((path for path in [*on_path, *in_place, *in_cache] if _starts([path])), None)


def _driver_starts() -> bool:
    return _starts([sys.executable, "-m", "playwright"])


def _starts(command: list[str]) -> bool:
    try:
        return subprocess.run([*command, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _may_install() -> bool:
    return os.getuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def _install() -> None:
    """As root on Debian. The package lists are fetched only when the first try finds nothing in them."""
    print(f"Installing {', '.join(DEBIAN_PACKAGES)} ...", file=sys.stderr, flush=True)
    last = ""
    for packages in (DEBIAN_PACKAGES, ("chromium", *DEBIAN_PACKAGES[1:])):
        for update in (False, True):
            if update:
                _apt("update")
            ended = _apt("install", "--yes", "--no-install-recommends", *packages)
            if ended.returncode == 0:
                return
            last = ended.stdout
    print(last, file=sys.stderr)


def _apt(*arguments: str) -> "subprocess.CompletedProcess[str]":
    # Another `test` may hold the package manager: wait for it.
    return subprocess.run(
        ["apt-get", "-o", "DPkg::Lock::Timeout=300", "--quiet", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
