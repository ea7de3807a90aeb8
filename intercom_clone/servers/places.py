"""Where things stand in a data folder, and the addresses that follow from it."""

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = "app"
# A socket's address holds 104 bytes on macOS and 108 on Linux, its closing zero included.
SOCKET_PATH_LIMIT = 100
SHORT_FOLDERS = Path("/tmp")  # noqa: S108 (not TMPDIR: every process must find the same one, and on macOS it is long)


class Refused(Exception):
    """What a person must put right before anything can run; its text says how."""


@dataclass(frozen=True)
class Addresses:
    """How Django and redis-py reach the embedded servers."""

    database_url: str
    redis_url: str


class Places:
    """The rooms of one data folder. Making this object touches nothing on disk."""

    def __init__(self, data_dir: Path | str) -> None:
        self.data = Path(data_dir).resolve()
        self.postgres = self.data / "postgres"
        self.valkey = self.data / "valkey"
        self.logs = self.data / "logs"
        self.beat = self.data / "beat"
        self.lock = self.data / "lock"
        self.secret_key = self.data / "secret_key"
        self.address = self.data / "address"  # where `start` listens, for commands beside it that print links
        self.sockets = self._sockets()
        self.postgres_socket = self.sockets / ".s.PGSQL.5432"
        self.valkey_socket = self.sockets / "valkey.sock"

    def _sockets(self) -> Path:
        """Inside the data folder, or, where its path is too long for a socket, in a short folder named after it."""
        inside = self.data / "run"
        if len(os.fsencode(inside / ".s.PGSQL.5432")) < SOCKET_PATH_LIMIT:
            return inside
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return SHORT_FOLDERS / f"intercom-clone-{os.getuid()}-{mark}"

    def make(self) -> None:
        """Make the folders, readable by nobody else."""
        for folder in (self.data, self.logs, self.beat, self.sockets):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as problem:
                raise Refused(
                    f"The folder {folder} cannot be made ({problem.strerror}). Choose another one with --data."
                ) from problem
        self._check_sockets()

    def _check_sockets(self) -> None:
        """A folder under /tmp may have been laid there by somebody else, who would then own the door."""
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise Refused(f"{self.sockets} belongs to somebody else. Remove it, or choose a shorter --data folder.")


def addresses(data_dir: Path) -> Addresses:
    """The addresses that servers embedded in this data folder have, running or not."""
    places = Places(data_dir)
    return Addresses(
        database_url=f"postgresql://postgres@/{DATABASE}?host={quote(str(places.sockets), safe='/')}",
        redis_url=f"unix://{quote(str(places.valkey_socket))}?db=0",
    )


def secret_key(data_dir: Path) -> str:
    """The data folder's own secret, made on first sight and kept with the data that it signs."""
    path = Places(data_dir).secret_key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _create_once(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def _create_once(path: Path, text: str) -> None:
    """Write a whole file under its name, unless another process was first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
