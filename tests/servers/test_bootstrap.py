"""From a bare Python to `.venv`. The locks here are empty ones: what is under test is the making, not the packages."""

import ast
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from intercom_clone import bootstrap

ROOT = Path(bootstrap.ROOT)
BASE_PYTHON = Path(sys.base_prefix) / "bin" / "python3"
SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from intercom_clone import bootstrap
{before}
bootstrap.enter([__file__], {lock!r}, {project!r})
print(sys.prefix)
"""


@pytest.fixture
def project(tmp_path):
    return project_in(tmp_path)


def project_in(place):
    """A project folder, with a space in its path, whose two locks hold nothing."""
    folder = place / "the project"
    folder.mkdir()
    for lock in (bootstrap.LOCK, bootstrap.DEV_LOCK):
        (folder / lock).write_text(f"# {lock}\n")
    return folder


@pytest.fixture(scope="module")
def made_anew(tmp_path_factory):
    """A project whose `.venv` was half of one, and how the command ended that came upon it."""
    folder = project_in(tmp_path_factory.mktemp("made"))
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    return folder, enter(folder)


@pytest.fixture
def furnished(project, made_anew):
    """A project with a whole `.venv` that holds no lock yet. Making one takes seconds, copying it does not."""
    shutil.copytree(made_anew[0] / ".venv", project / ".venv", symlinks=True)
    (project / ".venv" / bootstrap.STAMP).unlink()
    return project


def enter(project, lock=bootstrap.LOCK, before=""):
    """Run a command that passes through the bootstrap, from the Python that `.venv` itself was made from."""
    script = project / "command.py"
    script.write_text(SCRIPT.format(root=str(ROOT), before=before, lock=lock, project=str(project)))
    return subprocess.run([BASE_PYTHON, script], capture_output=True, text=True, timeout=120)


def test_a_python_that_is_too_old_is_told_in_one_sentence(project):
    ended = enter(project, before="sys.version_info = (3, 9, 2, 'final', 0)")

    assert ended.returncode == 1
    assert ended.stderr.startswith("This needs Python 3.11 or later; this is ")
    assert not (project / ".venv").exists()


@pytest.mark.parametrize("path", ["manage.py", "intercom_clone/bootstrap.py"])
def test_even_an_old_python_can_read_the_bootstrap(path):
    tree = ast.parse((ROOT / path).read_text(), feature_version=(3, 7))

    assert [type(node) for node in ast.walk(tree) if isinstance(node, ast.Match | ast.NamedExpr)] == []


def test_the_package_is_empty_so_that_the_bootstrap_needs_no_other_module():
    assert (ROOT / "intercom_clone" / "__init__.py").read_text() == ""


def test_a_python_without_venv_is_told_what_to_install(project):
    ended = enter(project, before="sys.modules['ensurepip'] = None")

    assert ended.returncode == 1
    assert "apt-get install python3-venv" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_lock_that_cannot_be_installed_is_told_and_leaves_no_stamp(furnished):
    # A requirement without a hash is refused by pip before it asks anybody.
    (furnished / bootstrap.LOCK).write_text("django==5.2\n")

    ended = enter(furnished)

    assert ended.returncode == 1
    assert "Installing requirements.lock failed" in ended.stderr
    assert bootstrap.stamped(str(furnished / ".venv")) == set()


@pytest.mark.slow
def test_a_bare_python_runs_the_command_again_inside_a_new_venv_once_for_two_at_once(project):
    ended = []
    both = [threading.Thread(target=lambda: ended.append(enter(project))) for _ in range(2)]

    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert [(one.returncode, one.stdout.strip()) for one in ended] == [(0, str(project / ".venv"))] * 2
    assert "".join(one.stderr for one in ended).count("Making .venv") == 1


@pytest.mark.slow
def test_a_lock_is_installed_again_only_when_it_changed_and_the_wider_one_covers_both(furnished):
    said = [enter(furnished, bootstrap.DEV_LOCK).stderr, enter(furnished).stderr]
    (furnished / bootstrap.LOCK).write_text("# another\n")
    said += [enter(furnished).stderr, enter(furnished).stderr]

    assert [line.count("Installing") for line in said] == [1, 0, 1, 0]
    assert "Installing requirements.lock" in said[2]


@pytest.mark.slow
def test_a_half_made_venv_is_made_anew(made_anew):
    project, ended = made_anew

    assert (ended.returncode, ended.stdout.strip()) == (0, str(project / ".venv"))
