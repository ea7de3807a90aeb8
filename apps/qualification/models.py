from django.db import models

from apps.attributes.models import About
from apps.workspace.models import Workspace


class Question(models.Model):
    """One attribute of the qualification set, edited by hand on profiles (QUAL-01). Order is display order."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="questions")
    about = models.CharField(max_length=8, choices=About)
    key = models.CharField(max_length=190)  # of a standard or a custom attribute
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["workspace", "about", "key"], name="an_attribute_is_asked_once")]

    def __str__(self) -> str:
        return self.key
