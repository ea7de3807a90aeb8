"""What teammates fill in about themselves, the workspace, its seats and its tokens."""

import re
from datetime import date
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from . import activity_log, documents
from .first_run import is_setup_code
from .models import AccessToken, Region, Teammate, Workspace
from .permissions import Role
from .rotating import Overlap
from .scopes import Scope
from .switching import OF_MESSENGER

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")


def time_zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


def password_field(autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(strip=False, max_length=1024, widget=widget, **options)


class EmailField(forms.EmailField):
    """An email as teammates' emails are kept: in lower case."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}), **options)

    def clean(self, value: Any) -> Any:
        return super().clean(value).lower()


class SignInForm(forms.Form):
    email = EmailField(error_messages={"required": "Enter your email."})
    password = password_field("current-password", error_messages={"required": "Enter your password."})
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class NewPasswordForm(forms.Form):
    """A form with a new password for `self.teammate`, judged by the installation's rules."""

    teammate: Teammate

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.teammate)
        return password


class AccountForm(NewPasswordForm):
    """A teammate's own name and password. Without a one-time link the present password must be known."""

    name = forms.CharField(max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    current_password = password_field("current-password", required=False)
    password = password_field(
        "new-password",
        label="New password",
        required=False,
        help_text="At least 10 characters. Leave empty to keep it.",
    )

    def __init__(self, teammate: Teammate, *args: Any, needs_current: bool, **kwargs: Any) -> None:
        self.teammate = teammate
        super().__init__(*args, **kwargs)
        self.initial = {"name": teammate.name}
        if not needs_current:
            del self.fields["current_password"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "current_password" in self.fields and data.get("password") and not data.get("current_password"):
            self.add_error("current_password", "Enter your current password to set a new one.")
        return data


class FirstRunForm(NewPasswordForm):
    """The first workspace and its first teammate."""

    name = forms.CharField(label="Workspace name", max_length=120, help_text="Your company or product.")
    app_id = forms.CharField(
        label="App id", max_length=40, help_text="Stands in addresses and in the Messenger's settings, like acme."
    )
    timezone = forms.ChoiceField(label="Time zone", choices=time_zones, initial="UTC")
    teammate_name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = EmailField(label="Your email")
    password = password_field("new-password", help_text="At least 10 characters.")
    code = forms.CharField(
        label="Setup code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Printed where the server was started. Again: python3 manage.py prepare_first_run",
    )

    def clean_app_id(self) -> str:
        app_id: str = self.cleaned_data["app_id"]
        Workspace._meta.get_field("app_id").run_validators(app_id)
        return app_id

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not is_setup_code(code):
            raise ValidationError("This is not the setup code. It stands in the terminal where the server was started.")
        return code

    def clean_password(self) -> str:
        data = self.cleaned_data
        self.teammate = Teammate(email=data.get("email", ""), name=data.get("teammate_name", ""))
        return super().clean_password()


class GeneralForm(forms.ModelForm):
    class Meta:
        model = Workspace
        fields = ("name", "timezone", "region", "app_host", "api_host")

    timezone = forms.ChoiceField(
        label="Time zone",
        help_text="Filters for a day (on, before, after) and dates without a zone in uploaded files count in it.",
    )
    region = forms.ChoiceField(choices=Region.choices, help_text="Decides the hosts below where they are empty.")
    app_host = forms.CharField(
        label="Host of these pages",
        max_length=255,
        required=False,
        help_text="Copied links start with it, like app.example.com.",
    )
    api_host = forms.CharField(
        label="Host of the REST API", max_length=255, required=False, help_text="Like api.example.com."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = time_zones()
        own = self.instance.timezone
        self.fields["timezone"].choices = zones if own in dict(zones) else [(own, own), *zones]  # type: ignore[attr-defined]

    def clean_app_host(self) -> str:
        return self._host("app_host")

    def clean_api_host(self) -> str:
        return self._host("api_host")

    def _host(self, field: str) -> str:
        host: str = self.cleaned_data[field].lower()
        if host and not HOST.fullmatch(host):
            raise ValidationError("Write the host alone, without https:// and path, like app.example.com.")
        return host


class Forbidding(forms.CheckboxInput):
    """A switch that is on where what it stands for is off."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return not super().value_from_datadict(data, files, name)


class SecurityForm(forms.ModelForm):
    """What the Messenger may do. On the page, as everywhere, a switch that is on forbids it (MSG-08, MSG-09)."""

    NAMES: ClassVar[dict[str, str]] = {
        "messenger_creates_attributes": "forbid_attributes",
        "messenger_updates_companies": "forbid_company_updates",
    }

    class Meta:
        model = Workspace
        fields = OF_MESSENGER
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "messenger_creates_attributes": Forbidding(),
            "messenger_updates_companies": Forbidding(),
        }

    def add_prefix(self, field_name: str) -> str:
        return self.NAMES.get(field_name, field_name)


class RotationForm(forms.Form):
    overlap = forms.ChoiceField(
        label="The one in use now goes on counting for",
        choices=Overlap.choices,
        help_text="Until every server of yours signs with the new one, and the tokens signed before have expired.",
        error_messages={
            "required": "Choose how long.",
            "invalid_choice": f"Choose one of: {', '.join(Overlap.values)}.",
        },
    )


class AccessLoggingForm(forms.ModelForm):
    class Meta:
        model = Workspace
        fields = ("logs_profile_views",)


class ComplianceContactForm(forms.ModelForm):
    class Meta:
        model = Workspace
        fields = ("compliance_contact",)

    compliance_contact = forms.CharField(
        label="Whom to ask for an agreement (BAA)",
        max_length=200,
        required=False,
        help_text="A person or an address that answers for agreements and audits of your installation.",
    )


class ComplianceDocumentForm(forms.Form):
    document = forms.FileField(
        label="Document",
        max_length=200,
        help_text=f"{', '.join(documents.KINDS)}; {documents.LARGEST // 1024**2} MB at most.",
        error_messages={
            "required": "Choose a file.",
            "empty": "This file is empty.",
            "max_length": "The file's name is longer than %(max)d characters.",
        },
    )

    def clean_document(self) -> UploadedFile:
        uploaded: UploadedFile = self.cleaned_data["document"]
        documents.check(uploaded)
        return uploaded


class SeatForm(forms.Form):
    email = EmailField(error_messages={"required": "Enter the teammate's email."})
    role = forms.ChoiceField(choices=Role.choices, initial=Role.READ_ONLY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class TokenForm(forms.ModelForm):
    class Meta:
        model = AccessToken
        fields = ("name", "scopes")

    name = forms.CharField(
        max_length=120, help_text="Beside every value that is written with it.", error_messages={"required": "Name it."}
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick at least one: a token without a scope opens nothing.",
            "invalid_choice": f"%(value)s is no scope. Choose from: {', '.join(Scope.values)}.",
        },
    )


class ActivityLogForm(forms.Form):
    """What the activity log is asked for (AUD-02)."""

    activity = forms.ChoiceField(label="Type of activity", required=False)
    who = forms.ChoiceField(label="Teammate or token", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, workspace: Workspace, data: Any) -> None:
        super().__init__(data)
        offered = {
            "activity": [("", "Every activity"), *activity_log.activity_choices()],
            "who": [("", "Everybody"), *activity_log.who_choices(workspace)],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # both are choices
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = "Write a day like 2026-03-10."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            raise ValidationError("The first day is after the last: nothing can be between them.")
        if until == date.max:
            raise ValidationError("There is no day after this one.")
        return data

    def asked(self) -> activity_log.Asked:
        return activity_log.Asked(**self.cleaned_data)
