import hashlib
import secrets
import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from . import activities
from .permissions import Grant, Role, can
from .scopes import Scope, usual


def hashed(secret: str) -> str:
    """What is kept of a secret that is shown once. The secrets are long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is not a time zone; write it like Europe/Dublin.")


class Region(models.TextChoices):
    US = "us", "US"
    EU = "eu", "EU"
    AU = "au", "Australia"


def new_secret() -> str:
    return secrets.token_hex(32)


class Workspace(models.Model):
    """One customer's people, and the rules that hold for them."""

    app_id = models.CharField(
        "app id",
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*$", "Use lower-case letters, digits, - and _.")],
    )
    name = models.CharField(max_length=120)
    timezone = models.CharField("time zone", max_length=64, default="UTC", validators=[check_time_zone])
    region = models.CharField(max_length=2, choices=Region, default=Region.US)
    app_host = models.CharField(max_length=255, blank=True, help_text="Where teammates open pages, for copied links.")
    api_host = models.CharField(max_length=255, blank=True, help_text="Where the REST API is reached.")
    created_at = models.DateTimeField()

    # Where customers' pages load the Messenger's script from and speak to it, if not where these pages are (MSG-19).
    messenger_host = models.CharField(max_length=255, default="", db_default="", blank=True)
    messenger_is_neutral = models.BooleanField(default=False, db_default=False)

    # The secret that customers sign identities with, and the one before it, which counts until it ends: see `rotating`.
    messenger_secret = models.CharField(max_length=64, default=new_secret, editable=False)
    messenger_secret_since = models.DateTimeField(null=True, editable=False)  # null: from the beginning
    messenger_secret_shown_at = models.DateTimeField(null=True, editable=False)
    former_secret = models.CharField(max_length=64, default="", db_default="", editable=False)
    former_secret_since = models.DateTimeField(null=True, editable=False)
    former_secret_ends_at = models.DateTimeField(null=True, editable=False)
    require_signed_identity = models.BooleanField(default=False)  # MSG-21
    messenger_creates_attributes = models.BooleanField(default=True)  # MSG-08 is this switched off
    messenger_updates_companies = models.BooleanField(default=True)  # MSG-09 is this switched off

    logs_profile_views = models.BooleanField(default=False, db_default=False)  # access logging (AUD-03)
    compliance_contact = models.CharField(max_length=200, default="", db_default="", blank=True)  # AUD-04

    # Another one with every change of an attribute's definition: what tells a kept catalogue that it is stale.
    attributes_version = models.UUIDField(default=uuid.uuid4, editable=False)
    # The same for its segments.
    segments_version = models.UUIDField(default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class TeammateManager(BaseUserManager["Teammate"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Teammate":
        """A teammate; without a password only a one-time link signs them in."""
        teammate = self.model(email=email, **fields)
        teammate.set_password(password)
        teammate.save()
        return teammate

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Teammate":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Teammate":
        return self.get(email=(username or "").strip().lower())


class Teammate(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. What they may do is said by their seat in a workspace."""

    email = models.EmailField(max_length=254, unique=True)  # kept in lower case
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField("may enter the Django admin", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[TeammateManager] = TeammateManager()

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)


class Seat(models.Model):
    """A teammate's place in a workspace, with a role (PERM-03)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="seats")
    teammate = models.ForeignKey(Teammate, models.CASCADE, related_name="seats")
    role = models.CharField(max_length=16, choices=Role, default=Role.READ_ONLY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "teammate"], name="a_teammate_has_one_seat_in_a_workspace")
        ]

    def __str__(self) -> str:
        return f"{self.teammate} ({self.get_role_display()})"

    @property
    def may(self) -> dict[str, bool]:
        """The seat's grants by lower-case name, for templates: `{% if seat.may.edit_data %}`."""
        return {grant.name.lower(): can(self, grant) for grant in Grant}


class SignInLink(models.Model):
    """A link that signs a teammate in once."""

    teammate = models.ForeignKey(Teammate, models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"for {self.teammate}"


class AccessToken(models.Model):
    """A named bearer token of the REST API. Only its hash is kept; its writes carry its name (UPD-07)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tokens")
    teammate = models.ForeignKey(Teammate, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope), default=usual)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_operator(self) -> bool:
        """Whether it writes as a workflow, which gives way to everybody (API-14)."""
        return Scope.OPERATOR in self.scopes

    @property
    def scope_labels(self) -> list[str]:
        return [scope.label for scope in Scope if scope in self.scopes]


def private_path(document: "ComplianceDocument", name: str) -> str:
    """Where the file lies: nothing of its name, which anybody chose, and nothing that can be guessed."""
    return f"compliance/{document.workspace_id}/{secrets.token_hex(16)}"


class ComplianceDocument(models.Model):
    """A file that whoever runs the installation keeps beside its security settings (AUD-04)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="compliance_documents")
    name = models.CharField(max_length=200)  # the file's, as it was uploaded
    file = models.FileField(upload_to=private_path, max_length=200)
    size = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One sensitive action: who, what, when, from where (AUD-01). Entries are added, never changed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="audit_entries")
    teammate = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+")
    token = models.ForeignKey(AccessToken, models.SET_NULL, null=True, related_name="+")
    activity = models.CharField(max_length=48, choices=activities.choices)
    metadata = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["workspace", "-at", "-id"], name="audit_newest_first"),
            models.Index(fields=["workspace", "activity", "-at", "-id"], name="audit_by_activity"),
            models.Index(fields=["workspace", "teammate", "-at", "-id"], name="audit_by_teammate"),
        ]

    def __str__(self) -> str:
        return f"{self.activity} at {self.at:%Y-%m-%d %H:%M}"

    def get_activity_display(self) -> str:  # type: ignore[no-redef]  # Django leaves it where it stands
        """Looked up: Django would put all choices together anew, for each line of a file of the log."""
        return activities.LABELS.get(self.activity, self.activity)


class Notification(models.Model):
    """A word for one teammate of what they began and did not wait for. `url` is a page of the workspace's own."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    teammate = models.ForeignKey(Teammate, models.CASCADE, related_name="notifications", db_index=False)
    message = models.CharField(max_length=300)
    url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "teammate", "-id"], name="notifications_newest_first"),
            models.Index(
                fields=["teammate", "workspace"],
                condition=models.Q(read_at=None),
                name="notifications_unread",
            ),
        ]

    def __str__(self) -> str:
        return self.message
