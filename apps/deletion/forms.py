"""What must be said before a person is deleted (DEL-02, DEL-21)."""

from django import forms

from .previewing import Preview


class ConfirmForm(forms.Form):
    """The identifier, typed once more."""

    typed = forms.CharField(
        required=False, max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, preview: Preview, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.preview = preview
        field = self.fields["typed"]
        field.label = f"Type the {preview.identifier_label} to confirm"
        field.widget.attrs["data-retype"] = preview.identifier

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if not self.preview.is_confirmed_by(typed):
            asked = f"Type {self.preview.identifier} here, exactly as it is written above."
            raise forms.ValidationError(asked if typed.strip() else f"Nothing was typed. {asked}")
        return typed
