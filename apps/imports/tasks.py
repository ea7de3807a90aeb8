"""The queue's door to imports: what is not needed any more is let go."""

from celery import shared_task

from apps.workspace import clock

from . import keeping


@shared_task
def let_imports_go() -> None:
    """Uploads that nobody imported, previews that are past, reports that were kept long enough."""
    keeping.let_go(clock.now())
