"""What `manage.py start` does: one process that starts everything, keeps it running, and stops it cleanly."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from intercom_clone.servers.embedded import held, servers
from intercom_clone.servers.outside import check_production, named_hosts, public_address, wait_for_named_servers
from intercom_clone.servers.places import Places, Refused
from intercom_clone.servers.processes import kill_group, spawn, tail

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = (sys.executable, str(ROOT / "manage.py"))
TICK = 0.1
# One worker, with no others to get to know; it takes one task at a time and keeps none waiting.
WORKER_OPTIONS = ("--concurrency", "2", "--prefetch-multiplier", "1", "--without-mingle", "--without-gossip")
READY_WITHIN = 90.0
STOP_WITHIN = 20.0
STEADY_AFTER = 15.0  # a child that lived this long and dies has had an accident; one that did not is broken
BROKEN_AFTER = 3  # deaths in a row that were all too early
LOG_LIMIT = 10_000_000
IMPORTANT = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b")
# PostgreSQL calls every refused query an error, and every client that it sends away fatal.
IMPORTANT_TO_POSTGRES = re.compile(r"\b(FATAL|PANIC)\b(?!:  (terminating connection|the database system is))")


class Stopped(Exception):
    """A signal asked for the end."""


@dataclass(frozen=True)
class Request:
    """What the command line and the environment ask for."""

    places: Places
    host: str = "127.0.0.1"
    port: int = 8000
    empty: bool = False
    app_id: str | None = None

    @property
    def address(self) -> str:
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 (compared, not bound)
        return f"http://{shown}:{self.port}"


@dataclass
class Child:
    """One process under watch: how it starts, how it is asked to stop, and how often it died too early."""

    name: str
    start: Callable[[], "subprocess.Popen[bytes]"]
    stop_signal: signal.Signals
    log: Path
    important: re.Pattern[str] = IMPORTANT
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    early_deaths: int = 0
    again_at: float | None = None
    read_to: int = field(default=0, repr=False)

    def begin(self) -> None:
        self.again_at = None
        self.started_at = time.monotonic()
        self.process = self.start()

    def died(self) -> int | None:
        """The exit code of a process that ended by itself since the last look."""
        return None if self.process is None or self.again_at is not None else self.process.poll()

    def news(self) -> list[str]:
        """Lines of its log, new since the last look, that a person at the terminal should see."""
        try:
            with self.log.open("rb") as file:
                file.seek(self.read_to)
                chunk = file.read()
        except OSError:
            return []
        whole = chunk[: chunk.rfind(b"\n") + 1]
        self.read_to += len(whole)
        return [line for line in whole.decode(errors="replace").splitlines() if self.important.search(line)]


class Supervisor:
    """Starts, watches and stops. Its children's signals are its own to send: each has a session of its own."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.places = request.places
        self.children: list[Child] = []
        self.stores: list[Child] = []
        self.asked_to_stop = 0
        self.environment = {
            "DATA_DIR": str(self.places.data),
            "HOST": request.host,
            "PORT": str(request.port),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self) -> int:
        """Until a signal: 0 after a clean stop, 1 after a sentence that says what is wrong."""
        try:
            check_production()
            with held(self.places), self._signals():
                check_port(self.request.host, self.request.port)
                try:
                    self._start()
                    self._watch()
                except Stopped:
                    return 0
                finally:
                    self._stop()
        except Refused as refused:
            print(refused, file=sys.stderr, flush=True)
        return 1

    # ---- starting ----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.places.address.write_text(public_address() or self.request.address)
        self._start_stores()
        wait_for_named_servers(pause=self._pause)
        self._step("migrate", "--no-input")
        if needs_collected_files(self.environment):
            self._step("collectstatic", "--no-input")
        greeting = self._step("prepare_first_run", *self._first_run_options())
        self._start_children()
        self._wait_until_ready()
        say(running_at(self.request.address, public_address()) + f" (Ctrl-C stops it; logs are in {self.places.logs})")
        if greeting:
            say(greeting)

    def _start_stores(self) -> None:
        for server in servers(self.places):
            trim(server.log)
            stop_signal = signal.SIGINT if server.name == "postgres" else signal.SIGTERM
            important = IMPORTANT_TO_POSTGRES if server.name == "postgres" else IMPORTANT
            child = Child(server.name, server.start, stop_signal, server.log, important, read_to=size(server.log))
            self.stores.append(child)
            try:
                child.begin()
            finally:
                child.process = server.process
            self._check_signals()

    def _first_run_options(self) -> list[str]:
        options = ["--empty"] if self.request.empty else []
        return [*options, "--app-id", self.request.app_id] if self.request.app_id else options

    def _step(self, command: str, *arguments: str) -> str:
        """Run one management command to its end and return what it printed."""
        log = self.places.logs / f"{command}.log"
        log.unlink(missing_ok=True)
        process = self._spawn([*MANAGE, command, *arguments], log, signal.SIGTERM)
        try:
            while process.poll() is None:
                self._pause()
        finally:
            kill_group(process)
        if process.returncode:
            raise Refused(f"`manage.py {command}` failed. The end of {log}:\n{tail(log)}")
        return tail(log, 50)

    def _spawn(self, command: list[str], log: Path, death_signal: signal.Signals) -> "subprocess.Popen[bytes]":
        return spawn(command, log=log, death_signal=death_signal, mark=self.places.data, env=self.environment, cwd=ROOT)

    def _start_children(self) -> None:
        request = self.request
        self._start_child("web", web_command(request.host, request.port), signal.SIGTERM)
        # When the supervisor is killed the worker is too: asked to stop without its broker, it may wait for ever.
        # What it held is safe: jobs are rows, and a sweeper takes them up again.
        self._start_child("worker", celery_command("worker", *WORKER_OPTIONS), signal.SIGKILL)
        self._start_child(
            "beat", celery_command("beat", "--schedule", str(self.places.beat / "schedule")), signal.SIGTERM
        )

    def _start_child(self, name: str, command: list[str], death_signal: signal.Signals) -> None:
        log = self.places.logs / f"{name}.log"
        trim(log)
        child = Child(name, lambda: self._spawn(command, log, death_signal), signal.SIGTERM, log, read_to=size(log))
        self.children.append(child)
        child.begin()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not (health := ask_health(self.request)).ready:
            self._look_after()
            self._pause()
            if time.monotonic() > deadline:
                raise Refused(
                    f"{self.request.address}/healthz does not get well: {health.told}. See {self.places.logs}."
                )

    # ---- watching ----------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while True:
            self._look_after()
            self._pause()

    def _look_after(self) -> None:
        """Restart whatever died, tell what matters."""
        for child in [*self.stores, *self.children]:
            for line in child.news():
                say(f"{child.name}: {line}")
            code = child.died()
            if code is not None:
                self._mourn(child, code)
            elif child.again_at is not None and time.monotonic() >= child.again_at:
                self._restart(child)

    def _mourn(self, child: Child, code: int) -> None:
        """Plan the restart, later after every early death; give up when it dies early again and again."""
        if child.process:
            kill_group(child.process)
        steady = time.monotonic() - child.started_at >= STEADY_AFTER
        child.early_deaths = 0 if steady else child.early_deaths + 1
        if child.early_deaths >= BROKEN_AFTER:
            raise Refused(
                f"The {child.name} process ends again and again right after its start ({ending(code)}). "
                f"The end of {child.log}:\n{tail(child.log)}"
            )
        wait = 0.5 * 2**child.early_deaths if child.early_deaths else 0.0
        child.again_at = time.monotonic() + wait
        say(f"The {child.name} process ended ({ending(code)}); it starts again.")

    def _restart(self, child: Child) -> None:
        try:
            child.begin()
        except Refused as refused:
            if child.process is None:
                raise
            say(str(refused))

    # ---- stopping ----------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """First those who use the stores, then the stores. A second signal ends the waiting."""
        if self.children:
            say("Stopping ...")
        self._stop_all(self.children)
        self._stop_all(self.stores)

    def _stop_all(self, children: list[Child]) -> None:
        running = [child.process for child in children if child.process and child.process.poll() is None]
        for child in children:
            if child.process in running and child.process:
                child.process.send_signal(child.stop_signal)
        deadline = time.monotonic() + STOP_WITHIN
        asked = self.asked_to_stop
        while any(process.poll() is None for process in running) and time.monotonic() < deadline:
            if self.asked_to_stop > max(asked, 1):
                break
            self._sleep(TICK)
        for child in children:
            if child.process:
                kill_group(child.process)

    # ---- signals -----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Count the signals that ask for the end, and let them interrupt the pauses between two looks."""
        self._awake, writing = os.pipe()
        os.set_blocking(self._awake, False)
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._heard)
        yield

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def _check_signals(self) -> None:
        if self.asked_to_stop:
            raise Stopped

    def _pause(self) -> None:
        self._check_signals()
        self._sleep(TICK)
        self._check_signals()

    def _sleep(self, seconds: float) -> None:
        if select.select([self._awake], [], [], seconds)[0]:
            os.read(self._awake, 512)


def running_at(listens: str, public: str | None) -> str:
    """Where to go, and, where that is a proxy's address, what the proxy must pass on to."""
    if public is None or public == listens:
        return f"Running at {listens}/"
    return f"Running at {public}/, once a proxy that speaks TLS there passes on to {listens}"


@dataclass(frozen=True)
class Health:
    ready: bool
    told: str


def ask_health(request: Request) -> Health:
    """What /healthz says. Any answer that blames the request counts: in production it may know only its own hosts."""
    hosts = named_hosts()
    asked = urllib.request.Request(f"{request.address}/healthz", headers={"Host": hosts[0]} if hosts else {})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310 (our own address)
            return Health(True, str(answer.status))
    except urllib.error.HTTPError as problem:
        return Health(problem.code < 500, f"{problem.code} {problem.read(500).decode(errors='replace')}".strip())
    except OSError as problem:
        return Health(False, str(problem))


def check_port(host: str, port: int) -> None:
    """Refuse a port that is taken before anything is started."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as problem:
        raise Refused(
            f"{host} is no address of this machine ({problem.strerror}). Choose another one with --host."
        ) from None
    # The web server shares its port with its own kind, so binding alone would not notice another one that listens.
    with socket.socket(family, kind, protocol) as caller:
        caller.settimeout(2)
        taken = caller.connect_ex(place) == 0
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # past connections of a start that just ended
        try:
            door.bind(place)
        except OSError as problem:
            reason = problem.strerror
        else:
            reason = "Address already in use" if taken else ""
    if reason:
        raise Refused(f"Port {port} on {host} cannot be used ({reason}). Choose another one with --port.")


def web_command(host: str, port: int) -> list[str]:
    """Processes for the cores, few threads for each: a thread holds a database connection and shares one lock."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "3", "--blocking-threads-idle-timeout", "600"),
        *("--no-ws", "--workers-kill-timeout", "10", "--log-level", "warning"),
        "intercom_clone.wsgi:application",
    ]


def celery_command(role: str, *options: str) -> list[str]:
    celery = [sys.executable, "-m", "celery", "--app", "intercom_clone.celery:app", role]
    return [*celery, "--loglevel", "INFO", *options, *(["--pidfile", ""] if role == "beat" else [])]


def needs_collected_files(environment: dict[str, str]) -> bool:
    """Whether the settings serve static files by a manifest, which someone has to write first."""
    os.environ.update(environment)
    from django.conf import settings
    from django.contrib.staticfiles.storage import ManifestFilesMixin
    from django.utils.module_loading import import_string

    return issubclass(import_string(settings.STORAGES["staticfiles"]["BACKEND"]), ManifestFilesMixin)


def trim(log: Path) -> None:
    """Begin a new log where the old one grew large; one old one is kept."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(line: str) -> None:
    print(line, flush=True)
