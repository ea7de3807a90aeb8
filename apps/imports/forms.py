"""What a teammate says about a file: whom it is of, what its columns are, how it is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django import forms

from apps.attributes.catalogue import catalogue_of
from apps.attributes.defining import check_free
from apps.attributes.keys import LONGEST_NAME, rewritten
from apps.attributes.limits import check_room, in_use
from apps.attributes.reports import Refusal
from apps.people.models import Role
from apps.tags.wording import checked_name
from apps.workspace.problems import Problem

from . import columns
from .columns import IDENTIFIERS, IGNORED, KNOWN, NEW, NEW_KINDS, Column, Guess
from .models import ROLES, Import, Only
from .passing import head
from .reading import DELIMITERS


class UploadForm(forms.Form):
    role = forms.ChoiceField(label="Import", choices=ROLES, initial=Role.USER, widget=forms.RadioSelect)
    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,
        error_messages={"required": "Choose a CSV file."},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class DelimiterForm(forms.Form):
    delimiter = forms.ChoiceField(label="Cells are separated by", choices=[(d, n) for d, n in DELIMITERS.items()])


class OptionsForm(forms.Form):
    only = forms.ChoiceField(label="What the file may do", choices=Only, widget=forms.RadioSelect)
    clears = forms.BooleanField(label="Empty cells clear values", required=False)
    tag = forms.CharField(label="Tag everybody in the file", required=False, max_length=255)

    def clean_tag(self) -> str:
        try:
            return checked_name(self.cleaned_data["tag"]) if self.cleaned_data["tag"].strip() else ""
        except Problem as problem:
            raise forms.ValidationError(problem.message) from None


# ---- columns ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ColumnField:
    """One column of the file on the form: what it holds, what was chosen, what is wrong with that."""

    place: int
    title: str
    samples: list[str]
    choice: str = ""
    name: str = ""
    kind: str = "text"
    why: str = ""  # it was set to be ignored
    error: str = ""

    @property
    def final_name(self) -> str:
        """What the name would become (ATT-30)."""
        try:
            return rewritten(self.name)
        except Refusal:
            return ""

    def column(self) -> Column | None:
        what, _, key = self.choice.partition(":")
        if what == KNOWN:
            return Column(KNOWN, key)
        return Column(NEW, self.name.strip(), self.kind) if what == NEW else columns.IGNORE if what == IGNORED else None


@dataclass
class ColumnsForm:
    """The table of columns (IMP-18): nothing goes on before each of them is something or is ignored."""

    upload: Import
    fields: list[ColumnField]
    error: str = ""
    groups: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    kinds = NEW_KINDS

    @classmethod
    def guessed(
        cls, upload: Import, samples: Sequence[list[str]], data: Mapping[str, str] | None = None
    ) -> "ColumnsForm":
        """As it was chosen before, else as it is guessed; with `data` as it was sent."""
        chosen = [Guess(column) for column in columns.columns_of(upload)] or columns.guesses(upload)
        form = cls(upload, [_field(upload, place, guess, samples[place]) for place, guess in enumerate(chosen)])
        form.groups = _groups(upload)
        if data is not None:
            form._read(data)
        return form

    @property
    def has_company(self) -> bool:
        return any(columns.is_of_a_company(header) for header in self.upload.headers)

    @property
    def is_valid(self) -> bool:
        return not self.error and not any(one.error for one in self.fields)

    @property
    def open_fields(self) -> list[ColumnField]:
        """The columns that are nothing yet."""
        return [one for one in self.fields if not one.choice]

    def columns(self) -> list[Column]:
        return [one.column() or columns.IGNORE for one in self.fields]

    def _read(self, data: Mapping[str, str]) -> None:
        for one in self.fields:
            one.choice = data.get(f"column-{one.place}", "")
            one.name = data.get(f"name-{one.place}", one.name)
            one.kind = data.get(f"kind-{one.place}", one.kind)
        if (rest := data.get("rest")) in (NEW, IGNORED):
            for one in self.open_fields:
                one.choice = rest
        self._check()

    def _check(self) -> None:
        allowed = {value for _, choices in self.groups for value, _ in choices} | {NEW, IGNORED}
        taken: dict[str, str] = {}
        made = 0
        for one in self.fields:
            if one.choice not in allowed:
                one.error = "Say what this column is, or ignore it."
                continue
            column = one.column()
            if column is None or column.what == IGNORED:
                continue
            if column.what == NEW:
                one.error = self._check_new(one, made)
                made += 1
            key = one.final_name if column.what == NEW else column.key
            if key and key in taken and not one.error:
                one.error = f"{taken[key]} is this already. One column can fill an attribute."
            taken.setdefault(key, one.title)
        if not set(IDENTIFIERS[self.upload.role]) & set(taken):
            self.error = _no_identifier(self.upload.role)

    def _check_new(self, one: ColumnField, made: int) -> str:
        workspace = self.upload.workspace
        try:
            if one.kind not in dict(NEW_KINDS):
                return "Choose a type of the list."
            name = rewritten(one.name)
            check_free(workspace, "person", name)
            check_room(workspace, in_use(workspace) + made)  # ATT-13
        except Refusal as refusal:
            return f"{one.name if 0 < len(one.name) <= LONGEST_NAME else 'It'} {refusal.message}"
        return ""


def _field(upload: Import, place: int, guess: Guess, samples: list[str]) -> ColumnField:
    header = upload.headers[place]
    letters = upload.seen[place] if place < len(upload.seen) else ""
    made = columns.new_column(header, letters)
    column = guess.column
    name, kind = (column.key, column.kind) if column and column.what == NEW else (made.key, made.kind)
    title = columns.title(upload.headers, place)
    return ColumnField(place, title, samples, column.choice if column else "", name, kind, guess.why)


def _groups(upload: Import) -> list[tuple[str, list[tuple[str, str]]]]:
    fillable = columns.targets(catalogue_of(upload.workspace, "person"), upload.role)
    names = IDENTIFIERS[upload.role]
    standing = [d for d in fillable if not d.custom and d.key not in names]
    groups = [
        ("Who it is", [d for d in fillable if d.key in names]),
        ("Standard attributes", standing),
        ("Custom attributes", [d for d in fillable if d.custom]),
    ]
    return [(label, [(f"{KNOWN}:{d.key}", d.label) for d in found]) for label, found in groups if found]


def _no_identifier(role: str) -> str:
    if role == Role.LEAD:
        return "Leads need an email: choose the column that holds it."
    return "Users need a user ID or an email: choose the column that holds it."


def samples_of(upload: Import, most: int = 3) -> list[list[str]]:
    """The first cells of every column that hold something, for the table of columns."""
    found: list[list[str]] = [[] for _ in upload.headers]
    for row in (row for row in head(upload) if not row.broken):
        for place, cell in enumerate(row.cells[: len(found)]):
            if cell.strip() and len(found[place]) < most:
                found[place].append(cell[:80])
    return found
