"""The queue's door to people."""

from celery import shared_task

from apps.workspace import clock

from . import erasing, parting


@shared_task
def erase_visitors() -> None:
    """Hourly: visitors are kept for nine months after they were seen last."""
    erasing.erase(clock.now())


@shared_task
def let_merges_go() -> None:
    """Hourly: what undoing a merge needs is kept as long as it can be undone."""
    parting.let_go(clock.now())
