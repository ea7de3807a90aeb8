"""Where things stand in a data folder."""

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
import pytest
import redis

from intercom_clone.servers import addresses, secret_key
from intercom_clone.servers.places import SOCKET_PATH_LIMIT, Places, Refused


def test_the_addresses_lead_django_and_redis_py_to_the_sockets_of_a_folder_with_a_space():
    places = Places("/srv/our people/data")

    found = addresses(places.data)

    database = dj_database_url.parse(found.database_url)
    queue = redis.connection.parse_url(found.redis_url)
    assert (database["OPTIONS"]["host"], database["NAME"], database["USER"]) == (
        "/srv/our people/data/run",
        "app",
        "postgres",
    )
    assert (queue["path"], queue["db"]) == ("/srv/our people/data/run/valkey.sock", 0)


def test_a_folder_whose_path_is_too_long_for_a_socket_gets_a_short_one_of_its_own():
    deep = Path("/srv") / ("a" * 60) / ("b" * 60)

    found = [Places(deep), Places(deep), Places(deep / "other")]

    assert all(len(str(places.postgres_socket)) < SOCKET_PATH_LIMIT for places in found)
    assert found[0].sockets == found[1].sockets
    assert found[0].sockets != found[2].sockets


def test_asking_for_addresses_makes_nothing_on_disk(tmp_path):
    folder = tmp_path / "data"

    found = addresses(folder)

    assert unquote(parse_qs(urlsplit(found.database_url).query)["host"][0]).endswith("/run")
    assert not folder.exists()


def test_the_folders_are_readable_by_nobody_else(tmp_path):
    places = Places(tmp_path / "data")

    places.make()

    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (places.data, places.logs, places.sockets)} == {0o700}


def test_a_folder_that_cannot_be_made_is_refused_with_a_way_out(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(Refused, match=r"cannot be made \(Not a directory\)\. Choose another one with --data"):
        Places(tmp_path / "file" / "data").make()


def test_the_secret_is_made_once_and_kept_from_others(tmp_path):
    first = secret_key(tmp_path / "data")

    again = secret_key(tmp_path / "data")

    assert again == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_processes_that_ask_at_once_agree_on_one_secret(tmp_path):
    with ProcessPoolExecutor(4) as pool:
        found = set(pool.map(secret_key, [tmp_path / "data"] * 8))

    assert len(found) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]
