"""A record by the id that stands in a page's address."""

from django.http import Http404

from apps.workspace.models import Workspace

from . import other_ids
from .models import PUBLIC_ID, Attributed, model_of


def record_or_404(workspace: Workspace, about: str, public_id: str) -> Attributed:
    """A person or company that teammates see, without its values. Raises Http404 for all others.

    An id that it had where it was moved in from will do (BEY-17).
    """
    records = model_of(about).objects.of(workspace).listed().heads()
    record = records.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
    if record is None and (pk := other_ids.key_of(workspace, about, public_id)):
        record = records.filter(pk=pk).first()
    if record is None:
        raise Http404("There is no such record in this workspace.")
    record.workspace = workspace
    return record
