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

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="pinned_segments")
    about = models.CharField(max_length=8, choices=About)
    slugs = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "seat", "about"], name="a_teammate_pins_one_list_of_segments")
        ]

    def __str__(self) -> str:
        return f"Pins of {self.seat}"


class IndexState(models.TextChoices):
    WANTED = "wanted", "Wanted"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class ValueIndex(models.Model):
    """An index over one column of a large workspace's records, made while people work. Written by `indexing` alone."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    column = models.CharField(max_length=63)
    is_folded = models.BooleanField(default=False)  # over the text in lower case: what lists are in order of
    state = models.CharField(max_length=8, choices=IndexState, default=IndexState.WANTED)
    wanted_at = models.DateTimeField()
    used_at = models.DateTimeField()
    scans = models.BigIntegerField(default=0)  # how often it had been used by then
    built_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "value indexes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "about", "column", "is_folded"], name="a_column_is_indexed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.column}"

    @property
    def name(self) -> str:
        """The index's own."""
        return f"value_index_{self.pk}"
