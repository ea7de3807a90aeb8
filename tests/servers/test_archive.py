"""`manage.py backup` and `manage.py restore`, for real: from one data folder into another."""

import shutil
import signal
import tarfile
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from intercom_clone.servers import archive
from intercom_clone.servers.places import Places

from .conftest import health, until, until_running


@pytest.fixture
def another():
    """A second data folder, and room for backups beside it."""
    made = Path(tempfile.mkdtemp(prefix="restored "))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def contents(folder):
    """Every table with the number of its rows and what they say; every file with what is in it."""
    with archive.database(Places(folder)) as address, psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {
            name: connection.execute(
                sql.SQL("SELECT count(*), md5(string_agg(it::text, '|' ORDER BY it::text)) FROM {} AS it").format(
                    sql.Identifier(name)
                )
            ).fetchone()
            for (name,) in tables
        }
    files = folder / "files"
    return rows, {str(path.relative_to(files)): path.read_bytes() for path in files.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_backup_goes_into_another_folder_whole(run, folder, another, port):
    started = run("start", PORT=port)
    until_running(started, port)
    until(lambda: health(port) == 200)
    kept = folder / "files" / "exports" / "people of März.csv"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("name\nAnn\n")
    while_running = run("backup", str(another / "running.tar"))
    assert while_running.ended() == 0, while_running.told
    started.process.send_signal(signal.SIGINT)
    assert started.ended() == 0

    backed_up = run("backup", str(another / "stopped.tar"))
    assert backed_up.ended() == 0, backed_up.told
    restored = run("restore", str(another / "stopped.tar"), "--data", str(another / "new folder"))
    assert restored.ended() == 0, restored.told

    before, after = contents(folder), contents(another / "new folder")
    assert after == before
    assert before[0]["people_person"][0] > 100
    assert after[1]["exports/people of März.csv"] == b"name\nAnn\n"  # beside those of the demo
    assert (another / "stopped.tar").stat().st_mode & 0o777 == 0o600

    again = run("start", "--data", str(another / "new folder"), PORT=port)
    until_running(again, port)
    assert health(port) == 200

    over = run("restore", str(another / "running.tar"), "--data", str(another / "new folder"))
    assert over.ended() == 1
    assert "holds files already: restore into a new folder with --data." in over.told


def test_a_backup_writes_over_nothing(run, folder):
    (folder / "postgres").mkdir()
    (folder / "mine").write_text("precious")

    refused = run("backup", str(folder / "mine"))

    assert refused.ended() == 1
    assert refused.told == f"{folder / 'mine'} exists already, and is left alone: choose another name.\n"
    assert (folder / "mine").read_text() == "precious"


def test_there_is_no_backup_of_nothing(run, folder):
    refused = run("backup", str(folder / "new.tar"))

    assert (refused.ended(), refused.told) == (1, f"There is nothing in {folder}: name the data folder with --data.\n")
    assert not (folder / "new.tar").exists()


TOMORROWS = '{"format": 1, "made_at": "2026-03-01T00:00:00+00:00", "migrations": [["people", "0999_x"]]}'


def pack(path, **members):
    with tarfile.open(path, "w") as packed:
        for name, text in members.items():
            source = path.with_name(name)
            source.write_text(text)
            packed.add(source, name.replace("_", "."))
    return path


TODAYS = '{"format": 1, "made_at": "2026-03-01T00:00:00+00:00", "migrations": []}'


def cut(path, more):
    """A backup that ends so many bytes behind its manifest."""
    pack(path, manifest_json=TODAYS, database_dump="PGDMP")
    with tarfile.open(path) as packed:
        packed.next()
        end = packed.offset
    with path.open("r+b") as packed:
        packed.truncate(end + more)
    return path


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path, "There is no file"),
        (lambda path: cut(path, more=0), "is no backup, or was cut short"),
        (lambda path: cut(path, more=100), "is no backup, or was cut short"),
        (lambda path: cut(path, more=1539), "is no backup, or was cut short"),
        (lambda path: cut(path, more=2048), "is no backup, or was cut short"),
        (lambda path: path.touch() or path, "is no backup"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and so on" * 100) and path, "is no backup, or was cut short"),
        (lambda path: pack(path, other_txt="{}"), "is no backup that this version knows."),
        (lambda path: pack(path, manifest_json='{"format": 9}'), "is no backup that this version knows."),
        (
            lambda path: pack(path, manifest_json=TOMORROWS),
            "The backup is of a later version (people 0999_x): update the product first.",
        ),
    ],
    ids=[
        *("no file", "cut between its files", "cut in a file's head", "cut in a file", "cut after its last file"),
        *("an empty file", "another file", "another tar", "another format", "of tomorrow"),
    ],
)
def test_what_is_no_backup_is_refused_before_anything_is_touched(run, folder, another, make, why):
    source = make(another / "some.tar")

    refused = run("restore", str(source), "--data", str(folder / "new"))

    assert refused.ended() == 1
    assert why in refused.told
    assert not (folder / "new" / "postgres").exists()
