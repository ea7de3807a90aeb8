"""The log files outlive whoever is forgotten: they tell of nobody (DEL-03)."""

import logging
from io import StringIO

import pytest
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory

from apps.workspace.logbook import Discreet, make_discreet

SECRET = "zaphod@secretive.example"
TWICE = "CREATE TEMPORARY TABLE once (email text PRIMARY KEY) ON COMMIT DROP"


@pytest.fixture
def log():
    """A logger, and what it has written."""
    logger, written = logging.Logger("a logger"), StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet("{levelname} {message}", style="{"))
    logger.addHandler(handler)
    logger.written = written
    return logger


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/contacts/find_by_external_id/{SECRET}", "/contacts/find_by_external_id/<path:external_id>"),
        (f"/apps/demo/people/{SECRET}/", "/apps/…"),
        (f"/{SECRET}", "/…"),
        ("/messenger/web/nothing", "/messenger/…"),
    ],
)
def test_an_address_is_told_without_whom_it_names(client: Client, db, log, monkeypatch, path, said):
    monkeypatch.setattr(logging.getLogger("django.request"), "handlers", log.handlers)

    client.get(path, headers={"authorization": "Bearer wrong"})

    assert log.written.getvalue().rpartition(": ")[2] == f"{said}\n"


def test_a_refusal_of_the_database_is_told_without_the_values(db, log):
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        cursor.execute("INSERT INTO once VALUES (%s)", [SECRET])
        try:
            cursor.execute("INSERT INTO once VALUES (%s)", [SECRET])
        except IntegrityError as refused:
            log.exception("Not written: %s", refused)

    told = log.written.getvalue()
    assert told.startswith('ERROR Not written: duplicate key value violates unique constraint "once_pkey"\n')
    assert told.endswith('IntegrityError: duplicate key value violates unique constraint "once_pkey"\n')
    assert SECRET not in told


def test_what_another_program_set_up_is_as_discreet():
    logger, written = logging.Logger("celery"), StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    logger.addHandler(handler)
    request = RequestFactory().get(f"/nowhere/{SECRET}")
    request.resolver_match = None

    make_discreet(logger)
    logger.warning("Not Found: %s", request.path, extra={"request": request})

    assert written.getvalue() == "[WARNING] Not Found: /nowhere/…\n"


TEXTS = ("one line", "several\n\nparagraphs", "DETAIL: of somebody")


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_a_refused_value_looks_like_nothing_of_it_is_told(db, log, text):
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE short (note text CHECK (length(note) < 3)) ON COMMIT DROP")
            cursor.execute("INSERT INTO short VALUES (%s)", [f"{text}\n{SECRET}"])
    except IntegrityError as refused:
        log.exception("Not written: %s", refused)
        log.error("Not written: %r", refused)  # as Celery tells it

    told = log.written.getvalue()
    assert told.count("violates check constraint") == 4
    assert [one for one in (SECRET, "paragraphs", "somebody") if one in told] == []
