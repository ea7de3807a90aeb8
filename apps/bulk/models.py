"""One change to many records at once, as a job that can be stopped, resumed and undone (BEY-14, UI-04)."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from apps.attributes.models import About
from apps.workspace.jobs import Job, JobState
from apps.workspace.models import Workspace

UNDO_FOR = timedelta(days=7)


class BulkChange(Job):
    """What is done to whom. The records are the chosen ones, or all that a filter finds; an undoing has neither.

    `cursor` is the last record that was done; of an undoing the last `Former` that was put back.
    """

    about = models.CharField(max_length=8, choices=About)
    action = models.CharField(max_length=24)
    params = models.JSONField(default=dict)
    title = models.CharField(max_length=500)  # what is done, in words: "Tag with VIP"
    hand = models.CharField(max_length=120, blank=True)
    ip = models.GenericIPAddressField(null=True)
    chosen = ArrayField(models.BigIntegerField(), null=True)
    filter = models.JSONField(null=True)
    segments = models.JSONField(default=dict)  # what the segments that the filter asks for asked when the job began
    search = models.CharField(max_length=300, blank=True)
    last_pk = models.BigIntegerField(default=0)  # who arrives after the start is not meant
    changed = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    refusal = models.CharField(max_length=500, blank=True)  # the first one, in words
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undoing")

    class Meta:
        indexes = [models.Index("workspace", models.F("id").desc(), name="bulk_changes_newest_first")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undoing")

    @property
    def meant(self) -> int:
        """How many it is meant for: as many as were done once all are."""
        return self.done if self.state == JobState.DONE else self.total

    def can_be_undone(self, now: datetime) -> bool:
        """Once, for seven days after it ended or was stopped, as far as it came."""
        ended = self.state in (JobState.DONE, JobState.CANCELLED, JobState.FAILED) and self.finished_at
        return bool(ended and self.changed and not self.undoes_id and not self.is_undone and now < self.undo_until)

    @property
    def undo_until(self) -> datetime:
        return (self.finished_at or self.created_at) + UNDO_FOR

    def page(self) -> str:
        return reverse("bulk:job", args=[self.workspace.app_id, self.pk])

    def step(self, now: datetime) -> bool:
        from . import running

        return running.step(self, now)

    def called_off(self, now: datetime) -> None:
        from . import running

        running.close(self, now)


class Former(models.Model):
    """What one record was before, as far as the change touched it: what undoing puts back."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    change = models.ForeignKey(BulkChange, models.CASCADE, related_name="formers", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    record_id = models.BigIntegerField()
    was = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["change", "id"], name="formers_of_a_change"),
            models.Index(fields=["workspace", "about", "record_id"], name="formers_of_a_record"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.record_id}: {self.was}"
