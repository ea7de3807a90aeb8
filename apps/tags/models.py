"""Tags, the records that carry them, and the notes that teammates leave on records (TAG, NOTE).

Both know a record by what it is about and its key: people and companies stand on floors above. A row comes to be in
the statement that finds its record and holds it, so that none outlives the record; see `tagging` and `noting`.
"""

from datetime import datetime

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from apps.attributes.models import About
from apps.workspace.jobs import Job
from apps.workspace.models import Teammate, Workspace

LONGEST_NAME = 255
LONGEST_NOTE = 10_000


class Tag(models.Model):
    """A word that teammates hang on people and companies. Written by `tagging` alone."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=LONGEST_NAME)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            # whatever the case (TAG-02)
            models.UniqueConstraint("workspace", Lower("name"), name="a_tags_name_is_taken_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """A record carries a tag: since when, and by whose hand (TAG-04)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    # A tag is deleted before what carried it has lost it, see `TagClearance`: whoever reads this joins the tag.
    tag = models.ForeignKey(Tag, models.DO_NOTHING, related_name="taggings", db_constraint=False)
    about = models.CharField(max_length=8, choices=About)
    record_id = models.BigIntegerField()
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    hand = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "about", "tag", "record_id"], name="a_record_carries_a_tag_once"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "about", "record_id"], name="tags_of_a_record"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} on {self.about} {self.record_id}"


class TagClearance(Job):
    """Records lose a tag that was deleted: so many carried it that they do so in the background (TAG-05)."""

    gone = models.BigIntegerField()  # the key that the tag had

    def __str__(self) -> str:
        return f"tag {self.gone}"

    def step(self, now: datetime) -> bool:
        from . import tagging

        return tagging.clear(self)


class Note(models.Model):
    """What a teammate wrote down about a record, for all teammates to read (NOTE-01)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    record_id = models.BigIntegerField()
    text = models.TextField(max_length=LONGEST_NOTE)
    author = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    hand = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                "workspace",
                "about",
                "record_id",
                F("created_at").desc(nulls_last=True),
                F("id").desc(),
                name="notes_newest_first",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_edited(self) -> bool:
        return self.updated_at != self.created_at
