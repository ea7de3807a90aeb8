"""Servers that the environment names."""

import pytest

from intercom_clone.servers.outside import check_production, public_address, wait_for_named_servers
from intercom_clone.servers.places import Refused
from intercom_clone.servers.supervisor import running_at


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("DATABASE_URL", "postgresql://app:hush@127.0.0.1:1/app"),
        ("DATABASE_URL", "postgresql://?what=ever"),
        ("REDIS_URL", "redis://:hush@127.0.0.1:1/0"),
        ("REDIS_URL", "127.0.0.1"),
    ],
)
def test_a_named_server_that_does_not_answer_is_told_without_its_password(monkeypatch, name, address):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv(name, address)

    with pytest.raises(Refused) as refused:
        wait_for_named_servers(patience=0)

    assert str(refused.value).startswith(f"{name} does not answer: ")
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)


PRODUCTION = {
    "DATABASE_URL": "postgresql://app@db.example.test/app",
    "SECRET_KEY": "long and random",
    "ALLOWED_HOSTS": "*.example.test,people.example.test",
}


def production(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name in ("DEBUG", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (PRODUCTION | more).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_without_what_it_needs_is_refused_in_one_sentence(monkeypatch, name):
    production(monkeypatch, **{name: ""})

    with pytest.raises(Refused) as refused:
        check_production()

    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("more", "address"),
    [({}, "https://people.example.test"), ({"BASE_URL": "https://eu.example.test/"}, "https://eu.example.test")],
)
def test_in_production_the_address_told_is_the_one_outside(monkeypatch, more, address):
    production(monkeypatch, **more)

    check_production()

    assert public_address() == address


def test_a_proxy_is_told_where_to_pass_on_to():
    told = [running_at("http://127.0.0.1:8000", public) for public in (None, "https://people.example.test")]

    assert told == [
        "Running at http://127.0.0.1:8000/",
        "Running at https://people.example.test/, once a proxy that speaks TLS there passes on to http://127.0.0.1:8000",
    ]
