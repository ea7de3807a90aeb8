"""How a teammate wants to see a list."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.attributes.models import About
from apps.workspace.models import Seat, Workspace


class ColumnChoice(models.Model):
    """The columns of a list that a teammate chose, in order, and how it is sorted (UI-03). Written by `choosing`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="+")
    about = models.CharField(max_length=8, choices=About)
    addresses = ArrayField(models.TextField(), null=True)  # none: as the list comes; they may name what is gone since
    sort = models.TextField(blank=True)  # none: as the list comes

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "seat", "about"], name="a_teammate_sees_a_list_one_way")
        ]

    def __str__(self) -> str:
        return f"{self.about} list of {self.seat}"
