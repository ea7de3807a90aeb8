"""Telling a teammate that something they began has come to its end: a line behind the bell."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from .models import Notification, Teammate, Workspace

KEPT_FOR = timedelta(days=90)
LONGEST = 300


def notify(teammate_id: int | None, *, workspace: Workspace, message: str, url: str = "", now: datetime) -> None:
    """Put a line behind a teammate's bell. `url`: the page that it leads to, without a host.

    Nobody is told where nobody did it: the platform itself, or a teammate who is gone. Say what it is about by what it
    is called, not by what is known of a person: "The export of All users is ready".
    """
    if url and not is_local(url):
        raise ValueError(f"A notification leads to a page of this product, not to {url!r}.")
    if teammate_id is None or not workspace.seats.filter(teammate=teammate_id).exists():
        return
    Notification.objects.create(
        workspace=workspace, teammate_id=teammate_id, message=message[:LONGEST], url=url, created_at=now
    )


def is_local(url: str) -> bool:
    return url.startswith("/") and not url.startswith(("//", "/\\"))


def notifications_of(workspace: Workspace, teammate: Teammate) -> QuerySet[Notification]:
    """Theirs in this workspace, newest first."""
    return Notification.objects.filter(workspace=workspace, teammate=teammate).order_by("-pk")


def mark_read(notifications: QuerySet[Notification], *, now: datetime) -> int:
    """How many were unread."""
    return notifications.filter(read_at=None).update(read_at=now)


def forget_old(now: datetime) -> int:
    """Let go of what was said long ago, read or not."""
    return Notification.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]
