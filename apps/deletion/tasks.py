"""The queue's door to deletion."""

from celery import shared_task

from apps.workspace import clock

from .destroying import destroy_due
from .settling import settle


@shared_task
def purge_due() -> None:
    """Hourly: whoever's seven days are over is destroyed (DEL-07)."""
    if destroy_due(clock.now()).people:
        settle()
