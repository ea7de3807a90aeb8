"""What teammates type in about a segment. Whether it will do is said by `saving`, beside the field."""

from django import forms

from apps.workspace.problems import Problem

from . import language
from .language import Filter
from .models import LONGEST_NAME


class SayingForm(forms.Form):
    """A form that says a problem where it belongs: beside its field, or above all of them."""

    def put(self, problem: Problem) -> None:
        is_seen = problem.field in {field.name for field in self.visible_fields()}
        self.add_error(problem.field if is_seen else None, problem.message)


class NameForm(SayingForm):
    """The name of a segment."""

    name = forms.CharField(
        label="Segment name",
        required=False,  # `saving` asks for it in its own words
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "maxlength": LONGEST_NAME, "data-select": True}
        ),
    )


class FilterForm(SayingForm):
    """A filter as an address carries it."""

    filter = forms.CharField(required=False, widget=forms.HiddenInput)

    def asked(self) -> Filter:
        """Raises Unreadable."""
        return language.from_address(self.cleaned_data.get("filter", ""))


class SegmentForm(FilterForm, NameForm):
    """A filter to be saved, and its name."""
