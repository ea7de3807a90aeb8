"""Saved filters, and which of them a teammate keeps at hand."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from apps.attributes.models import About
from apps.workspace.models import Seat, Teammate, Workspace

LONGEST_NAME = 120


class Segment(models.Model):
    """A filter with a name (SEG-01). Who is in it is asked of the database whenever it is read, and never kept.

    Written by `saving` alone, which tells every kept copy (see `standing`) that it is stale.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="segments", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    name = models.CharField(max_length=LONGEST_NAME)
    filter = models.JSONField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    created_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            # people's and companies' names do not clash, whatever the case (SEG-07)
            models.UniqueConstraint("workspace", "about", Lower("name"), name="a_segments_name_is_taken_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Pins(models.Model):
    """The segments that a teammate wants to see first, in order, by slug."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="pinned_segments", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    slugs = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seat", "about"], name="a_teammate_pins_one_list_of_segments")
        ]

    def __str__(self) -> str:
        return f"Pins of {self.seat}"
