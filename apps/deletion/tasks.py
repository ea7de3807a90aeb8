"""The queue's door to deletion."""

from celery import shared_task

from apps.workspace import clock

from .destroying import destroy_due
from .settling import settle_what_is_left


@shared_task
def purge_due() -> None:
    """Hourly: whoever's seven days are over is destroyed (DEL-07), down to the last byte (BEY-09)."""
    destroy_due(clock.now())
    settle_what_is_left(clock.now())
