"""Settings → Security: compliance documents (AUD-04)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.workspace import documents
from apps.workspace.models import AuditEntry, ComplianceDocument, Workspace
from tests.factories import SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

LETTER = b"%PDF-1.7\nWe attest."


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signed_in(client: Client, tess: Any) -> Client:
    client.force_login(tess.teammate)
    return client


def upload(client: Client, workspace: Workspace, name: str = "letter.pdf", content: bytes = LETTER) -> Any:
    path = reverse("workspace:upload-document", args=[workspace.app_id])
    return client.post(path, {"document": SimpleUploadedFile(name, content)})


def files(folder: Any) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_a_document_is_uploaded_listed_and_downloaded_as_it_was(signed_in, workspace, tess):
    """AUD-04"""
    upload(signed_in, workspace, "SOC 2 report.pdf")

    document = ComplianceDocument.objects.get()
    page = signed_in.get(reverse("workspace:security", args=[workspace.app_id]))
    answer = signed_in.get(reverse("workspace:document", args=[workspace.app_id, document.pk]))
    assert (document.name, document.size, document.uploaded_by) == ("SOC 2 report.pdf", len(LETTER), tess.teammate)
    assert "SOC 2 report.pdf" in page.text
    assert b"".join(answer.streaming_content) == LETTER
    assert (answer["Content-Disposition"], answer["Content-Type"]) == (
        'attachment; filename="SOC 2 report.pdf"',
        "application/octet-stream",
    )
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_page_says_that_nothing_is_certified(signed_in, workspace):
    """AUD-04"""
    page = signed_in.get(reverse("workspace:security", args=[workspace.app_id]))

    assert "This installation is not certified by default" in page.text


def test_what_is_done_with_documents_is_logged(signed_in, workspace):
    """AUD-01"""
    upload(signed_in, workspace)
    document = ComplianceDocument.objects.get()
    signed_in.get(reverse("workspace:document", args=[workspace.app_id, document.pk]))
    signed_in.post(reverse("workspace:remove-document", args=[workspace.app_id, document.pk]))

    told = {"document": document.pk, "name": "letter.pdf"}
    assert list(AuditEntry.objects.order_by("pk").values_list("activity", "metadata")) == [
        ("compliance_document_upload", told),
        ("compliance_document_download", told),
        ("compliance_document_removal", told),
    ]


def test_a_file_lies_under_a_name_that_nobody_chose_and_no_address_leads_to_it(signed_in, workspace, settings):
    upload(signed_in, workspace, "../../letter.pdf")

    [path] = files(settings.MEDIA_ROOT)
    document = ComplianceDocument.objects.get()
    assert (document.name, path.suffix, len(path.name)) == ("letter.pdf", "", 32)
    assert signed_in.get(f"/{document.file.name}").status_code == 404


def test_removing_a_document_deletes_its_file(signed_in, workspace, settings, django_capture_on_commit_callbacks):
    upload(signed_in, workspace)

    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(
            reverse("workspace:remove-document", args=[workspace.app_id, ComplianceDocument.objects.get().pk])
        )

    assert (ComplianceDocument.objects.count(), files(settings.MEDIA_ROOT)) == (0, [])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("letter.exe", LETTER, "Only these kinds of files are kept"),
        ("letter", LETTER, "Only these kinds of files are kept"),
        ("letter.html", b"<script>", "Only these kinds of files are kept"),
        ("letter.pdf", b"<script>", "This file is not what its name says"),
        ("letter.docx", LETTER, "This file is not what its name says"),
        ("letter.txt", b"\x00", "This file is not what its name says"),
        ("letter.txt", b"\xff\xfe", "This file is not what its name says"),
        ("letter.pdf", b"", "This file is empty."),
        ("a" * 250 + ".pdf", LETTER, "longer than 200 characters"),
    ],
)
def test_a_file_of_another_kind_is_refused_beside_the_field(name, content, said, signed_in, workspace, settings):
    answer = upload(signed_in, workspace, name, content)

    assert (answer.status_code, ComplianceDocument.objects.count(), files(settings.MEDIA_ROOT)) == (422, 0, [])
    [error] = answer.context["upload"].errors["document"]
    assert said in error


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.PDF", LETTER),
        ("a.docx", b"PK\x03\x04x"),
        ("a.odt", b"PK\x03\x04x"),
        ("a.png", b"\x89PNG\r\n\x1a\nx"),
        ("a.jpeg", b"\xff\xd8\xffx"),
        ("a.txt", "Grüße".encode()),
    ],
)
def test_a_file_of_each_kind_is_kept(name, content, signed_in, workspace):
    upload(signed_in, workspace, name, content)

    assert [one.name for one in ComplianceDocument.objects.all()] == [name]


def test_a_file_is_at_most_10_mb_large(signed_in, workspace):
    at_most = [upload(signed_in, workspace, "a.txt", b"a" * size).status_code for size in (10 * 2**20, 10 * 2**20 + 1)]

    assert at_most == [302, 422]


def test_no_more_than_so_many_documents_are_kept(signed_in, workspace, monkeypatch):
    monkeypatch.setattr(documents, "MOST", 1)
    upload(signed_in, workspace)

    answer = upload(signed_in, workspace)

    assert (answer.status_code, ComplianceDocument.objects.count()) == (422, 1)
    assert answer.context["upload"].errors["document"] == [
        "1 documents are kept at most. Remove one that nobody needs first."
    ]


def test_without_a_file_nothing_is_kept(signed_in, workspace):
    answer = signed_in.post(reverse("workspace:upload-document", args=[workspace.app_id]))

    assert (answer.status_code, answer.context["upload"].errors["document"]) == (422, ["Choose a file."])


def test_a_document_whose_file_is_gone_is_a_404(signed_in, workspace, settings):
    upload(signed_in, workspace)
    for path in files(settings.MEDIA_ROOT):
        path.unlink()

    answer = signed_in.get(reverse("workspace:document", args=[workspace.app_id, ComplianceDocument.objects.get().pk]))

    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["manager", "agent", "read_only"])
def test_documents_are_for_super_admins(role, client, tess, workspace, signed_in):
    """PERM-06"""
    upload(signed_in, workspace)
    document = ComplianceDocument.objects.get()
    client.force_login(SeatFactory(workspace=workspace, role=role).teammate)

    statuses = [
        client.get(reverse("workspace:document", args=[workspace.app_id, document.pk])).status_code,
        client.post(reverse("workspace:remove-document", args=[workspace.app_id, document.pk])).status_code,
        upload(client, workspace).status_code,
    ]

    assert (statuses, ComplianceDocument.objects.count()) == ([403, 403, 403], 1)


def test_another_workspaces_document_is_not_there(signed_in, workspace, tess):
    other = SeatFactory(workspace=WorkspaceFactory(), teammate=tess.teammate)
    upload(signed_in, other.workspace)

    answer = signed_in.get(reverse("workspace:document", args=[workspace.app_id, ComplianceDocument.objects.get().pk]))

    assert answer.status_code == 404


def test_the_contact_for_agreements_is_kept_and_logged(signed_in, workspace):
    """AUD-04"""
    path = reverse("workspace:compliance-contact", args=[workspace.app_id])

    signed_in.post(path, {"compliance_contact": "legal@acme.test"})
    signed_in.post(path, {"compliance_contact": "legal@acme.test"})

    assert Workspace.objects.get(pk=workspace.pk).compliance_contact == "legal@acme.test"
    [entry] = AuditEntry.objects.all()
    assert entry.metadata == {"changes": {"compliance_contact": ["", "legal@acme.test"]}}


def test_a_contact_that_is_too_long_is_refused_beside_the_field(signed_in, workspace):
    path = reverse("workspace:compliance-contact", args=[workspace.app_id])

    answer = signed_in.post(path, {"compliance_contact": "a" * 201})

    assert (answer.status_code, "compliance_contact" in answer.context["contact"].errors) == (422, True)
