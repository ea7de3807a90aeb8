"""The queue's door to jobs: one task runs any of them, one looks for those that were forgotten."""

from celery import shared_task
from django.apps import apps

from . import auditing, clock, jobs, notifying


@shared_task
def run_job(label: str, pk: int) -> None:
    """Run a job, named by its model's label and its key. Twice is harmless: a job has one worker at a time."""
    jobs.run(apps.get_model(label), pk)


@shared_task
def sweep_jobs() -> None:
    """Wake the jobs that nobody is at."""
    for label, pk in jobs.sweep(clock.now()):
        run_job.delay(label, pk)


@shared_task
def forget_notifications() -> None:
    """Let go of what teammates were told long ago."""
    notifying.forget_old(clock.now())


@shared_task
def forget_log_entries() -> None:
    """Let go of the activity log's entries that were kept long enough."""
    auditing.forget_old(clock.now())
