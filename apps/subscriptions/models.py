"""Subscription types: what people are written to about, and who said yes or no to it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from apps.people.models import Person
from apps.workspace.models import Teammate, Workspace

LONGEST_NAME, LONGEST_DESCRIPTION = 120, 500


class Consent(models.TextChoices):
    """What somebody has to say: yes before they are written to, or no when they want to be left alone."""

    OPT_OUT = "opt_out", "Opt-out"
    OPT_IN = "opt_in", "Opt-in"


class Content(models.TextChoices):
    EMAIL = "email", "Email"
    SMS = "sms_message", "SMS"


class SubscriptionType(models.Model):
    """A sort of message that people can choose to get or not to get. Written by `keeping` alone."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="subscription_types", db_index=False)
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.CharField(max_length=LONGEST_DESCRIPTION, blank=True)
    locale = models.CharField("language", max_length=12, default="en")
    consent_type = models.CharField("consent", max_length=8, choices=Consent, default=Consent.OPT_OUT)
    content_types = ArrayField(models.CharField(max_length=12, choices=Content), verbose_name="sent by")
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="a_subscription_types_name_is_taken_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        return "archived" if self.archived_at else "live"

    @property
    def is_opt_in(self) -> bool:
        return self.consent_type == Consent.OPT_IN

    @property
    def sent_by(self) -> str:
        return ", ".join(str(Content(content).label) for content in self.content_types)


class Choice(models.Model):
    """Somebody chose: in, of a type that asks for a yes; out, of one that goes to all who do not say no."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="subscription_choices", db_index=False)
    subscription = models.ForeignKey(SubscriptionType, models.CASCADE, related_name="choices")
    chosen_at = models.DateTimeField()
    teammate = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    hand = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "subscription"], name="a_person_chooses_a_subscription_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.subscription}"
