"""An embedded Valkey: the queue's broker, the cache and the throttles, reached through a socket alone."""

import signal
import subprocess
import time

import redis

from intercom_clone.servers.binaries import valkey_server
from intercom_clone.servers.places import Places, Refused
from intercom_clone.servers.processes import kill_group, spawn, stop, tail

PATIENCE = 30.0


class Valkey:
    """One server on `<data>/valkey`, its data kept through a kill by the append-only file."""

    name = "valkey"

    def __init__(self, places: Places, *, throwaway: bool = False) -> None:
        self.places = places
        self.throwaway = throwaway
        self.log = places.logs / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return once it answers."""
        self.places.valkey.mkdir(mode=0o700, exist_ok=True)
        self.process = spawn(
            [valkey_server(), *self._options()],
            log=self.log,
            death_signal=signal.SIGTERM,
            mark=self.places.data,
            cwd=self.places.valkey,
        )
        self._wait_until_ready()
        return self.process

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, 10)

    def _options(self) -> list[str]:
        options = {
            "--port": "0",
            "--unixsocket": str(self.places.valkey_socket),
            "--unixsocketperm": "700",
            "--dir": str(self.places.valkey),
            "--appendonly": "no" if self.throwaway else "yes",
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--databases": "128",  # the suite gives each of its workers one
        }
        return [part for pair in options.items() for part in pair]

    def _wait_until_ready(self) -> None:
        assert self.process  # noqa: S101 (for the type checker)
        client = redis.Redis(unix_socket_path=str(self.places.valkey_socket))
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                client.ping()
                client.close()
                return
            except (redis.ConnectionError, redis.BusyLoadingError) as problem:
                reason = str(problem)
            if self.process.poll() is not None:
                raise Refused(f"Valkey ended while starting. The end of {self.log}:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                kill_group(self.process)
                raise Refused(f"Valkey did not answer within {PATIENCE:.0f} seconds: {reason}")
            time.sleep(0.02)
