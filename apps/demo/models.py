from collections.abc import Iterable

from django.db import models

from apps.workspace.models import Workspace


class DemoRecord(models.Model):
    """One record that came with the demo, and so goes with it; what is not listed here is real and stays."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="demo_records")
    model = models.CharField(max_length=64)  # the record's label: "people.Person"
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "model", "object_id"], name="a_demo_record_is_noted_once")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


def remember(workspace: Workspace, model: type[models.Model], pks: Iterable[int]) -> None:
    DemoRecord.objects.bulk_create(DemoRecord(workspace=workspace, model=model._meta.label, object_id=pk) for pk in pks)


def remembered(workspace: Workspace, model: type[models.Model]) -> list[int]:
    """The keys of the model's records that came with the demo."""
    notes = DemoRecord.objects.filter(workspace=workspace, model=model._meta.label)
    return list(notes.values_list("object_id", flat=True))


def has_demo(workspace: Workspace) -> bool:
    return DemoRecord.objects.filter(workspace=workspace).exists()
