"""The queue's door: once a day everybody is looked through for duplicates."""

from celery import shared_task

from apps.workspace import clock

from . import looking


@shared_task
def look_where_due() -> None:
    looking.begin_where_due(clock.now())
