"""The queue's door to attributes."""

from celery import shared_task

from apps.workspace import clock

from . import retyping


@shared_task
def let_type_changes_go() -> None:
    """Hourly: what can no longer be undone gives its old column back."""
    retyping.let_go(clock.now())
