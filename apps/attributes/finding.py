"""A record by the id that stands in a page's address."""

from django.http import Http404

from apps.workspace.models import Workspace

from .models import Attributed, model_of


def record_or_404(workspace: Workspace, about: str, public_id: str) -> Attributed:
    """A person or company that teammates see, without its values. Raises Http404 for all others."""
    records = model_of(about).objects.of(workspace).listed().heads()
    record = records.filter(public_id=public_id).first() if public_id.isalnum() else None
    if record is None:
        raise Http404("There is no such record in this workspace.")
    record.workspace = workspace
    return record
