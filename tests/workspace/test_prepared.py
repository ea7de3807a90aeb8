"""The first question of a request, and connections that broke while nobody used them."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from apps.workspace.prepared import first_row

pytestmark = pytest.mark.django_db(transaction=True)

BACKEND = "SELECT pg_backend_pid()"


def elsewhere(work: Callable[[], Any]) -> Any:
    """What is done over a connection of its own, as another request would."""
    found = []

    def run() -> None:
        found.append(work())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture
def broken() -> int:
    """The number of this thread's backend, which PostgreSQL has ended meanwhile."""
    [backend] = first_row(BACKEND, [])
    assert elsewhere(lambda: first_row("SELECT pg_terminate_backend(%s, 5000)", [backend])) == (True,)
    return backend


def test_a_connection_that_broke_is_opened_anew_by_the_first_question(broken):
    assert first_row(BACKEND, []) != (broken,)


def test_a_transaction_whose_connection_breaks_is_not_begun_anew_half_way():
    def asked_twice() -> None:
        with transaction.atomic():
            [backend] = first_row(BACKEND, [])
            elsewhere(lambda: first_row("SELECT pg_terminate_backend(%s, 5000)", [backend]))
            first_row(BACKEND, [])

    with pytest.raises(OperationalError):
        asked_twice()

    assert first_row("SELECT 1", []) == (1,)


def test_a_statement_that_fails_by_itself_is_not_asked_again():
    [backend] = first_row(BACKEND, [])

    with pytest.raises(OperationalError):
        first_row("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53000'; END $$", [])

    assert first_row(BACKEND, []) == (backend,)
