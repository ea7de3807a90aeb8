"""The forms of subscription types."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from apps.attributes.forms import FocusedForm

from .keeping import Wording
from .models import LONGEST_DESCRIPTION, LONGEST_NAME, Consent, Content, SubscriptionType

MEANING = "Opt-out: everybody gets it who does not say no. Opt-in: only those who said yes. It cannot be changed later."


class WordingForm(FocusedForm):
    """What may be said otherwise at any time."""

    name = forms.CharField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    locale = forms.CharField(
        label="Language",
        max_length=12,
        initial="en",
        help_text="The language of name and description: en, de, pt-BR.",
        validators=[RegexValidator(r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$", "Write a language as en, de or pt-BR.")],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.BooleanField(label="Sent by email", required=False, initial=True)
    sms_message = forms.BooleanField(label="Sent by SMS", required=False)

    @classmethod
    def of(cls, subscription: SubscriptionType, data: Any = None) -> "WordingForm":
        """The form of one that stands."""
        sent = {content: content in subscription.content_types for content in Content.values}
        said = {key: getattr(subscription, key) for key in ("name", "description", "locale")}
        return cls(data, initial=said | sent, auto_id=f"subscription-{subscription.pk}-%s")

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(content) for content in Content.values):
            self.add_error("email", "Choose at least one way in which it is sent.")
        return cleaned

    @property
    def wording(self) -> Wording:
        said = self.cleaned_data
        sent = [content for content in Content.values if said[content]]
        return Wording(said["name"], said["description"], said["locale"], sent)


class NewForm(WordingForm):
    """A new one says as well what a choice of it means."""

    consent_type = forms.ChoiceField(label="Consent", choices=Consent.choices, help_text=MEANING)
    field_order = ("name", "consent_type", "description", "locale", "email", "sms_message")

    def focus(self, refused: Collection[str] = ()) -> None:
        """It stands below the list, and takes the focus only where something was refused."""
        if refused:
            super().focus(refused)
