"""Files of people on their way in: what was uploaded, what is to be done with it, and what became of each row (IMP)."""

import secrets
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.people.models import Role
from apps.workspace.jobs import Job, JobState
from apps.workspace.models import Teammate, Workspace

UNDO_FOR = timedelta(days=7)
LONGEST_WHY = 200
ROLES = [(Role.USER.value, "Users"), (Role.LEAD.value, "Leads")]
ENDED = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


def private_name(upload: "Import", name: str) -> str:
    """Where a file is kept: nothing of its own name, which may say more than it should."""
    return f"imports/{secrets.token_hex(16)}.csv"


class Stage(models.TextChoices):
    """How far the teammate has come with it: the page that it opens on."""

    COLUMNS = "columns", "Choosing columns"
    OPTIONS = "options", "Choosing options"
    REVIEW = "review", "Preview"
    RUN = "run", "Imported"
    DISCARDED = "discarded", "Discarded"


class Only(models.TextChoices):
    """Whom a file may reach (IMP-22)."""

    ANY = "any", "Create new people and update existing ones"
    KNOWN = "known", "Update existing people only"
    NEW = "new", "Create new people only"


class Import(models.Model):
    """One uploaded file, and what the teammate wants done with it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    role = models.CharField(max_length=8, choices=ROLES)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.COLUMNS)

    file = models.FileField(upload_to=private_name, max_length=120, blank=True)  # empty once it is let go
    file_name = models.CharField(max_length=255)
    gone_why = models.CharField(max_length=LONGEST_WHY, blank=True)  # where it was let go before its import had ended
    # what was previewed is what is run: a file that is another one by then is refused
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    start = models.PositiveSmallIntegerField(default=0)  # bytes before the first header: byte order marks
    delimiter = models.CharField(max_length=1, default=",")
    headers = ArrayField(models.TextField(), default=list)
    seen = ArrayField(models.CharField(max_length=8), default=list)  # by column, the kinds that all its cells fit
    rows = models.BigIntegerField(default=0)

    columns = models.JSONField(default=list)  # by column, what it is: see `columns`
    only = models.CharField(max_length=8, choices=Only, default=Only.ANY)
    clears = models.BooleanField("empty cells clear values", default=False)  # IMP-21
    tag = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [models.Index("workspace", models.F("id").desc(), name="imports_newest_first")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def noun(self) -> str:
        return self.role

    @property
    def page_name(self) -> str:
        return {Stage.COLUMNS: "columns", Stage.OPTIONS: "options", Stage.REVIEW: "review"}.get(
            Stage(self.stage), "import"
        )

    def page(self) -> str:
        return reverse(f"imports:{self.page_name}", args=[self.workspace.app_id, self.pk])

    def latest(self, purpose: str) -> "ImportRun | None":
        return self.runs.filter(purpose=purpose).order_by("-pk").first()


class Purpose(models.TextChoices):
    READ = "read", "Reading the file"
    PREVIEW = "preview", "Preview"
    RUN = "run", "Import"
    UNDO = "undo", "Undo"


class ImportRun(Job):
    """One passage through a file, or back: `cursor` is the byte of the next row, `done` the number of the last one.

    Of an undoing `cursor` is the number of the row that was put back last, and `done` how many were.
    """

    upload = models.ForeignKey(Import, models.CASCADE, related_name="runs")
    purpose = models.CharField(max_length=8, choices=Purpose)
    hand = models.CharField(max_length=120, blank=True)
    ip = models.GenericIPAddressField(null=True)
    lines = models.BigIntegerField(default=0)  # lines of the file that were read
    ground = models.CharField(max_length=64, blank=True)  # what a preview stood upon, see `columns`
    tag_id = models.BigIntegerField(null=True)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)  # the unchanged not counted
    unchanged = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    faulty = models.BigIntegerField(default=0)  # applied, but for some of their cells
    tagged = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)  # IMP-07
    joined = models.BigIntegerField(default=0)  # IMP-10
    revived = models.BigIntegerField(default=0)  # IMP-14
    removed = models.BigIntegerField(default=0)  # of an undoing
    restored = models.BigIntegerField(default=0)
    left_alone = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["upload"], condition=Q(purpose=Purpose.RUN), name="a_file_is_imported_once"
            ),
            models.UniqueConstraint(
                fields=["upload"], condition=Q(purpose=Purpose.UNDO), name="an_import_is_undone_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.upload}"

    @property
    def touched(self) -> int:
        return self.updated + self.unchanged

    @property
    def has_errors(self) -> bool:
        return bool(self.failed or self.faulty)

    @property
    def undo_until(self) -> datetime:
        return (self.finished_at or self.created_at) + UNDO_FOR

    def can_be_undone(self, now: datetime) -> bool:
        """Once, for seven days after it ended or was stopped, as far as it came (BEY-05); an undoing that was stopped
        itself, or failed, goes on."""
        ended = self.purpose == Purpose.RUN and self.state in ENDED and now < self.undo_until
        did = self.created or self.updated or self.tagged or self.revived
        undoing = self.upload.runs.filter(purpose=Purpose.UNDO).first()
        return bool(ended and did and (undoing is None or undoing.state in (JobState.CANCELLED, JobState.FAILED)))

    def step(self, now: datetime) -> bool:
        from . import previewing, running, scanning, undoing

        steps = {
            Purpose.READ: scanning.step,
            Purpose.PREVIEW: previewing.step,
            Purpose.RUN: running.step,
            Purpose.UNDO: undoing.step,
        }
        return steps[Purpose(self.purpose)](self, now)

    def called_off(self, now: datetime) -> None:
        from . import running, undoing

        stopped = self.state == JobState.CANCELLING
        how = "was stopped" if stopped else "could not be finished"
        if self.purpose == Purpose.RUN:
            running.close(self, now, how=how, why=self.upload.gone_why if stopped else self.error)
        elif self.purpose == Purpose.UNDO:
            undoing.close(self, now, how=f"undone in part; the undoing {how}")


class Outcome(models.TextChoices):
    """What became of a row, or would."""

    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    UNCHANGED = "unchanged", "Unchanged"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"
    LEFT = "left", "Left alone"  # by an undoing


class Note(models.TextChoices):
    """What else is worth knowing of a row."""

    DUPLICATE = "duplicate", "Another user has this email"
    JOINED = "joined", "Belongs to a user with this email"
    REVIVED = "revived", "Comes back from the archive"


class ImportRow(models.Model):
    """What became of one row of a file (IMP-23), in a preview what would.

    `changes` is kept of what was updated: key → [before, after, who held it before]; what was created needs none, the
    person stands there. `cells` are kept of rows with an error alone, and only of the columns that were meant to be
    imported (IMP-19).

    In a preview the last row so far of each person carries on: `subject` is their key, or minus the number of the row
    that would make them; the hashes are of what they would be called by then; `carried` is what earlier rows and this
    one would have set, once there is more than one.

    The database does not check what a row refers to: its step holds the run's row locked, and such a check of every row
    would take a twelfth of an import's time.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    number = models.BigIntegerField()
    offset = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    record_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    note = models.CharField(max_length=10, choices=Note, blank=True)
    tagged = models.BooleanField(default=False)
    problems = models.JSONField(null=True)  # [[column, reason], …]
    cells = models.JSONField(null=True)
    changes = models.JSONField(null=True)
    carried = models.JSONField(null=True)
    subject = models.BigIntegerField(null=True)
    user_id_hash = models.BigIntegerField(null=True)
    email_hash = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="a_row_is_told_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="rows_by_outcome"),
            models.Index(fields=["run", "number"], condition=Q(problems__isnull=False), name="rows_with_problems"),
            models.Index(fields=["record_id"], condition=Q(record_id__isnull=False), name="rows_of_a_person"),
            models.Index(fields=["run", "subject"], condition=Q(subject__isnull=False), name="rows_of_a_subject"),
            models.Index(
                fields=["run", "user_id_hash"], condition=Q(user_id_hash__isnull=False), name="rows_of_a_user_id"
            ),
            models.Index(fields=["run", "email_hash"], condition=Q(email_hash__isnull=False), name="rows_of_an_email"),
            models.Index(fields=["workspace", "id"], condition=Q(cells__isnull=False), name="rows_with_cells"),
        ]

    def __str__(self) -> str:
        return f"row {self.number}: {self.outcome}"


class RememberedColumns(models.Model):
    """What the columns of files with these headers were, the last time that one was imported."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    role = models.CharField(max_length=8, choices=ROLES)
    headers_hash = models.CharField(max_length=64)
    columns = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "role", "headers_hash"], name="columns_are_remembered_once_by_their_headers"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}: {len(self.columns)} columns"
