"""The queue's door to events."""

from celery import shared_task

from apps.workspace import clock

from . import pruning


@shared_task
def forget_occurrences() -> None:
    """Hourly: occurrences are kept for 90 days."""
    pruning.prune(clock.now())
