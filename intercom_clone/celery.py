"""The queue's app, and every periodic task, a line each."""

import logging
import os
import signal
import sys
from typing import Any

from billiard.util import set_pdeathsig  # type: ignore[attr-defined]  # its stubs leave it out
from celery import Celery
from celery.signals import after_setup_logger, after_setup_task_logger, heartbeat_sent, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intercom_clone.settings")

app = Celery("intercom_clone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "jobs that nobody is at": {"task": "apps.workspace.tasks.sweep_jobs", "schedule": 10},
    "type changes past undoing": {"task": "apps.attributes.tasks.let_type_changes_go", "schedule": 3600},
    "bulk changes past undoing": {"task": "apps.bulk.tasks.let_formers_go", "schedule": 3600},
    "views for SQL": {"task": "apps.attributes.tasks.refresh_readable_views", "schedule": 60},
    "refused values past keeping": {"task": "apps.attributes.tasks.redact_refusals", "schedule": 3600},
    "visitors past keeping": {"task": "apps.people.tasks.erase_visitors", "schedule": 3600},
    "people past their seven days": {"task": "apps.deletion.tasks.purge_due", "schedule": 3600},
    "merges past undoing": {"task": "apps.people.tasks.let_merges_go", "schedule": 3600},
    "duplicates": {"task": "apps.duplicates.tasks.look_where_due", "schedule": 3600},
    "imports past keeping": {"task": "apps.imports.tasks.let_imports_go", "schedule": 3600},
    "occurrences past keeping": {"task": "apps.events.tasks.forget_occurrences", "schedule": 3600},
    "exported files past keeping": {"task": "apps.exports.tasks.let_expired_go", "schedule": 600},
    "activity log past keeping": {"task": "apps.workspace.tasks.forget_log_entries", "schedule": 3600},
    "notifications past keeping": {"task": "apps.workspace.tasks.forget_notifications", "schedule": 3600},
    "indexes on demand": {"task": "apps.segments.tasks.maintain_indexes", "schedule": 60},
    "indexes for segments": {"task": "apps.segments.tasks.want_indexes_for_segments", "schedule": 3600},
}


@after_setup_logger.connect
@after_setup_task_logger.connect
def tell_nothing_of_anybody(logger: logging.Logger, **sent: Any) -> None:
    """Celery sets up its own log: it is as discreet as the product's."""
    from apps.workspace.logbook import make_discreet

    make_discreet(logger)


@worker_process_init.connect
def die_with_the_worker(**sent: Any) -> None:
    """A worker that is killed has no time to end its processes; on Linux the kernel does."""
    if sys.platform.startswith("linux"):
        set_pdeathsig(signal.SIGKILL)


@heartbeat_sent.connect
def say_that_the_worker_lives(**sent: Any) -> None:
    """For /healthz."""
    from apps.workspace.health import note_heartbeat

    note_heartbeat()
