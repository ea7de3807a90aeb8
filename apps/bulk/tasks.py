"""The queue's door to bulk changes: what can no longer be undone is let go."""

from celery import shared_task

from apps.workspace import clock

from .models import UNDO_FOR, Former

BATCH = 10_000


@shared_task
def let_formers_go() -> None:
    """Delete what undoing would put back once it cannot be undone any more; a batch at a time."""
    past = Former.objects.filter(change__finished_at__lt=clock.now() - UNDO_FOR)
    while Former.objects.filter(pk__in=list(past.values_list("pk", flat=True)[:BATCH])).delete()[0]:
        pass
