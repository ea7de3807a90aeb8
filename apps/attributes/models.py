"""Attributes, the records that carry them, and what became of every value that was offered."""

import re
import secrets
import time
from datetime import datetime
from typing import Any, ClassVar, Self, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.workspace.jobs import Job, Left
from apps.workspace.models import AccessToken, Teammate, Workspace

from .kinds import OFFERED
from .reports import Reason
from .sources import Source


class About(models.TextChoices):
    PERSON = "person", "People"
    COMPANY = "company", "Companies"


class Attribute(models.Model):
    """A custom data attribute: a named, typed fact about people or about companies (ATT-08, ATT-09).

    Written by `defining` alone. Its name never changes (ATT-16) and it is never deleted, only archived (ATT-39).
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="attributes")
    about = models.CharField(max_length=8, choices=About)
    name = models.CharField(max_length=190)
    kind = models.CharField("type", max_length=8, choices=[(kind.name, kind.label) for kind in OFFERED])
    column = models.CharField(max_length=12, editable=False)
    description = models.CharField(max_length=500, blank=True)
    options = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    messenger_protected = models.BooleanField("prevent updates via the Messenger", default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    # the second column that writers fill: the next one while the kind changes, the last one while that can be undone
    shadow_kind = models.CharField(max_length=8, blank=True, editable=False)
    shadow_column = models.CharField(max_length=12, blank=True, editable=False)
    shadow_options = ArrayField(models.CharField(max_length=255), default=list, blank=True, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    created_by = models.ForeignKey(Teammate, models.SET_NULL, null=True, blank=True, related_name="+")
    created_from = models.CharField(max_length=12, choices=Source)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "about", "name"], name="an_attributes_name_is_taken_once"),
            models.UniqueConstraint(fields=["workspace", "about", "column"], name="a_column_holds_one_attribute"),
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """Where a record stands. Only active ones are seen; the others keep their identifiers (IDN-04, IDN-19)."""

    ACTIVE = "active", "Active"
    ARCHIVED = "archived", "Archived"
    BLOCKED = "blocked", "Blocked"
    PENDING_DELETION = "pending_deletion", "Pending deletion"
    MERGED = "merged", "Merged"


PUBLIC_ID = re.compile(r"[0-9a-f]{24}")


def new_public_id() -> str:
    """24 hex digits, ordered by time: the id that the world sees."""
    return f"{int(time.time()):08x}{secrets.token_hex(8)}"


class AttributedQuerySet(models.QuerySet):
    def of(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def active(self) -> Self:
        """Those that lists, searches, links and profiles know."""
        return self.filter(state=State.ACTIVE)

    def listed(self) -> Self:
        """Those that teammates see."""
        return self.active()

    def heads(self) -> Self:
        """Only what names a record on a page, not its values."""
        return self.only(*cast("type[Attributed]", self.model).head)


class Attributed(models.Model):
    """A record whose values are attributes: a person or a company.

    Custom values stand in the table's value columns (see `columns`), which this model does not know: read them with
    `values.read`, write any value with `writing.write`. Standard values are fields and are written the same way.
    """

    about: ClassVar[str]
    # what names a record on a page and decides what may be done to it
    head: ClassVar[tuple[str, ...]] = ("workspace", "public_id", "state", "holders", "created_at", "updated_at")
    derived_from: ClassVar[dict[str, str]] = {}  # computed attribute → the one it follows
    dated_by: ClassVar[dict[str, str]] = {}  # computed attribute → the instant at which it moved last
    # computed attribute that is kept without a history → what it is based on, and what that means
    observed: ClassVar[dict[str, tuple[str, str]]] = {}

    # indexed by what each kind of record is found by within a workspace
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    public_id = models.CharField(max_length=24, default=new_public_id)
    state = models.CharField(max_length=16, choices=State, db_default=State.ACTIVE, default=State.ACTIVE)
    # key → source, of every value whose last hand was not a plain ping
    holders = models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = AttributedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def derive(cls, changed: dict[str, Any]) -> dict[str, Any]:
        """Columns that follow from changed values (first name from name): column → value."""
        return {}

    @property
    def tone(self) -> int:
        """Which of the eight colours its tile without a picture has: always the same one (AVA-04)."""
        return int(self.public_id[-2:], 16) % 8

    def page(self) -> str:
        """The address of its own page; empty where it has none."""
        return ""


class OtherId(models.Model):
    """An id by which a record was known where it was moved in from, and is not known by here (BEY-17). See `other_ids`.

    Most keep the id that they had, and have no row here.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=8, choices=About)
    public_id = models.CharField(max_length=64)
    record_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "about", "public_id"], name="an_other_id_means_one_record"),
        ]
        indexes = [models.Index(fields=["workspace", "about", "record_id"], name="other_ids_of_a_record")]

    def __str__(self) -> str:
        return self.public_id


def model_of(about: str) -> type[Attributed]:
    """The records that attributes are about: the tables stand on the floors above."""
    return {model.about: model for model in Attributed.__subclasses__()}[about]


class RecordChange(models.Model):
    """What one write changed of one record: each value's old and new, from where, by whom, when (UPD-04, AUD-05).

    A row for a write and not for each value: an import writes ten values a record, and rows and their places in the
    indexes are what a history costs. `history` tells the lines of one value.

    The database does not check what a row refers to. To check it would lock the workspace's row, and the token's, in
    every transaction that changes anything: the rows that all of them share. The write path has just locked the
    record, and its hand was let in at the door.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    about = models.CharField(max_length=8, choices=About)
    record_id = models.BigIntegerField()
    changes = models.JSONField()  # key → [old, new]; of a value that was put back [old, new, the write it comes from]
    source = models.CharField(max_length=12, choices=Source)
    hand = models.CharField(max_length=120, blank=True)
    teammate = models.ForeignKey(
        Teammate, models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    token = models.ForeignKey(
        AccessToken, models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    former_id = models.BigIntegerField(null=True)  # whose it was before that record was merged into this one (IDN-14)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "about", "record_id", "-id"], name="history_of_a_record"),
            models.Index(fields=["workspace", "about", "id"], name="history_as_it_came"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.record_id}: {', '.join(self.changes)} ({self.source})"


class RefusedWrite(models.Model):
    """A value that was not taken, and why (BEY-02). Repeats are counted, not repeated."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    about = models.CharField(max_length=8, choices=About)
    record_id = models.BigIntegerField(null=True)  # none: the record never came to be
    key = models.CharField(max_length=190)
    source = models.CharField(max_length=12, choices=Source)
    reason = models.CharField(max_length=16, choices=[(reason.value, reason.name) for reason in Reason])
    message = models.CharField(max_length=500)
    raw = models.CharField(max_length=255)  # what was sent, cut short
    hand = models.CharField(max_length=120, blank=True)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True)  # since when `raw` is no longer kept; see `redaction`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "about", "record_id", "key", "source", "reason"],
                name="a_repeated_refusal_is_counted",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                "workspace",
                models.F("last_at").desc(nulls_last=True),
                models.F("id").desc(),
                name="refusals_newest_first",
            ),
            # what is rare is looked up here; what is frequent is met soon on the way through the newest
            models.Index(fields=["workspace", "key"], name="refusals_of_a_key"),
            models.Index(fields=["workspace", "reason", "source"], name="refusals_for_a_reason"),
            models.Index(fields=["last_at"], condition=models.Q(redacted_at=None), name="refusals_to_redact"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.message} ×{self.count}"


class Phase(models.TextChoices):
    SETTLING = "settling", "Waiting for writes that began before"
    COPYING = "copying", "Converting values"
    NOTING = "noting", "Noting what was cleared"


class TypeChange(Job):
    """A change of an attribute's kind, under way or done (ATT-19), to be undone until `undo_until`. See `retyping`."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="type_changes")
    from_kind = models.CharField(max_length=8)
    to_kind = models.CharField(max_length=8)
    from_column = models.CharField(max_length=12)
    to_column = models.CharField(max_length=12)
    from_options = ArrayField(models.CharField(max_length=255), default=list)
    to_options = ArrayField(models.CharField(max_length=255), default=list)
    phase = models.CharField(max_length=8, choices=Phase, default=Phase.SETTLING)
    settled_from = models.DateTimeField(null=True)
    converted = models.BigIntegerField(default=0)
    cleared = models.BigIntegerField(default=0)
    swapped_at = models.DateTimeField(null=True)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attribute"],
                condition=models.Q(swapped_at=None, finished_at=None),
                name="an_attribute_changes_its_type_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.from_kind} → {self.to_kind}"

    def can_be_undone(self, now: datetime) -> bool:
        return bool(self.undo_until and now < self.undo_until and not self.undone_at)

    def step(self, now: datetime) -> Left:
        from . import retyping

        return retyping.step(self, now)

    def called_off(self, now: datetime) -> None:
        from . import retyping

        retyping.call_off(self, now)


class ColumnClearance(Job):
    """A column that no attribute uses any more is emptied, and is free again when that is done. See `retyping`."""

    about = models.CharField(max_length=8, choices=About)
    column = models.CharField(max_length=12)
    settled_from = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.about} {self.column}"

    def step(self, now: datetime) -> Left:
        from . import retyping

        return retyping.clear(self)


class OptionRename(Job):
    """The values that hold an option of a list, or a stray one, come to hold another. See `options`."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="option_renames")
    old = models.CharField(max_length=255)
    new = models.CharField(max_length=255)
    settled_from = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.attribute}: {self.old} → {self.new}"

    def step(self, now: datetime) -> Left:
        from . import options

        return options.step(self, now)
