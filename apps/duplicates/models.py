"""Two profiles that may be one person, what a look for them keeps meanwhile, and many merged at once (BEY-08)."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.attributes.models import State
from apps.people.merging import UNDOABLE
from apps.people.models import Person, Role
from apps.workspace.jobs import UNDER_WAY, Job, JobState
from apps.workspace.models import Teammate, Workspace

from .alike import Reason, are_alike, compared


class PairQuerySet(models.QuerySet):
    def unjudged(self, workspace: Workspace) -> Self:
        """What looks have found and nobody has judged, whatever has become of the two since."""
        return self.filter(workspace=workspace, dismissed_at=None)

    def of(self, workspace: Workspace) -> Self:
        """Both of whom lists show; with what is alike about them as they stand now."""
        both = {f"{side}__state": State.ACTIVE for side in ("lower", "higher")}
        visitors = Q(lower__role=Role.VISITOR) | Q(higher__role=Role.VISITOR)
        return self.filter(workspace=workspace, **both).exclude(visitors).annotate(**compared())

    def waiting(self, workspace: Workspace) -> Self:
        """The queue: nobody has judged them, and they still are alike."""
        return self.of(workspace).filter(are_alike(), dismissed_at=None)

    def alike_by(self, reason: Reason) -> Self:
        """Of `waiting`, those whom this makes alike; what the latest look said of them spares comparing all others."""
        return self.filter(reasons__contains=[reason], **{f"same_{reason}": True})

    def dismissed(self, workspace: Workspace) -> Self:
        return self.of(workspace).filter(dismissed_at__isnull=False)


class Pair(models.Model):
    """Two people who may be one. Who is dismissed is never asked about again, whatever else they come to share."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    lower = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)  # whose key is the lower one
    higher = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=8, choices=Reason), default=list)  # of the latest look
    found_at = models.DateTimeField()
    met_in = models.BigIntegerField(default=0)  # the number of the latest look that came across them
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    dismissed_hand = models.CharField(max_length=120, blank=True)

    objects: ClassVar = PairQuerySet.as_manager()

    same_email: bool  # annotated by `PairQuerySet.of`
    same_phone: bool
    same_name: bool

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lower", "higher"], name="a_pair_is_kept_once"),
            models.CheckConstraint(condition=Q(lower__lt=F("higher")), name="a_pair_has_one_order"),
        ]
        indexes = [
            models.Index("workspace", F("found_at").desc(), F("id").desc(), name="pairs_newest_first"),
            models.Index(
                fields=["workspace", "-dismissed_at", "-id"],
                condition=Q(dismissed_at__isnull=False),
                name="pairs_dismissed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lower_id} and {self.higher_id}"

    @property
    def both(self) -> tuple[Person, Person]:
        return self.lower, self.higher

    @property
    def alike_by(self) -> list[Reason]:
        """What is alike about them now."""
        return [reason for reason in Reason if getattr(self, f"same_{reason}")]


class Look(Job):
    """A search through all people of a workspace; its stages are those of `looking`. `cursor` counts within a stage."""

    stage = models.CharField(max_length=8, default="reading")
    found = models.BigIntegerField(default=0)  # pairs that were not known before

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(state__in=UNDER_WAY), name="one_look_for_duplicates_at_a_time"
            )
        ]
        indexes = [models.Index("workspace", F("id").desc(), name="looks_newest_first")]

    def __str__(self) -> str:
        return f"Look for duplicates at {self.created_at:%Y-%m-%d %H:%M}"

    def step(self, now: datetime) -> bool:
        from . import looking

        return looking.step(self, now)

    def called_off(self, now: datetime) -> None:
        from . import looking

        looking.close(self)


class Trace(models.Model):
    """A digest of an email or phone that somebody may share, for as long as a look takes.

    It spares the table of people an index that every ping would have to keep up.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    look = models.ForeignKey(Look, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=8, choices=Reason)
    digest = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["look", "reason", "digest", "person"], name="traces_of_a_digest"),
            models.Index(fields=["look", "id"], name="traces_of_a_look"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of {self.person_id}"


class BulkMerge(Job):
    """Many merged at once, as the preview said it; or, with `undoes`, told apart again."""

    hand = models.CharField(max_length=120, blank=True)
    ip = models.GenericIPAddressField(null=True)
    changed = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, related_name="undoing")

    class Meta:
        indexes = [models.Index("workspace", F("id").desc(), name="bulk_merges_newest_first")]

    def __str__(self) -> str:
        return "Undo: merge duplicates" if self.undoes_id else "Merge duplicates"

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undoing")

    @property
    def undo_until(self) -> datetime:
        return self.created_at + UNDO_FOR

    def can_be_undone(self, now: datetime) -> bool:
        """Once, as long as its first merge can be."""
        return bool(
            not self.is_under_way
            and self.changed
            and not self.undoes_id
            and not self.is_undone
            and now < self.undo_until
        )

    @property
    def may_be_stopped(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    def page(self) -> str:
        return reverse("duplicates:job", args=[self.workspace.app_id, self.pk])

    def step(self, now: datetime) -> bool:
        from . import running

        return running.step(self, now)

    def called_off(self, now: datetime) -> None:
        from . import running

        running.close(self, now)


UNDO_FOR: timedelta = UNDOABLE


class Part(models.Model):
    """One merge of many: who is gone, who stays, and what came of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waiting"
        MERGED = "merged", "Merged"
        REFUSED = "refused", "Not merged"
        PARTED = "parted", "Two again"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(BulkMerge, models.CASCADE, related_name="parts", db_index=False)
    gone = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kept = models.ForeignKey(Person, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField(max_length=500, blank=True)  # why it was not merged, or is not two again
    merge_id = models.BigIntegerField(null=True)  # of the `Merge` that it became

    class Meta:
        indexes = [models.Index(fields=["job", "outcome", "id"], name="parts_of_a_bulk_merge")]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}: {self.outcome}"
