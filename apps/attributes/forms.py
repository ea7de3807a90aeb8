"""The forms of attributes. They say beside the field what `defining` would refuse."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .defining import checked_options
from .keys import LONGEST_NAME, rewritten
from .kinds import KINDS, LONGEST_TEXT, OFFERED
from .models import Attribute
from .options import Choice
from .reports import Reason, Refusal


class NameField(forms.CharField):
    """A name as it will be saved: characters that no key may hold become underscores (ATT-30)."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        try:
            return rewritten(typed) if typed else ""
        except Refusal as refusal:
            raise ValidationError(f"It {refusal.message}. Choose a shorter one.") from None


class OptionsField(forms.CharField):
    """The options of a list, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return (super().to_python(value) or "").splitlines()

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


def description_field(hint: str) -> forms.CharField:
    longest = Attribute._meta.get_field("description").max_length
    return forms.CharField(max_length=longest, required=False, help_text=hint, widget=forms.Textarea(attrs={"rows": 2}))


def options_field(hint: str) -> OptionsField:
    return OptionsField(required=False, help_text=hint, widget=forms.Textarea(attrs={"rows": 4}))


def protection_field() -> forms.BooleanField:
    return forms.BooleanField(
        required=False,
        label="Prevent updates via the Messenger",
        help_text="Then only teammates, CSV imports, the REST API and signed Messenger updates write it.",
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
    )


class FocusedForm(forms.Form):
    """A form that opens in place: its first field, or the first that was refused, has the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.focus()

    def full_clean(self) -> None:
        super().full_clean()
        self.focus(self.errors)

    def focus(self, refused: Collection[str] = ()) -> None:
        focused = next((name for name in self.fields if name in refused), next(iter(self.fields)))
        for name, field in self.fields.items():
            if name == focused:
                field.widget.attrs["autofocus"] = True
            else:
                field.widget.attrs.pop("autofocus", None)


class DefinitionForm(FocusedForm):
    """What every new attribute has: a name, a type and a description."""

    kinds: list[tuple[str, str]] = [(kind.name, kind.label) for kind in OFFERED]  # ATT-20

    name = NameField(max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kind = forms.ChoiceField(label="Type")
    options = options_field("One a line, at least two. A value is then one of them.")
    description = description_field("Tells teammates what the value means.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = self.kinds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A list has its options (ATT-56); no other type has any."""
        data = self.cleaned_data
        if data.get("kind") != "list":
            data["options"] = []
        elif "options" in data:
            check_options(self)
        return data

    def refuse(self, refusal: Refusal) -> None:
        """Take in what `defining` refused: beside the name, except where no name would help."""
        field = None if refusal.reason is Reason.LIMIT else "name"
        self.add_error(field, f"“{self.cleaned_data['name']}” {refusal.message.rstrip('.')}.")
        self.focus(self.errors)


class NewAttributeForm(DefinitionForm):
    """Settings → People data → Create attribute (ATT-14). Companies are protected together, not one by one (MSG-09)."""

    protected = protection_field()

    def __init__(self, about: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if about != "person":
            del self.fields["protected"]


class AttributeForm(FocusedForm):
    """What may be changed of an attribute: never its name (ATT-16, ATT-17, MSG-06)."""

    description = description_field("Tells teammates what the value means.")
    options = options_field(
        "One a line, at least two, in the order in which they are offered. Values that are no longer an option stay "
        "until they are edited."
    )
    protected = protection_field()

    def __init__(self, attribute: Attribute, data: Any = None, *, is_changing: bool = False) -> None:
        start = {
            "description": attribute.description,
            "options": attribute.options,
            "protected": attribute.messenger_protected,
        }
        super().__init__(data, initial=start, auto_id=f"attribute-{attribute.pk}-%s")
        if attribute.kind != "list" or is_changing:
            del self.fields["options"]
        if attribute.about != "person":
            del self.fields["protected"]

    def clean(self) -> dict[str, Any]:
        if "options" in self.cleaned_data:
            check_options(self)
        return self.cleaned_data


class TypeForm(FocusedForm):
    """Another type for an attribute (ATT-18)."""

    kind = forms.ChoiceField(label="New type")
    options = options_field("One a line, at least two. Values that are none of them are cleared.")

    def __init__(self, attribute: Attribute, data: Any = None) -> None:
        super().__init__(data, auto_id=f"attribute-{attribute.pk}-type-%s")
        others = [(kind.name, kind.label) for kind in OFFERED if kind.name != attribute.kind]
        self.fields["kind"].choices = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("kind") != "list":
            self.cleaned_data["options"] = []
        elif "options" in self.cleaned_data:
            check_options(self)
        return self.cleaned_data

    @property
    def options_text(self) -> str:
        """The options as the form takes them."""
        return "\n".join(self.cleaned_data["options"])

    @property
    def kind_label(self) -> str:
        return KINDS[self.cleaned_data["kind"]].label


class RenameForm(FocusedForm):
    """Another name for an option, or for a stray value, and for the values that hold it."""

    old = forms.ChoiceField(label="Option or value")
    new = forms.CharField(
        label="New name", max_length=LONGEST_TEXT, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    values = forms.BooleanField(
        required=False,
        initial=True,
        label="Rename it in the records that hold it as well",
        help_text="In the background, each with a line in its history. Otherwise they keep the old name, "
        "marked as not in the list.",
    )

    def __init__(self, attribute: Attribute, choices: Sequence[Choice], data: Any = None) -> None:
        super().__init__(data, auto_id=f"attribute-{attribute.pk}-rename-%s")
        self.fields["old"].choices = [(choice.value, choice.words) for choice in choices]  # type: ignore[attr-defined]


def check_options(form: forms.Form) -> None:
    """Put the list's options in order, or say beside them what is wrong (ATT-56)."""
    try:
        form.cleaned_data["options"] = checked_options(form.cleaned_data["options"])
    except Refusal as refusal:
        form.add_error("options", f"A list {refusal.message}.")
