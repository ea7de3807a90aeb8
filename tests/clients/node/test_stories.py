"""The official Node client, unpatched, against a live server: a script a story, each in a workspace of its own."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)

HERE = Path(__file__).parent
STORIES = sorted(path.stem for path in (HERE / "stories").glob("*.cjs"))


@pytest.fixture(scope="session")
def client() -> Path:
    """Where the client stands. A machine without Node leaves these tests out, and says so."""
    if missing := os.environ.get("NODE_CLIENT_MISSING"):
        pytest.skip(missing)
    if broken := os.environ.get("NODE_CLIENT_BROKEN"):
        pytest.fail(broken)
    return Path(os.environ["NODE_CLIENT"])


def run(story: str, client: Path, world: World) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["node", "--test-reporter=tap", str(HERE / "stories" / f"{story}.cjs")],
        env={
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(client / "node_modules"),
            "WORLD": json.dumps(dataclasses.asdict(world)),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def test_there_are_stories():
    assert "contacts" in STORIES


@pytest.mark.parametrize("story", [story for story in STORIES if story != "limits"])
def test_the_client_lives_through_its_story(story, client, world):
    ended = run(story, client, world)

    assert ended.returncode == 0, ended.stdout
    assert "# fail 0" in ended.stdout, ended.stdout


def test_the_client_waits_where_it_is_told_to(client, world, settings):
    """api.md §1.2: Node repeats on 429, after as long as the answer says"""
    settings.API_LIMIT_TOKEN = "3/2s"

    ended = run("limits", client, world)

    assert ended.returncode == 0, ended.stdout
    assert "# fail 0" in ended.stdout, ended.stdout
