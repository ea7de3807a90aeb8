"""Settings → Installation: what to paste, where the script comes from, and why somebody may be missing."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.attributes.ingest_log import lines_of
from apps.attributes.models import RefusedWrite
from apps.attributes.sources import Source
from apps.workspace import clock
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.forms import HOST
from apps.workspace.hands import hand_of
from apps.workspace.hosts import origin
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .snippets import snippets_of

PLACE = re.compile(rf"(?P<host>{HOST.pattern})(?P<path>(/[\w-][\w.~-]*)*)", re.ASCII | re.IGNORECASE)
LATEST = 50
DOORS = (Source.PING, Source.SIGNED_PING)


class PlaceForm(forms.ModelForm):
    """Where the customers' pages reach the Messenger (MSG-19)."""

    class Meta:
        model = Workspace
        fields = ("messenger_host", "messenger_is_neutral")

    messenger_host = forms.CharField(
        label="Your own host",
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        help_text="A host of your domain that leads here, with a path if you like: www.example.com/people",
    )
    messenger_is_neutral = forms.BooleanField(
        label="Use neutral addresses",
        required=False,
        help_text="The script and what it sends go by names that no list of trackers has.",
    )

    NAMES: ClassVar[dict[str, str]] = {"messenger_host": "host", "messenger_is_neutral": "neutral"}

    def add_prefix(self, field_name: str) -> str:
        return self.NAMES.get(field_name, field_name)

    def clean_messenger_host(self) -> str:
        said: str = self.cleaned_data["messenger_host"].strip().rstrip("/")
        place = PLACE.fullmatch(said)
        if said and not place:
            raise ValidationError("Write the host without https://, and a plain path at most: www.example.com/people.")
        return place["host"].lower() + place["path"] if place else ""


@page(Grant.MANAGE_SECURITY)
@require_http_methods(["GET", "HEAD", "POST"])
def installation(request: PageRequest) -> HttpResponse:
    """The snippets for this workspace; a POST says where they load the script from."""
    # a form writes into its instance even when it is refused: the snippets must not show that
    stands = Workspace.objects.get(pk=request.workspace.pk)
    form = PlaceForm(request.POST if request.method == "POST" else None, instance=stands)
    if not form.is_valid():
        return render(
            request, "messenger/installation.html", _shown(request, form), status=422 if form.is_bound else 200
        )
    changes = {name: [form.initial[name], form.cleaned_data[name]] for name in form.changed_data}
    if changes:
        stands.save(update_fields=list(changes))
        by, now = hand_of(request), clock.now()
        record(Activity.SETTINGS_CHANGE, workspace=request.workspace, by=by, now=now, changes=changes)
        messages.success(request, "The addresses were saved. Paste the snippet anew where it stands already.")
    return redirect("messenger:installation", request.workspace.app_id)


def _shown(request: PageRequest, form: PlaceForm) -> dict[str, Any]:
    refused = RefusedWrite.objects.filter(workspace=request.workspace, source__in=DOORS).order_by("-last_at", "-pk")
    return {
        "form": form,
        "snippets": snippets_of(request.workspace, request),
        "here": origin(request.workspace, "app", request),
        "api_address": origin(request.workspace, "api", request),
        "refused": lines_of(request.workspace, list(refused[:LATEST])),
    }
