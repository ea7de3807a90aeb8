from datetime import timedelta

from django.db import models

from apps.people.models import Person
from apps.workspace.models import Teammate, Workspace

GRACE = timedelta(days=7)  # DEL-07


class Deletion(models.Model):
    """Somebody asked that a person be forgotten: hidden at once, destroyed when the grace has passed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="deletions")
    person = models.OneToOneField(Person, models.CASCADE, related_name="deletion")
    by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state_before = models.CharField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="deletions_by_due_date")]

    def __str__(self) -> str:
        return f"due {self.due_at:%Y-%m-%d %H:%M}"
