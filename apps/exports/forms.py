from django import forms

from .models import Extent


class ExtentForm(forms.Form):
    """Which columns the file has (EXP-02)."""

    columns = forms.ChoiceField(
        label="Columns",
        choices=Extent.choices,
        initial=Extent.DISPLAYED,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the columns of the file.", "invalid_choice": "Choose one of the two."},
    )
