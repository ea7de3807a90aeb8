"""What programs asked to have exported."""

import secrets
from datetime import timedelta

from django.db import models

from apps.workspace.models import Workspace

KEPT = timedelta(days=30)  # after which nobody asks what became of it


def new_identifier() -> str:
    return secrets.token_hex(8)


class ContentExport(models.Model):
    """An export of the messages that were sent in some time. Nothing here sends any, so that it ends as it begins:
    without data. What is known of people is exported by the app, not by the API."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    identifier = models.CharField(max_length=32, unique=True, default=new_identifier, editable=False)
    created_at_after = models.DateTimeField()
    created_at_before = models.DateTimeField()
    requested_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.identifier
