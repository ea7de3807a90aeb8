"""The queue's door to exports: files that were kept long enough are deleted."""

from celery import shared_task

from apps.workspace import clock

from . import keeping


@shared_task
def let_expired_go() -> None:
    keeping.let_expired_go(clock.now())
