"""People: visitors, leads and users, one table."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.urls import reverse

from apps.attributes.models import Attributed, AttributedQuerySet, State
from apps.workspace.models import Seat, Teammate, Workspace

from . import visits
from .naming import display_label, initials, split


class Role(models.TextChoices):
    USER = "user", "User"
    LEAD = "lead", "Lead"
    VISITOR = "visitor", "Visitor"


# What a mobile app leaves on whoever uses it (ATT-04).
ON_MOBILE = (
    Q(ios_sessions__isnull=False)
    | Q(ios_last_seen_at__isnull=False)
    | Q(android_sessions__isnull=False)
    | Q(android_last_seen_at__isnull=False)
)


BY_PLATFORM = ("last_seen_at", "sessions", "app_name", "app_version", "device", "os_version", "sdk_version")


def _unique(column: str, name: str) -> models.UniqueConstraint:
    """Whoever has no such name is no line of its index: every ping that moves Last seen writes a line into each."""
    return models.UniqueConstraint(fields=["workspace", column], condition=Q((f"{column}__isnull", False)), name=name)


class PersonQuerySet(AttributedQuerySet):
    def listed(self) -> Self:
        """Those that teammates see: active users and leads; visitors never (IDN-09)."""
        return self.active().exclude(role=Role.VISITOR)


class Person(Attributed):
    """Somebody who uses, or might use, the customer's product. Values are written by `attributes.writing` alone."""

    about: ClassVar[str] = "person"

    role = models.CharField(max_length=8, choices=Role)
    external_id = models.TextField("user ID", null=True)
    # the browser's cookie, of visitors and of the leads they became; a user is known by name alone (MSG-21)
    visitor_id = models.TextField(null=True)
    name = models.TextField(null=True)
    first_name = models.TextField(null=True)
    last_name = models.TextField(null=True)
    pseudonym = models.TextField(null=True)
    email = models.TextField(null=True)
    email_domain = models.TextField(null=True)
    phone = models.TextField(null=True)
    owner = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    avatar = models.TextField(null=True)

    signed_up_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    last_contacted_at = models.DateTimeField(null=True)
    last_replied_at = models.DateTimeField(null=True)
    last_email_opened_at = models.DateTimeField(null=True)
    last_email_clicked_at = models.DateTimeField(null=True)
    session_count = models.IntegerField(default=0, db_default=0)
    session_started_at = models.DateTimeField(null=True)
    web_seen_at = models.DateTimeField(null=True)  # the last ping from a browser: what a web session is measured by

    city = models.TextField(null=True)
    region = models.TextField(null=True)
    country = models.TextField(null=True)
    country_code = models.TextField(null=True)
    continent_code = models.TextField(null=True)
    postal_code = models.TextField(null=True)
    timezone = models.TextField(null=True)
    browser = models.TextField(null=True)
    browser_version = models.TextField(null=True)
    browser_language = models.TextField(null=True)
    os = models.TextField(null=True)
    language_override = models.TextField(null=True)
    unsubscribed_from_emails = models.BooleanField(null=True)
    marked_email_as_spam = models.BooleanField(null=True)
    has_hard_bounced = models.BooleanField(null=True)
    referrer = models.TextField(null=True)
    page_url = models.TextField(null=True)  # the latest page that they had open (MSG-14)
    referred_at = models.DateTimeField(null=True)  # when the referrer was told
    utm_campaign = models.TextField(null=True)
    utm_content = models.TextField(null=True)
    utm_medium = models.TextField(null=True)
    utm_source = models.TextField(null=True)
    utm_term = models.TextField(null=True)
    campaign_at = models.DateTimeField(null=True)  # when those five were told

    ios_last_seen_at = models.DateTimeField(null=True)
    ios_counted_at = models.DateTimeField(null=True)  # when a session was last counted, and so on Android
    ios_sessions = models.IntegerField(null=True)
    ios_app_name = models.TextField(null=True)
    ios_app_version = models.TextField(null=True)
    ios_device = models.TextField(null=True)
    ios_os_version = models.TextField(null=True)
    ios_sdk_version = models.TextField(null=True)
    android_last_seen_at = models.DateTimeField(null=True)
    android_counted_at = models.DateTimeField(null=True)
    android_sessions = models.IntegerField(null=True)
    android_app_name = models.TextField(null=True)
    android_app_version = models.TextField(null=True)
    android_device = models.TextField(null=True)
    android_os_version = models.TextField(null=True)
    android_sdk_version = models.TextField(null=True)
    enabled_push_messaging = models.BooleanField(null=True)
    is_mobile_unidentified = models.BooleanField(null=True)

    # of a lead or user in state MERGED: the user they are now, with whom their data goes (see `merging`, `surviving`)
    merged_into = models.ForeignKey("self", models.CASCADE, null=True, related_name="merged_leads", db_index=False)

    objects: ClassVar = PersonQuerySet.as_manager()

    head: ClassVar[tuple[str, ...]] = (
        *Attributed.head,
        *("role", "external_id", "name", "email", "pseudonym", "avatar", "signed_up_at", "last_seen_at", "page_url"),
    )
    derived_from: ClassVar[dict[str, str]] = {"first_name": "name", "last_name": "name", "email_domain": "email"}
    dated_by: ClassVar[dict[str, str]] = {
        "last_seen_at": "last_seen_at",
        "session_count": "last_seen_at",
        "updated_at": "updated_at",
        "enabled_push_messaging": "last_seen_at",
        **visits.DATED_BY,
    } | {f"{platform}_{told}": f"{platform}_last_seen_at" for platform in ("ios", "android") for told in BY_PLATFORM}

    observed: ClassVar[dict[str, tuple[str, str]]] = visits.OBSERVED

    LISTED: ClassVar[Q] = Q(state=State.ACTIVE) & ~Q(role=Role.VISITOR)

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "public_id"], name="a_persons_public_id_is_unique"),
            # whatever the person's state: identifiers stay taken until the data is destroyed (IDN-04)
            _unique("external_id", name="a_user_id_is_taken_once"),
            _unique("visitor_id", name="a_visitor_is_known_once"),
            _unique("pseudonym", name="a_pseudonym_is_unique"),
            models.CheckConstraint(
                condition=~Q(role=Role.USER) | Q(visitor_id=None), name="no_cookie_alone_stands_for_a_user"
            ),
        ]
        indexes = [
            models.Index(
                "workspace",
                "role",
                F("last_seen_at").desc(nulls_last=True),
                F("id").desc(),
                condition=Q(state=State.ACTIVE),
                name="people_by_last_seen",
            ),
            models.Index(
                "workspace",
                F("last_seen_at").desc(nulls_last=True),
                F("id").desc(),
                condition=Q(state=State.ACTIVE) & ~Q(role=Role.VISITOR),
                name="listed_people_by_last_seen",
            ),
            models.Index(
                fields=["workspace", "state"],
                condition=Q(state__in=[State.ARCHIVED, State.BLOCKED]),
                name="hidden_people",
            ),
            models.Index(fields=["workspace", "created_at", "id"], name="people_by_first_seen"),
            models.Index(fields=["workspace"], condition=ON_MOBILE, name="people_on_mobile"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="leads_of_a_user"),
            # kept in lower case (IDN-08)
            models.Index(fields=["workspace", "email"], condition=Q(email__isnull=False), name="people_by_email"),
            models.Index(fields=["owner"], condition=Q(owner__isnull=False), name="people_of_an_owner"),
            GinIndex(
                F("workspace"),
                OpClass(Lower("name"), "gin_trgm_ops"),
                OpClass(Lower("email"), "gin_trgm_ops"),
                OpClass(Lower("external_id"), "gin_trgm_ops"),
                name="people_by_any_part",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def derive(cls, changed: dict[str, Any]) -> dict[str, Any]:
        """First and last name follow the name (NAME-01), the domain follows the email."""
        derived: dict[str, Any] = {}
        if "name" in changed:
            derived["first_name"], derived["last_name"] = split(changed["name"])
        if "email" in changed:
            derived["email_domain"] = (changed["email"] or "").rpartition("@")[2] or None
        return derived

    @property
    def label(self) -> str:
        """What a person is called on screens (NAME-08)."""
        return display_label(self.name, self.email, self.external_id, self.pseudonym)

    @property
    def initials(self) -> str:
        return initials(self.label)

    def page(self) -> str:
        return reverse("people:profile", args=[self.workspace.app_id, self.public_id])


class Merge(models.Model):
    """That somebody was merged into a user (IDN-14): by whom, when, and all that it takes to tell the two apart again.

    Whatever undoing needs is kept here, personal data included, and in the row of who was merged: nowhere else.
    Forgetting a person means forgetting `surviving.predecessors` of them too; these rows go with theirs. When undoing
    has ended, `parting.let_go` empties them.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    lead = models.OneToOneField(Person, models.CASCADE, related_name="merge")  # who was merged; by hand a user too
    at = models.DateTimeField()
    by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    hand = models.CharField(max_length=120, blank=True)
    visitor_id = models.TextField(null=True)  # the cookie that the lead gave up
    state_before = models.CharField(max_length=16)
    sessions = models.IntegerField()
    copied = models.JSONField(default=list)  # the keys of the attributes that the user took over
    moved = models.JSONField(default=dict)  # model → what of it moved, as its mover told
    formers = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # key → what the user had of it
    visits = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # column → [before, after]
    undo_until = models.DateTimeField(null=True)  # none: nothing is kept to undo it with, not any more or not ever

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="merges_newest_first"),
            models.Index(fields=["undo_until"], condition=Q(undo_until__isnull=False), name="merges_to_let_go"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def kept(self) -> Person:
        """Who survived."""
        if self.lead.merged_into is None:
            raise Person.DoesNotExist(f"{self.lead_id} is merged into nobody")
        return self.lead.merged_into

    def can_be_undone(self, now: datetime) -> bool:
        return self.undo_until is not None and now < self.undo_until


class DetailsChoice(models.Model):
    """The standard attributes that a teammate wants to see on profiles, in order (ATT-02)."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="details_choice")
    keys = ArrayField(models.CharField(max_length=64), default=list)

    def __str__(self) -> str:
        return f"Details of {self.seat}"
