"""/healthz: up or down, and no more."""

import pytest
from django.db import DatabaseError
from django.test import RequestFactory

from apps.workspace import health
from apps.workspace.views.start import healthz


@pytest.fixture
def worker():
    """A worker whose heart has just beaten."""
    health.note_heartbeat()


@pytest.mark.django_db
def test_all_is_well_while_the_worker_lives(client, worker):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"database": "up", "queue": "up", "worker": "up"})


@pytest.mark.django_db
def test_a_silent_worker_is_down(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"database": "up", "queue": "up", "worker": "down"})


@pytest.mark.django_db
def test_a_queue_that_does_not_answer_is_down_and_the_worker_with_it(client, settings, tmp_path, monkeypatch):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    health._queue.cache_clear()

    answer = client.get("/healthz")

    health._queue.cache_clear()
    assert (answer.status_code, answer.json()) == (503, {"database": "up", "queue": "down", "worker": "down"})


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_down(worker, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise DatabaseError("password=secret")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", refuse)

    answer = healthz(RequestFactory().get("/healthz"))

    assert (answer.status_code, answer.content) == (503, b'{"database": "down", "queue": "up", "worker": "up"}')


def test_the_heartbeat_of_a_worker_is_noted():
    """Celery's own signal, which its main loop sends every two seconds."""
    from celery.signals import heartbeat_sent

    import intercom_clone.celery  # noqa: F401 (it listens)

    heartbeat_sent.send(sender=None)

    assert health._queue().ttl(health.HEARTBEAT) > 0
