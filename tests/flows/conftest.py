"""Stories run with a real worker on a real queue: what is sent is taken up by somebody else."""

from collections.abc import Iterator

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connections

from intercom_clone.celery import app


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker on the suite's own queue, in a thread with database connections of its own."""
    app.control.purge()
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=30):
        yield
    connections.close_all()
