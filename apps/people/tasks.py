"""The queue's door to people."""

from celery import shared_task

from apps.workspace import clock

from . import erasing


@shared_task
def erase_visitors() -> None:
    """Hourly: visitors are kept for nine months after they were seen last."""
    erasing.erase(clock.now())
