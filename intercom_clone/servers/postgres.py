"""An embedded PostgreSQL: made, started, watched and stopped in a data folder, reached through a socket alone."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg

from intercom_clone.servers.binaries import postgres_folder, postgres_major
from intercom_clone.servers.places import DATABASE, Places, Refused
from intercom_clone.servers.processes import kill_group, owner_under, spawn, stop, tail, without_root

PATIENCE = 60.0
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log is kept longer than people are: it tells what went wrong, and none of the values (DEL-03).
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",  # its compile time outweighs the gain on short queries
    "wal_recycle": "off",  # a finished log file is deleted: it tells of whoever was destroyed
    "random_page_cost": "1.1",  # no disk of today has to turn first
}
LEAST_SHARED, MOST_SHARED = 128, 2048  # megabytes of tables that the server itself keeps in memory
# For data that nobody will miss: the suite's.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def _shared_megabytes() -> int:
    """An eighth of what memory there is, of the machine or the container; web, worker and the system's cache live
    beside it. It is taken as it is needed, not before."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # "max", or a system without containers
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return max(LEAST_SHARED, min(MOST_SHARED, memory // 2**23))


class Postgres:
    """One cluster in `<data>/postgres`. Hold the data folder's lock while using it."""

    name = "postgres"

    def __init__(self, places: Places, *, throwaway: bool = False) -> None:
        self.places = places
        self.cluster = places.postgres
        self.throwaway = throwaway
        self.log = places.logs / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return once it answers and holds the database."""
        self._check_version()
        if not self.cluster.exists():
            self._make_cluster()
        self._take_over()
        self.process = self._spawn()
        self._wait_until_ready()
        self._make_database()
        return self.process

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk."""
        if self.process:
            stop(self.process, signal.SIGINT, 30)

    def _check_version(self) -> None:
        try:
            made_by = int((self.cluster / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return
        ours = postgres_major(postgres_folder())
        if made_by != ours:
            raise Refused(
                f"The data folder {self.places.data} was made by PostgreSQL {made_by}, and this is "
                f"PostgreSQL {ours}, which cannot read it. To keep the data, write it out with PostgreSQL {made_by}'s "
                "own pg_dump and load it into a new folder; to begin anew, choose another folder with --data."
            )

    def _make_cluster(self) -> None:
        """Make it beside its place and move it there when it is whole, so that a killed start leaves no half of one."""
        draft = self.cluster.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._own(draft)
        folder = postgres_folder()
        command: list[str | Path] = [*without_root(), folder / "initdb", "-D", draft]
        command += ["-U", "postgres", "-A", "trust", "-E", "UTF8"]
        made = subprocess.run(
            [*command, *_locale(postgres_major(folder)), "--no-instructions", *(["-N"] if self.throwaway else [])],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise Refused(f"PostgreSQL could not make its data folder {draft}:\n{made.stderr.strip()}")
        draft.rename(self.cluster)

    def _own(self, folder: Path) -> None:
        """Give the files to whom the server runs as; that changes when root moves between machines and containers."""
        owner = owner_under(without_root())
        if folder.stat().st_uid == owner:
            return
        for path in [folder, *folder.rglob("*")]:
            os.lchown(path, owner, owner)

    def _take_over(self) -> None:
        """Clear what a killed start left: a server that still runs, or the name of one that does not."""
        self._own(self.cluster)
        pid_file = self.cluster / "postmaster.pid"
        deadline = time.monotonic() + PATIENCE
        while (pid := _first_number(pid_file)) and _is_server_of(pid, self.cluster):
            sign = signal.SIGINT if time.monotonic() < deadline - PATIENCE / 2 else signal.SIGQUIT
            if time.monotonic() > deadline:
                raise Refused(
                    f"PostgreSQL (process {pid}) still runs on {self.cluster} and does not stop. End it first."
                )
            os.kill(pid, sign)
            time.sleep(0.1)
        socket = self.places.postgres_socket
        for trace in (pid_file, socket, socket.with_name(f"{socket.name}.lock")):
            trace.unlink(missing_ok=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = {
            **SETTINGS,
            "shared_buffers": f"{_shared_megabytes()}MB",
            **(CARELESS if self.throwaway else {}),
            "unix_socket_directories": self._socket_setting(),
        }
        command: list[str | Path] = [postgres_folder() / "postgres", "-D", self.cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return spawn(command, log=self.log, death_signal=signal.SIGINT, mark=self.places.data, prefix=without_root())

    def _socket_setting(self) -> str:
        return '"' + str(self.places.sockets).replace('"', '""') + '"'

    def _wait_until_ready(self) -> None:
        assert self.process  # noqa: S101 (for the type checker)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError as problem:
                reason = str(problem)
            if self.process.poll() is not None:
                if time.monotonic() < deadline and "pre-existing shared memory" in tail(self.log, 5):
                    self.process = self._spawn()  # the killed server's last children are still leaving
                else:
                    raise Refused(f"PostgreSQL ended while starting. The end of {self.log}:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                kill_group(self.process)
                raise Refused(f"PostgreSQL did not answer within {PATIENCE:.0f} seconds: {reason}")
            time.sleep(0.05)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.places.sockets), user="postgres", dbname="postgres", autocommit=True)

    def _make_database(self) -> None:
        with self._connect() as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not there:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _locale(major: int) -> list[str]:
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _is_server_of(pid: int, cluster: Path) -> bool:
    """Whether a process is the postmaster of this cluster: not dead, not a zombie, not another that got its number."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == cluster
        except OSError:
            return False
    told = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(pid)], capture_output=True, text=True).stdout
    return "postgres" in told and not told.startswith("Z")
