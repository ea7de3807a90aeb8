"""From a bare Python to the project's own `.venv`, with the standard library alone.

Every command passes through `enter`. It makes `.venv` beside `manage.py` where there is none, installs the hashed lock
where the lock changed, and runs the same command again inside. This file must import, and say what is wrong, even on
a Python that is too old for the rest of the project.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"
STAMP = "installed-locks"  # in .venv: one line a lock that is installed, its name and its hash


def enter(argv, lock=LOCK, root=ROOT):
    """Return inside a complete `.venv`, or do not return: the command runs again there, or ends with one sentence."""
    if sys.version_info < OLDEST:
        sys.exit(
            "This needs Python {}.{} or later; this is {}. Run it with a newer one, "
            "e.g. `python3.12 manage.py start`.".format(*OLDEST, sys.version.split()[0])
        )
    venv = os.path.join(root, ".venv")
    if not is_ready(root, venv, lock):
        with locked(root):
            # Another process may have finished the work while this one waited for the lock.
            if not is_ready(root, venv, lock):
                build(root, venv, lock)
    if os.path.realpath(sys.prefix) != os.path.realpath(venv):
        python = python_of(venv)
        os.environ.pop("__PYVENV_LAUNCHER__", None)  # macOS: it would make the new process believe in the old prefix
        sys.stdout.flush()
        os.execv(python, [python, *argv])


def python_of(venv):
    return os.path.join(venv, "bin", "python")


def is_ready(root, venv, lock):
    return os.path.exists(python_of(venv)) and (lock, digest(root, lock)) in stamped(venv)


def digest(root, lock):
    with open(os.path.join(root, lock), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamped(venv):
    """The locks that `.venv` holds in full, as (name, hash)."""
    try:
        with open(os.path.join(venv, STAMP)) as file:
            return {tuple(line.split()) for line in file}
    except OSError:
        return set()


def stamp(root, venv, lock):
    """Note what is installed. What `test` needs holds all that `start` needs, so the wider lock stamps both."""
    held = [DEV_LOCK, LOCK] if lock == DEV_LOCK else [LOCK]
    half_written = os.path.join(venv, STAMP + ".new")
    with open(half_written, "w") as file:
        file.writelines("{} {}\n".format(name, digest(root, name)) for name in held)
    os.replace(half_written, os.path.join(venv, STAMP))


def build(root, venv, lock):
    if not works(venv):
        make(venv)
    with contextlib.suppress(FileNotFoundError):
        os.remove(os.path.join(venv, STAMP))  # from here until the end `.venv` holds no lock in full
    install(root, venv, lock)
    stamp(root, venv, lock)


def works(venv):
    """Whether `.venv` has a Python of a fitting age that has pip: a half-made one has not."""
    check = "import sys, pip; sys.exit(sys.version_info < {!r})".format(OLDEST)
    try:
        return subprocess.run([python_of(venv), "-c", check], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def make(venv):
    try:
        import ensurepip  # noqa: F401 (Debian ships venv without it)
        import venv as builder
    except ImportError:
        sys.exit(
            "This Python cannot make a virtual environment: its venv module is missing. Install it "
            "(Debian and Ubuntu: `apt-get install python3-venv`) and run this again."
        )
    say("Making .venv ...")
    shutil.rmtree(venv, ignore_errors=True)
    try:
        builder.create(venv, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit("Making {} failed: {}".format(venv, problem))


def install(root, venv, lock):
    say("Installing {} into .venv (only when it changed; about a minute) ...".format(lock))
    pip = [python_of(venv), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
    ended = subprocess.run(
        [*pip, "--require-hashes", "-r", os.path.join(root, lock)],
        stdout=sys.stderr,  # what a command prints stays its own
        env=dict(os.environ, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0"),
    )
    if ended.returncode:
        sys.exit(
            "Installing {} failed, see above. It needs a package index once; check the connection "
            "and run this again.".format(lock)
        )


@contextlib.contextmanager
def locked(root):
    """Hold the project folder while `.venv` is built: two commands at once take turns."""
    try:
        import fcntl
    except ImportError:
        sys.exit("This runs on Linux and macOS. On Windows, run it inside WSL.")
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def say(line):
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
