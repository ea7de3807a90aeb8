"""How a child process is started so that it neither outlives its parent nor runs as root where it must not."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from intercom_clone.servers.places import Refused

NOBODY = "65534"
# Every child carries this in its environment, so that a later start can find what a killed one left behind.
MARK = "STARTED_FOR"


def dies_with_parent(sign: signal.Signals) -> list[str]:
    """A prefix that has the kernel send a signal once the starting thread is gone. Linux only; empty elsewhere."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", sign.name.removeprefix("SIG"), "--"] if setpriv else []


@cache
def without_root() -> tuple[str, ...]:
    """A prefix for PostgreSQL, which refuses to run as root; empty for anybody else.

    Best in a user namespace where root is called nobody. Containers often refuse that: there it runs as nobody, who
    keeps root's right to pass folders that are closed to others.
    """
    if os.getuid() != 0:
        return ()
    for prefix in (_renamed(), _dropped()):
        if prefix and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
            return prefix
    raise Refused(
        "PostgreSQL does not run as root, and this machine lets root neither rename itself (unshare) nor step down "
        "(setpriv). Run this as an ordinary user, or give DATABASE_URL."
    )


def _renamed() -> tuple[str, ...]:
    unshare = shutil.which("unshare")
    return (unshare, "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--") if unshare else ()


def _dropped() -> tuple[str, ...]:
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return ()
    right = "+dac_override"
    return (
        setpriv,
        *("--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"),
        *("--inh-caps", right, "--ambient-caps", right, "--"),
    )


def owner_under(prefix: Sequence[str]) -> int:
    """Whom the files of a process must belong to that runs behind a prefix of `without_root`."""
    return int(NOBODY) if prefix and prefix == _dropped() else os.getuid()


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    death_signal: signal.Signals,
    mark: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    prefix: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, writing to a log. Call it from the main thread (see `dies_with_parent`).

    A prefix that changes the user comes before the death signal, which such a change would clear.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *dies_with_parent(death_signal), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {}), MARK: str(mark)},
            cwd=cwd,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops its children in order
        )


def stop(process: subprocess.Popen[bytes], sign: signal.Signals, patience: float) -> None:
    """Ask a child to end, and end it with all of its own children when it does not."""
    if process.poll() is None:
        process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a child and whatever of its session is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_leftovers(mark: Path, patience: float = 5) -> None:
    """End what a killed start left running for this data folder. Only where /proc tells (Linux)."""
    deadline = time.monotonic() + patience
    sign = signal.SIGTERM
    while left := _marked(mark):
        if time.monotonic() > deadline:
            sign = signal.SIGKILL
        for pid in left:
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                continue
        time.sleep(0.1)


def _marked(mark: Path) -> list[int]:
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in environment and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, to show why something failed."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
