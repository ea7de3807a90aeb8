"""A move from another server, as rows: how far it is, and what it could not take. See `travelling`."""

from django.db import models

from apps.workspace.models import Workspace

LONGEST_SUBJECT, LONGEST_REASON = 255, 500


class Move(models.Model):
    """From one server into a workspace. Its token is in no row: whoever goes on with the move brings it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="moves")
    base_url = models.CharField(max_length=500)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "base_url"], name="a_workspace_moves_from_a_server_once"),
        ]

    def __str__(self) -> str:
        return f"{self.workspace} from {self.base_url}"


class Stage(models.Model):
    """One sort of what is moved: how much of it is here, and where to go on."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="stages", db_index=False)
    name = models.CharField(max_length=40)
    cursor = models.TextField(blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "name"], name="a_move_has_a_stage_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.done}"


class Forgotten(models.Model):
    """The id of another server of somebody who was destroyed here: it leads to nobody, and no move brings them back."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    public_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "public_id"], name="who_was_forgotten_is_noted_once"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Untaken(models.Model):
    """What could not be taken, and why; the same of many is counted."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="untaken", db_index=False)
    what = models.CharField(max_length=40)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    reason = models.CharField(max_length=LONGEST_REASON)
    example = models.CharField(max_length=64, blank=True)
    count = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["move", "what", "subject", "reason"], name="what_was_not_taken_is_told_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject}: {self.reason}"
