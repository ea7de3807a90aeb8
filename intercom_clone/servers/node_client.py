"""Where Node is, the official Node client for the suite: the locked one, in a folder of the user's cache."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

OLDEST_NODE = 18
LOCKED = ("package.json", "package-lock.json")
WHAT_IS_MISSING = (
    f"Node {OLDEST_NODE} or newer is not here with npm, so the official Node client was not driven. Install both "
    "(Debian: `apt-get install nodejs npm`) and run this again."
)


def node_client(wanted: Path) -> dict[str, str]:
    """What the suite's environment says of the client that a folder's lock names: where it stands, why it is not here,
    or what went wrong with it."""
    if not has_node():
        print(WHAT_IS_MISSING, file=sys.stderr, flush=True)
        return {"NODE_CLIENT_MISSING": WHAT_IS_MISSING}
    home = place_of(wanted, os.environ)
    try:
        if not (home / "node_modules").is_dir():
            _install(wanted, home)
    except (OSError, subprocess.SubprocessError) as problem:
        told = f"Installing the official Node client failed: {getattr(problem, 'stderr', '') or problem}"
        print(told, file=sys.stderr, flush=True)
        return {"NODE_CLIENT_BROKEN": told}
    return {"NODE_CLIENT": str(home)}


def has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    major = said.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def place_of(wanted: Path, environment: Mapping[str, str]) -> Path:
    """A folder for each lock: a changed lock is installed beside the old one."""
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    told = b"".join((wanted / name).read_bytes() for name in LOCKED)
    return cache / "intercom-clone" / f"node-client-{hashlib.sha256(told).hexdigest()[:16]}"


def _install(wanted: Path, home: Path) -> None:
    """Beside the place, then moved there whole: half a client is never found."""
    print("Installing the official Node client (only when it changed) ...", file=sys.stderr, flush=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{home.name}-", dir=home.parent))
    try:
        for name in LOCKED:
            shutil.copy(wanted / name, draft / name)
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
            cwd=draft,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        _settle(draft, home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _settle(draft: Path, home: Path) -> None:
    try:
        draft.rename(home)
    except OSError:
        if not home.is_dir():  # else another run of the suite was first, with the same lock
            raise
