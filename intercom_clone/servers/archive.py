"""One file with everything that a data folder keeps: the database and the files. What Valkey holds is not in it: it is
made anew, by visits and by the sweeper of jobs.

The file is a tar: `manifest.json`, `database.dump` (PostgreSQL's own format), `files/…`.
"""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from intercom_clone.servers.absence import accepts
from intercom_clone.servers.binaries import postgres_folder
from intercom_clone.servers.embedded import held
from intercom_clone.servers.places import Places, Refused, addresses
from intercom_clone.servers.postgres import Postgres

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
LAST_BLOCK = b"\0" * tarfile.BLOCKSIZE
Migrations = set[tuple[str, str]]  # app and name


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    made_at: datetime
    migrations: Migrations


# ---- the database, wherever it is ------------------------------------------------------------------------------------


@contextmanager
def database(places: Places) -> Iterator[str]:
    """The database's address, for as long as the block runs: what `DATABASE_URL` names, what `start` runs, or the data
    folder's own, started for this alone."""
    given = os.environ.get("DATABASE_URL")
    address = given or addresses(places.data).database_url
    if given or accepts(places.postgres_socket):
        yield address
        return
    with held(places):
        server = Postgres(places)
        try:
            server.start()
            yield address
        finally:
            server.stop()


def _run(program: str, *arguments: str | Path) -> None:
    """Raises Refused with what PostgreSQL's own program complained of."""
    done = subprocess.run([postgres_folder() / program, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{program} did not get through:\n{done.stderr.strip()[-2000:]}")


def _connected(address: str) -> psycopg.Connection:
    try:
        return psycopg.connect(address, autocommit=True)
    except psycopg.OperationalError as problem:
        raise Refused(f"The database does not answer: {problem}") from None


def _asked(address: str, question: str) -> list[tuple[Any, ...]]:
    with _connected(address) as connection:
        return connection.execute(question.encode()).fetchall()


# ---- out -------------------------------------------------------------------------------------------------------------


def back_up(places: Places, target: Path) -> int:
    """Write everything into a file, while the product runs or not; its size in bytes.

    The file has its name once it is whole, and is readable by nobody else. Raises Refused.
    """
    if not os.environ.get("DATABASE_URL") and not places.postgres.exists():
        raise Refused(f"There is nothing in {places.data}: name the data folder with --data.")
    if target.exists():
        raise Refused(f"{target} exists already, and is left alone: choose another name.")
    try:
        scratch = tempfile.mkdtemp(prefix=".backup-", dir=target.parent)
    except OSError as problem:
        raise Refused(f"Nothing can be written to {target.parent} ({problem.strerror}).") from None
    try:
        draft, dump = Path(scratch) / "archive", Path(scratch) / DUMP
        with database(places) as address:
            manifest = {
                "format": FORMAT,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "migrations": _asked(address, "SELECT app, name FROM django_migrations ORDER BY app, name"),
            }
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}", address)
        _pack(draft, manifest, dump, places.data / FILES)
        os.link(draft, target)
        return target.stat().st_size
    except FileExistsError:
        raise Refused(f"{target} exists already, and is left alone: choose another name.") from None
    except OSError as problem:
        raise Refused(f"{target} could not be written ({problem.strerror}).") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _pack(draft: Path, manifest: dict[str, Any], dump: Path, files: Path) -> None:
    said = json.dumps(manifest).encode()
    head = tarfile.TarInfo(MANIFEST)
    head.size, head.mode = len(said), 0o600
    with (
        open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        tarfile.open(fileobj=out, mode="w") as archive,
    ):
        archive.addfile(head, io.BytesIO(said))
        archive.add(dump, DUMP)
        for path in sorted(files.rglob("*")) if files.exists() else ():
            if path.is_file():
                _add(archive, path, f"{FILES}/{path.relative_to(files)}")
        out.flush()
        os.fsync(out.fileno())


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    try:
        archive.add(path, name)
    except FileNotFoundError:  # an export that expired just now
        return


# ---- in --------------------------------------------------------------------------------------------------------------


def manifest_of(source: Path) -> Manifest:
    """What an archive says of itself. Raises Refused for what is none."""
    try:
        with tarfile.open(source, mode="r:") as archive:
            member = archive.next()
            read = archive.extractfile(member) if member and member.name == MANIFEST else None
            said = json.load(read) if read else None
            _check_end(archive)
    except FileNotFoundError:
        raise Refused(f"There is no file {source}.") from None
    except (OSError, tarfile.TarError, ValueError) as problem:
        raise Refused(f"{source} is no backup, or was cut short ({problem}).") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise Refused(f"{source} is no backup that this version knows.")
    return Manifest(datetime.fromisoformat(said["made_at"]), {(app, name) for app, name in said["migrations"]})


def _check_end(archive: tarfile.TarFile) -> None:
    """Raises ReadError where the archive ends without its last block: tarfile takes a cut between two files for an end,
    and whatever stood behind it would be missing without a word."""
    archive.getmembers()
    stream = archive.fileobj
    if stream is None or stream.seek(archive.offset) != archive.offset or stream.read(tarfile.BLOCKSIZE) != LAST_BLOCK:
        raise tarfile.ReadError("it has no end")


def restore(places: Places, source: Path) -> int:
    """Put everything back into an empty database and a data folder without files; how many files that were.

    All of it or nothing. Raises Refused.
    """
    files = places.data / FILES
    if files.exists() and any(files.iterdir()):
        raise Refused(f"{files} holds files already: restore into a new folder with --data.")
    places.make()
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=places.data) as scratch, database(places) as address:
        if _asked(address, "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1"):
            raise Refused(
                "The database is not empty, and is left alone: restore into a new folder with --data, or name an "
                "empty database with DATABASE_URL."
            )
        try:
            with tarfile.open(source, mode="r:") as archive:
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError) as problem:
            raise Refused(f"{source} was cut short, or does not fit on the disk ({problem}).") from None
        unpacked = Path(scratch) / FILES
        unpacked.mkdir(exist_ok=True)
        _run(
            "pg_restore", "--single-transaction", "--no-owner", "--no-privileges", f"--dbname={address}",
            Path(scratch) / DUMP,
        )  # fmt: skip
        if files.exists():
            files.rmdir()
        unpacked.rename(files)
        return sum(path.is_file() for path in files.rglob("*"))
