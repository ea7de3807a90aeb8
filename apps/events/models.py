"""What people did: every occurrence for 90 days, and a summary of each event per person for good (EVT-01, EVT-07)."""

from django.db import models
from django.db.models import F

from apps.attributes.sources import Source
from apps.people.models import Person
from apps.workspace.models import Workspace

from .naming import LONGEST_NAME, label_of


class EventName(models.Model):
    """An event that the workspace knows, by the exact name it is sent with (EVT-13)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="event_names")
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.CharField(max_length=500, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True)  # to the minute: see `recording`
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="an_event_is_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return label_of(self.name)


class Event(models.Model):
    """One occurrence: somebody did something, at a second. The same again is a duplicate (EVT-04).

    The database does not check what a row refers to: `recording`, the only writer, holds the person while it writes,
    and the summary beside it vouches for the name. Whoever destroys a person locks their row first.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="events", db_constraint=False, db_index=False)
    name = models.ForeignKey(EventName, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    created_at = models.DateTimeField()
    metadata = models.JSONField(default=dict)
    source = models.CharField(max_length=12, choices=Source)
    hand = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "person", "name", "at"], name="an_occurrence_counts_once")
        ]
        indexes = [
            models.Index(
                "workspace", "person", F("at").desc(nulls_last=True), F("id").desc(), name="a_persons_timeline"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"


class EventSummary(models.Model):
    """How often a person did something, first and last (EVT-01). What filters and columns ask."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="event_summaries", db_constraint=False, db_index=False
    )
    name = models.ForeignKey(EventName, models.CASCADE, related_name="summaries", db_index=False)
    count = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "event summaries"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "person", "name"], name="an_event_is_summed_up_once_a_person")
        ]
        indexes = [
            models.Index(fields=["workspace", "name", "last_at"], name="summaries_by_last"),
            models.Index(fields=["workspace", "name", "count"], name="summaries_by_count"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
