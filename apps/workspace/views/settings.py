"""Settings → General and Security."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import clock, rotating, shown_once
from ..activities import Activity
from ..auditing import record
from ..forms import (
    AccessLoggingForm,
    ComplianceContactForm,
    ComplianceDocumentForm,
    GeneralForm,
    RotationForm,
    SecurityForm,
)
from ..hands import hand_of
from ..models import Workspace
from ..pages import PageRequest, page
from ..permissions import Grant
from ..rotating import Overlap
from ..switching import switch


@page(Grant.VIEW_LISTS, write=Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def general(request: PageRequest) -> HttpResponse:
    """Name, time zone (DATE-09), region and hosts (LINK-09). The app id never changes: customers' pages carry it."""
    form = GeneralForm(request.POST if request.method == "POST" else None, instance=_copy(request.workspace))
    if not form.is_valid():
        return _show(request, "workspace/general.html", form)
    changes = _save(form)
    zone = changes.pop("timezone", None)
    told: dict[str, Any] = {"workspace": request.workspace, "by": hand_of(request), "now": clock.now()}
    if zone:
        record(Activity.TIMEZONE_CHANGE, before=zone[0], after=zone[1], **told)
    if changes:
        record(Activity.SETTINGS_CHANGE, changes=changes, **told)
    messages.success(request, "The settings were saved.")
    return redirect("workspace:settings", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def security(request: PageRequest) -> HttpResponse:
    """What the Messenger may do: MSG-08, MSG-09, MSG-21. For Super admins (PERM-06)."""
    form = SecurityForm(request.POST if request.method == "POST" else None, instance=_copy(request.workspace))
    if not form.is_valid():
        return show_security(request, form=form, **shown_once.taken(request))
    switch(request.workspace, form.cleaned_data, by=hand_of(request), now=clock.now())
    messages.success(request, "The security settings were saved.")
    return redirect("workspace:security", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_POST
def log_access(request: PageRequest) -> HttpResponse:
    """Whether it is logged who looks at whom (AUD-03)."""
    form = AccessLoggingForm(request.POST)
    form.full_clean()
    switch(request.workspace, form.cleaned_data, by=hand_of(request), now=clock.now())
    is_on = request.workspace.logs_profile_views
    messages.success(request, "From now on it is logged who views whose profile." if is_on else "Views are not logged.")
    return redirect("workspace:security", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_POST
def show_secret(request: PageRequest) -> HttpResponse:
    """Show the secret that signs identities: by the page that the answer leads to, once."""
    secret = rotating.reveal(request.workspace, by=hand_of(request), now=clock.now())
    shown_once.keep(request, identity_secret=secret)
    return redirect("workspace:security", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_POST
def replace_secret(request: PageRequest) -> HttpResponse:
    """Put another secret in its place, and show that once (MSG-10, MSG-21)."""
    workspace, form = request.workspace, RotationForm(request.POST)
    if not form.is_valid():
        return show_security(request, rotation=form)
    overlap = Overlap(form.cleaned_data["overlap"])
    secret = rotating.rotate(workspace, overlap, by=hand_of(request), now=clock.now())
    shown_once.keep(request, identity_secret=secret)
    return redirect("workspace:security", workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_POST
def end_former_secret(request: PageRequest) -> HttpResponse:
    rotating.end_former(request.workspace, by=hand_of(request), now=clock.now())
    messages.success(request, "The former secret counts no more. What is signed with it is refused.")
    return redirect("workspace:security", request.workspace.app_id)


def show_security(request: PageRequest, **shown: Any) -> HttpResponse:
    """The page, with one of its forms as it was refused, if one was."""
    workspace = _copy(request.workspace)
    context = {
        "form": SecurityForm(instance=workspace),
        "rotation": RotationForm(),
        "contact": ComplianceContactForm(instance=_copy(request.workspace)),
        "upload": ComplianceDocumentForm(),
        "documents": workspace.compliance_documents.select_related("uploaded_by").order_by("-pk"),
        "logs_profile_views": workspace.logs_profile_views,
        "since": rotating.since_of(workspace),
        "shown_at": workspace.messenger_secret_shown_at,
        "former": rotating.former_of(workspace, clock.now()),
    }
    is_refused = any(isinstance(one, BaseForm) and one.is_bound for one in shown.values())
    return render(request, "workspace/security.html", context | shown, status=422 if is_refused else 200)


def _copy(workspace: Workspace) -> Workspace:
    """A form writes into its instance even when it is refused; the page around it must not show that."""
    return Workspace.objects.get(pk=workspace.pk)


def _save(form: GeneralForm) -> dict[str, list[Any]]:
    """Save the fields that changed, and no other column; return each one's old and new value."""
    changes = {name: [form.initial[name], form.cleaned_data[name]] for name in form.changed_data}
    if changes:
        form.instance.save(update_fields=list(changes))
    return changes


def _show(request: PageRequest, template: str, form: GeneralForm) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.is_bound else 200)
