"""Settings → Security: documents of auditors, kept for Super admins (AUD-04)."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import clock, documents
from ..activities import Activity
from ..auditing import record
from ..forms import ComplianceContactForm, ComplianceDocumentForm
from ..hands import hand_of
from ..models import ComplianceDocument, Workspace
from ..pages import PageRequest, page
from ..permissions import Grant
from ..problems import Problem
from .settings import show_security


@page(Grant.MANAGE_SECURITY)
@require_POST
def upload(request: PageRequest) -> HttpResponse:
    """Keep a document."""
    form = ComplianceDocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_security(request, upload=form)
    try:
        kept = documents.keep(request.workspace, form.cleaned_data["document"], by=hand_of(request), now=clock.now())
    except Problem as problem:
        form.add_error("document", problem.message)
        return show_security(request, upload=form)
    messages.success(request, f"{kept} is kept here.")
    return redirect("workspace:security", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_safe
@never_cache
def download(request: PageRequest, document_pk: int) -> HttpResponseBase:
    """The file as it was uploaded: always as a download, never shown by the browser."""
    document = _document_or_404(request, document_pk)
    try:
        content = document.file.open()
    except FileNotFoundError:
        raise Http404("The file of this document is gone from the data folder.") from None
    hand = hand_of(request)
    record(
        Activity.DOCUMENT_DOWNLOAD,
        workspace=request.workspace,
        by=hand,
        now=clock.now(),
        document=document.pk,
        name=document.name,
    )
    return FileResponse(content, as_attachment=True, filename=document.name, content_type="application/octet-stream")


@page(Grant.MANAGE_SECURITY)
@require_POST
def remove(request: PageRequest, document_pk: int) -> HttpResponse:
    document = _document_or_404(request, document_pk)
    documents.remove(document, by=hand_of(request), now=clock.now())
    messages.success(request, f"{document} is removed.")
    return redirect("workspace:security", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_POST
def name_contact(request: PageRequest) -> HttpResponse:
    """Say whom to ask for an agreement."""
    workspace = Workspace.objects.get(pk=request.workspace.pk)
    form = ComplianceContactForm(request.POST, instance=workspace)
    if not form.is_valid():
        return show_security(request, contact=form)
    if form.has_changed():
        workspace.save(update_fields=["compliance_contact"])
        changes = {"compliance_contact": [form.initial["compliance_contact"], workspace.compliance_contact]}
        record(Activity.SETTINGS_CHANGE, workspace=workspace, by=hand_of(request), now=clock.now(), changes=changes)
    messages.success(request, "The contact was saved.")
    return redirect("workspace:security", request.workspace.app_id)


def _document_or_404(request: PageRequest, pk: int) -> ComplianceDocument:
    return get_object_or_404(ComplianceDocument.objects.select_related("workspace"), workspace=request.workspace, pk=pk)
