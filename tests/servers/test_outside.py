"""Servers that the environment names."""

import pytest

from intercom_clone.servers.outside import wait_for_named_servers
from intercom_clone.servers.places import Refused


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
