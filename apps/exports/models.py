"""Files that went out: who was in them, who asked, how far they are, and until when they can be fetched (EXP)."""

import secrets
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.urls import reverse

from apps.attributes.models import About
from apps.workspace.jobs import Job, JobState

KEPT_FOR = timedelta(days=7)  # EXP-07


def private_path(export: "Export", name: str) -> str:
    """Where the file lies: nothing that can be guessed, and nothing that anybody chose."""
    return f"exports/{export.workspace_id}/{secrets.token_hex(16)}.csv"


class Extent(models.TextChoices):
    """Which columns a file has (EXP-02)."""

    DISPLAYED = "displayed", "The columns of the list"
    ALL = "all", "All columns"


class Export(Job):
    """A list on its way into a file. `cursor` is the key up to which everybody is in it, `size` where their rows end.

    What decides who is in it is forgotten once all are: `title` says it in words.
    """

    about = models.CharField(max_length=8, choices=About)
    title = models.CharField(max_length=500)  # "All users: Plan is pro"
    hand = models.CharField(max_length=120, blank=True)
    ip = models.GenericIPAddressField(null=True)
    chosen = ArrayField(models.BigIntegerField(), null=True)
    filter = models.JSONField(null=True)
    segments = models.JSONField(default=dict)  # what the segments that the filter asks for asked when the job began
    search = models.CharField(max_length=300, blank=True)
    last_pk = models.BigIntegerField(default=0)  # who arrives after the start is not in it
    extent = models.CharField(max_length=9, choices=Extent)
    columns = models.JSONField(default=list)  # what each is known by: address, label, kind
    zone = models.CharField(max_length=64)  # the workspace's time zone when it began
    file = models.FileField(upload_to=private_path, max_length=200)
    size = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)  # when its file was deleted
    gone_why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index("workspace", F("id").desc(), name="exports_newest_first"),
            models.Index(fields=["expires_at"], condition=models.Q(gone_at=None), name="exports_to_expire"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_ready(self, now: datetime) -> bool:
        """Whether its file can be fetched."""
        return self.state == JobState.DONE and self.gone_at is None and now < self.expires_at

    def has_expired(self, now: datetime) -> bool:
        return now >= self.expires_at

    @property
    def file_name(self) -> str:
        """What the file is called where it is saved."""
        plural = {"person": "people", "company": "companies"}[self.about]
        return f"{plural}-{self.created_at:%Y-%m-%d}-{self.pk}.csv"

    def page(self) -> str:
        return reverse("exports:export", args=[self.workspace.app_id, self.pk])

    def step(self, now: datetime) -> bool:
        from . import running

        return running.step(self, now)

    def called_off(self, now: datetime) -> None:
        from . import running

        running.break_off(self, now)
