"""The form of one value: a field for each kind, and what was typed as the write path takes it (QUAL-05, QUAL-07)."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from apps.attributes.definitions import Definition
from apps.attributes.reports import Reason, Refusal
from apps.workspace.models import Seat, Workspace

from .panel import Cell

PLAIN = {"autocomplete": "off"}
KEYBOARDS = {"phone": "tel", "website": "url"}


class ValueForm(forms.Form):
    """One value, as plain text: the write path judges it, so that every door says the same of it."""

    value = forms.CharField(required=False, label="")

    def __init__(self, cell: Cell, workspace: Workspace, data: Any = None) -> None:
        super().__init__(data, initial={"value": typed(cell)}, auto_id=f"{cell.id}-%s")
        self.cell = cell
        self.holder: Any = None  # who has what was claimed already
        self.seen = as_compared(self.data.get("seen", self.standing()))  # the value when the form was opened
        field = self.fields["value"]
        field.label = cell.definition.label
        field.widget = WIDGETS[cell.definition.kind.name](cell, workspace)
        field.widget.attrs |= {"autofocus": True, "data-select": True}

    def offered(self) -> Any:
        """What is held out to the write path; blank is a value of its own (QUAL-17)."""
        return self.cleaned_data["value"].replace("\r\n", "\n")

    def standing(self) -> str:
        """The present value as the form's fields show it."""
        return as_compared(typed(self.cell))

    def entered(self) -> str:
        """What the fields hold now, to be compared with what they held."""
        return self.cleaned_data["value"]

    @property
    def is_untouched(self) -> bool:
        """Whether the value was left as it was shown: that is no edit, and takes no hold (QUAL-08)."""
        return "seen" in self.data and as_compared(self.entered()) == self.seen

    @property
    def is_stale(self) -> bool:
        """Whether somebody else changed the value since it was shown, to something else than was entered."""
        return self.standing() not in (self.seen, as_compared(self.entered()))

    def complaint(self, refusal: Refusal) -> str:
        """A refusal in words for a teammate, to read on after the attribute's name."""
        return refusal.message

    def keeps_stray(self) -> bool:
        """Whether a value that is no option of the list was left as it was (QUAL-07)."""
        definition, value = self.cell.definition, self.cell.value
        return is_stray(definition, value) and self.cleaned_data["value"] == value


class DateForm(ValueForm):
    """A day and, where it matters, a time, in the zone of the teammate who looks at it (DATE-01)."""

    time = forms.CharField(required=False, label="Time")

    def __init__(self, cell: Cell, workspace: Workspace, data: Any = None) -> None:
        super().__init__(cell, workspace, data)
        self.zone = timezone.get_current_timezone_name()
        hour = _hour(cell)
        self.initial["time"] = _clock(hour) if hour else ""
        self.fields["time"].widget = forms.TimeInput(
            attrs={"type": "time", **({"step": "1"} if hour and hour.second else {})}
        )

    def offered(self) -> Any:
        """The instant; what is no day and time is passed on as it was typed, to be judged."""
        day, hour = self.cleaned_data["value"], self.cleaned_data["time"]
        if [day, hour] == [self.initial["value"], self.initial["time"]]:
            return self.cell.value  # an hour that comes twice a year stays the one it was
        try:
            moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour or "00:00"))
        except ValueError:
            return f"{day} {hour}".strip()
        return moment.replace(tzinfo=timezone.get_current_timezone())

    def standing(self) -> str:
        hour = _hour(self.cell)
        return f"{typed(self.cell)} {_clock(hour) if hour else ''}".strip()

    def entered(self) -> str:
        return f"{self.cleaned_data['value']} {self.cleaned_data['time']}"

    def complaint(self, refusal: Refusal) -> str:
        """A teammate picks a day and a time; seconds since 1970 are for machines."""
        if refusal.reason is not Reason.INVALID:
            return refusal.message
        return "is not a date: enter a day between the years 1 and 9999, and if you like a time, such as 15:00"


def form_of(cell: Cell, workspace: Workspace, data: Any = None) -> ValueForm:
    kind = DateForm if cell.definition.kind.column == "date" else ValueForm
    return kind(cell, workspace, data)


def typed(cell: Cell) -> str:
    """The present value as it would be typed into its field."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return timezone.localtime(value).date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def as_compared(text: str) -> str:
    """A text as fields hold it: browsers end lines in their own way, and forms cut blanks off the ends."""
    return text.replace("\r\n", "\n").strip()


def is_stray(definition: Definition, value: Any) -> bool:
    return definition.kind.name == "list" and value is not None and value not in definition.options


def _hour(cell: Cell) -> time | None:
    return timezone.localtime(cell.value).time() if cell.value else None


def _clock(hour: time) -> str:
    if not hour.hour and not hour.minute and not hour.second:
        return ""
    return hour.isoformat("seconds" if hour.second else "minutes")


def _text(cell: Cell, workspace: Workspace) -> forms.Widget:
    if isinstance(cell.value, str) and "\n" in cell.value:
        return forms.Textarea(attrs={**PLAIN, "rows": 3})
    if cell.names_url:
        return forms.TextInput(attrs={**PLAIN, "list": f"{cell.id}-names", "placeholder": "Search or type a name"})
    return forms.TextInput(attrs={**PLAIN, "inputmode": KEYBOARDS.get(cell.definition.key, "text")})


def _input(**attributes: str) -> Callable[[Cell, Workspace], forms.Widget]:
    return lambda cell, workspace: forms.TextInput(attrs={**PLAIN, **attributes})


def _flag(cell: Cell, workspace: Workspace) -> forms.Widget:
    return forms.Select(choices=[("", "Unknown"), ("true", "True"), ("false", "False")])


def _list(cell: Cell, workspace: Workspace) -> forms.Widget:
    options = [("", "Unknown"), *((option, option) for option in cell.definition.options)]
    if is_stray(cell.definition, cell.value):
        options.append((cell.value, f"{cell.value} (not in list)"))
    return forms.Select(choices=options)


def _member(cell: Cell, workspace: Workspace) -> forms.Widget:
    seats = Seat.objects.filter(workspace=workspace).select_related("teammate")
    names = sorted(((str(seat.teammate_id), str(seat.teammate)) for seat in seats), key=lambda pair: pair[1].lower())
    if cell.value is not None and str(cell.value) not in dict(names):  # left the workspace meanwhile
        names.append((str(cell.value), f"{cell.fact.name if cell.fact else cell.value} (no longer here)"))
    return forms.Select(choices=[("", "No owner"), *names])


WIDGETS: dict[str, Callable[[Cell, Workspace], forms.Widget]] = {
    "text": _text,
    "line": _text,
    "identifier": _text,
    "web_address": _input(inputmode="url"),
    "email": _input(inputmode="email", autocapitalize="off", spellcheck="false"),
    "number": _input(inputmode="numeric"),
    "decimal": _input(inputmode="decimal"),
    "spend": _input(inputmode="decimal"),
    "date": _input(type="date"),
    "boolean": _flag,
    "list": _list,
    "member": _member,
}
