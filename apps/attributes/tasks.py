"""The queue's door to attributes."""

from celery import shared_task

from apps.workspace import clock

from . import readable, redaction, retyping


@shared_task
def let_type_changes_go() -> None:
    """Hourly: what can no longer be undone gives its old column back."""
    retyping.let_go(clock.now())


@shared_task
def refresh_readable_views() -> None:
    """After a change of attributes, and every minute for what could not be made then (BEY-16)."""
    readable.refresh()


@shared_task
def redact_refusals() -> None:
    """Hourly: what was sent and refused is kept for seven days."""
    redaction.redact(clock.now())
