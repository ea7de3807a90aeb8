"""The queue's app, and every periodic task, a line each."""

import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intercom_clone.settings")

app = Celery("intercom_clone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {}


@heartbeat_sent.connect
def say_that_the_worker_lives(**signal: Any) -> None:
    """For /healthz."""
    from apps.workspace.health import note_heartbeat

    note_heartbeat()
