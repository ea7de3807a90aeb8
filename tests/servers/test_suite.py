"""Which runs of the suite need a browser, and which the official Node client."""

import os
import shutil

import pytest

from intercom_clone.servers import browsers, node_client
from intercom_clone.servers.places import Refused
from intercom_clone.servers.suite import BROWSER_TESTS, NODE_TESTS, may_run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], True),
        (["-q"], True),
        (["-k", "ping"], True),
        (["tests"], True),
        (["tests/browser"], True),
        (["tests/servers", "tests/browser"], True),
        (["tests/servers"], False),
        (["tests/servers/test_suite.py::test_x", "-q"], False),
    ],
)
def test_a_browser_is_sought_unless_every_path_lies_away_from_its_tests(arguments, expected):
    assert BROWSER_TESTS.is_dir()

    assert may_run(BROWSER_TESTS, arguments) is expected


def test_a_named_browser_that_does_not_start_is_refused(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    with pytest.raises(Refused, match="/nowhere/chromium, which does not start"):
        browsers.chromium()


def test_without_node_the_suite_says_so_and_runs(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")

    told = node_client.node_client(NODE_TESTS)

    assert told == {"NODE_CLIENT_MISSING": node_client.WHAT_IS_MISSING}
    assert "Node 18 or newer is not here" in capsys.readouterr().err


def test_a_client_that_cannot_be_installed_is_no_missing_one(monkeypatch, tmp_path):
    """A registry that does not answer fails the client's tests; only a machine without Node leaves them out."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, does in (("node", "echo v20.1.0"), ("npm", "echo the registry does not answer >&2; exit 1")):
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    told = node_client.node_client(NODE_TESTS)

    assert told == {"NODE_CLIENT_BROKEN": "Installing the official Node client failed: the registry does not answer\n"}
    assert list((tmp_path / "cache" / "intercom-clone").iterdir()) == []


def test_each_lock_has_its_own_folder(tmp_path):
    for name in node_client.LOCKED:
        shutil.copy(NODE_TESTS / name, tmp_path / name)
    before = node_client.place_of(tmp_path, {"XDG_CACHE_HOME": "/cache"})
    with (tmp_path / "package-lock.json").open("a") as lock:
        lock.write("\n")

    after = node_client.place_of(tmp_path, {"XDG_CACHE_HOME": "/cache"})

    assert before != after
    assert before == node_client.place_of(NODE_TESTS, {"XDG_CACHE_HOME": "/cache"})
