"""Compliance documents: files that stand beside the security settings, for Super admins alone (AUD-04).

They are kept as they were uploaded and only ever handed out as downloads. What they may be is told by their first
bytes, whatever they are called.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from .activities import Activity
from .auditing import record
from .hands import Hand
from .models import ComplianceDocument, Workspace
from .problems import Problem

LARGEST = 10 * 1024**2
MOST = 100
# What files of each kind end in, and begin with.
KINDS: dict[str, tuple[str, bytes]] = {
    "PDF": (".pdf", b"%PDF-"),
    "Word": (".docx", b"PK\x03\x04"),
    "OpenDocument": (".odt", b"PK\x03\x04"),
    "PNG": (".png", b"\x89PNG\r\n\x1a\n"),
    "JPEG": (".jpg", b"\xff\xd8\xff"),
    "text": (".txt", b""),
}


def check(uploaded: UploadedFile) -> None:
    """Raises ValidationError for a file that is too large, or no kind that is kept."""
    if (size := uploaded.size or 0) > LARGEST:
        said, most = filesizeformat(size), filesizeformat(LARGEST)
        raise ValidationError(f"This file has {said}; {most} at most are kept. Make it smaller.")
    name = (uploaded.name or "").lower().replace(".jpeg", ".jpg")
    begins = next((first for end, first in KINDS.values() if name.endswith(end)), None)
    if begins is None:
        raise ValidationError(f"Only these kinds of files are kept: {', '.join(KINDS)}. Save it as one of them.")
    if not _is(uploaded, begins):
        raise ValidationError("This file is not what its name says. Save it anew, as the kind that its name ends in.")


def _is(uploaded: UploadedFile, begins: bytes) -> bool:
    """Whether the file begins that way; text is whatever can be read as such."""
    uploaded.seek(0)
    content = uploaded.read() if begins == b"" else uploaded.read(len(begins))
    uploaded.seek(0)
    return content == begins if begins else _is_text(content)


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def keep(workspace: Workspace, uploaded: UploadedFile, *, by: Hand, now: datetime) -> ComplianceDocument:
    """Keep a file that was checked. Raises Problem where there are too many already."""
    if workspace.compliance_documents.count() >= MOST:
        raise Problem(f"{MOST} documents are kept at most. Remove one that nobody needs first.")
    document = ComplianceDocument(
        workspace=workspace,
        name=uploaded.name or "",
        size=uploaded.size or 0,
        uploaded_by_id=by.teammate_id,
        uploaded_at=now,
    )
    document.file.save(document.name, uploaded, save=False)
    with transaction.atomic():
        document.save()
        record(
            Activity.DOCUMENT_UPLOAD,
            workspace=workspace,
            by=by,
            now=now,
            document=document.pk,
            name=document.name,
        )
    return document


@transaction.atomic
def remove(document: ComplianceDocument, *, by: Hand, now: datetime) -> None:
    """Remove a document, and its file as soon as that is certain."""
    storage, path = document.file.storage, document.file.name or ""
    told = {"document": document.pk, "name": document.name}
    document.delete()
    record(Activity.DOCUMENT_REMOVAL, workspace=document.workspace, by=by, now=now, **told)
    transaction.on_commit(lambda: storage.delete(path))
