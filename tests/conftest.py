"""Fixtures that every test may ask for."""

import gc
import os
from collections.abc import Iterator

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    if os.environ.get("TESTING") != "1":
        raise pytest.UsageError(
            "Run the suite with `python3 manage.py test`: it starts the servers that the tests need."
        )


def pytest_runtest_call(item: pytest.Item) -> None:
    """Once the first test is set up, the collector looks through what tests make, not through what lasts (`early`)."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _quickly_emptied() -> Iterator[None]:
    """A test that commits is cleaned up after by `emptying`."""
    from django.test import TransactionTestCase

    from tests.emptying import empty

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: empty())
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Throttles and presence live in the cache: no test sees another's, nor what was taken from it in advance."""
    from django.core.cache import cache

    from apps.workspace import limiting

    yield
    cache.clear()
    limiting._hands.clear()


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a test a count is exact because it is cheap, not because this machine is quick today."""
    from apps.segments import counting

    for name in ("AT_ONCE", "SHORT", "GLIMPSE"):
        monkeypatch.setattr(counting, name, {"AT_ONCE": 60.0}.get(name, 20.0))
