"""What teammates type in about one person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import Setting
from apps.attributes.models import State
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from .arrivals import admit
from .identity import Taken
from .links import profile_of
from .models import Person, Role

# The write path's key → the form's field.
OFFERED = {"name": "name", "email": "email", "external_id": "user_id"}


class NewPersonForm(forms.Form):
    """A new user or lead (IDN-16). What a value must be is said by its attribute's kind, beside the field."""

    name = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}))
    email = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}))
    user_id = forms.CharField(
        label="User ID",
        required=False,
        help_text="The id that your own application knows this user by.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, workspace: Workspace, role: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="new_%s")
        self.workspace, self.role = workspace, role
        if role == Role.LEAD:
            del self.fields["user_id"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for key, field in OFFERED.items():
            if given.get(field):
                self._check(key, field, given[field])
        if self.errors:
            return given
        if self.role == Role.USER and not (given["email"] or given["user_id"]):
            self.add_error("email", "Enter an email or a user ID: a user needs one of them.")
        if self.role == Role.LEAD and not (given["name"] or given["email"]):
            self.add_error("name", "Enter a name or an email.")
        return given

    def _check(self, key: str, field: str, value: str) -> None:
        kind = catalogue_of(self.workspace, "person")[key].kind
        try:
            kind.clean(value, Setting(Source.MANUAL, self.workspace.zone))
        except Refusal as refusal:
            self._refuse(field, refusal)

    def _refuse(self, field: str, refusal: Refusal) -> None:
        self.add_error(field, f"{self[field].label} {refusal.message}.")

    def add_error(self, field: str | None, error: Any) -> None:
        """The focus goes to the first field with an error."""
        super().add_error(field, error)
        first = next((name for name in self.fields if name in self.errors), "name")
        for name, each in self.fields.items():
            each.widget.attrs["autofocus"] = name == first

    def admit(self, *, by: Hand, now: datetime) -> Person | None:
        """The new person; None where something was refused, and then nobody was made and the form says why."""
        if not self.is_valid():
            return None
        offer = {key: self.cleaned_data[field] for key, field in OFFERED.items() if self.cleaned_data.get(field)}
        try:
            with transaction.atomic():
                person, report = admit(self.workspace, self.role, offer, Source.MANUAL, by=by, now=now)
                transaction.set_rollback(bool(report.refused))
        except Taken as taken:
            self.add_error(OFFERED[taken.key], self._who_has_it(taken))
            return None
        for key, refusal in report.refused.items():
            self._refuse(OFFERED[key], refusal)
        return None if self.errors else person

    def _who_has_it(self, taken: Taken) -> SafeString:
        """Names the user who has it, with a link unless that one is hidden (IDN-05)."""
        label = "user ID" if taken.key == "external_id" else "email"
        holder = taken.holder
        if holder.state != State.ACTIVE:
            return format_html("An archived user has this {} already (ID {}).", label, holder.public_id)
        profile = profile_of(self.workspace, holder)
        return format_html('<a href="{}">{}</a> has this {} already (ID {}).', profile, holder, label, holder.public_id)
