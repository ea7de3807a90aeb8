"""The queue's door to segments."""

from celery import shared_task

from apps.workspace import clock

from . import indexing


@shared_task
def maintain_indexes() -> None:
    """Every minute: indexes that are wanted, and those that nobody needs any more (BEY-12)."""
    indexing.maintain(clock.now())


@shared_task
def want_indexes_for_segments() -> None:
    """Hourly: what the segments of large workspaces ask for."""
    indexing.want_for_segments(clock.now())
