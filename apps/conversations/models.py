"""That somebody wrote, and how content they were: as little of conversations as deleting people must honour (D-46).

What was said is kept elsewhere. A conversation goes with its person; its month still counts it (DEL-09), and its rating
stays, of nobody (DEL-08).
"""

from django.db import models
from django.urls import reverse

from apps.people.models import Person
from apps.workspace.models import Workspace

LONGEST_REMARK = 2_000
WORST, BEST = 1, 5


class Conversation(models.Model):
    """One conversation with a person: that it began, and when. Written by `keeping` alone."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    # The database does not check it: `keeping` holds the person, and whoever destroys them locks their row first.
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="conversations", db_constraint=False, db_index=False
    )
    opened_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("workspace", "person", models.F("id").desc(), name="conversations_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"opened {self.opened_at:%Y-%m-%d %H:%M}"

    def page(self) -> str:
        return reverse("conversations:conversation", args=[self.workspace.app_id, self.pk])


class Month(models.Model):
    """How many conversations began in a month of the workspace's time zone: it never goes down (DEL-09)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    begins_on = models.DateField()
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "begins_on"], name="a_month_is_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.begins_on:%B %Y}: {self.opened}"


class Rating(models.Model):
    """How content somebody was, and what they remarked. It outlives whoever gave it, without their name (DEL-08)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    conversation = models.OneToOneField(Conversation, models.SET_NULL, null=True, related_name="rating")
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="ratings", db_constraint=False, db_index=False
    )
    score = models.PositiveSmallIntegerField()
    remark = models.CharField(max_length=LONGEST_REMARK, blank=True)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(score__range=(WORST, BEST)), name="a_score_is_one_to_five"),
        ]
        indexes = [
            models.Index(fields=["workspace", "rated_at"], name="ratings_by_time"),
            models.Index(fields=["person"], condition=models.Q(person__isnull=False), name="ratings_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of {BEST}"
