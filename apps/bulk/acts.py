"""The actions of this floor: tag, untag, archive, set an attribute (UI-04, IDN-25, BEY-14)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.lookups import IsNull

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.history import origins_of
from apps.attributes.kinds import Setting
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.attributes.values import Value
from apps.attributes.writing import Former, held_by, is_blank, put_back, write
from apps.people import states
from apps.qualification.forms import ValueForm, form_of
from apps.qualification.panel import Cell, asked
from apps.tags import tagging, undoing
from apps.tags.models import Tag, Tagging
from apps.tags.wording import checked_name
from apps.workspace.activities import Activity
from apps.workspace.models import Seat
from apps.workspace.permissions import Grant
from apps.workspace.problems import Missing, Problem

from .actions import Action, Outcome, Scene, register

IDENTIFYING = {"email", "external_id", "phone", "company_id"}  # what belongs to one record alone


# ---- tags ------------------------------------------------------------------------------------------------------------


class TagForm(forms.Form):
    name = forms.CharField(label="Tag", max_length=255, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self) -> str:
        try:
            return checked_name(self.cleaned_data["name"])
        except Problem as problem:
            raise forms.ValidationError(problem.message) from None


class OwnTagForm(forms.Form):
    name = forms.ModelChoiceField(Tag.objects.none(), label="Tag", empty_label=None)


class AddTag(Action):
    """Hang a tag on everybody; an unknown name makes it (TAG-02)."""

    slug, label, icon = "tag", "Tag", "tag"
    grant, activity = Grant.MANAGE_TAGS, Activity.BULK_TAG

    def form(self, scene: Scene, data: Any = None) -> TagForm:
        form = TagForm(data)
        form.fields["name"].widget.attrs["list"] = "known-tags"
        form.known = list(tagging.matching(scene.workspace).values_list("name", flat=True)[:500])  # type: ignore[attr-defined]
        return form

    def params(self, scene: Scene, form: Any) -> dict[str, Any]:
        tag = tagging.find_or_create(scene.workspace, form.cleaned_data["name"], by=scene.by, now=scene.now)
        return {"tag": tag.pk, "name": tag.name}

    def title(self, params: Mapping[str, Any]) -> str:
        return f"Tag with {params['name']}"

    def consequences(self, scene: Scene, records: QuerySet, form: Any) -> Sequence[str]:
        return ["Whoever carries the tag already keeps it as it is."]

    def do(self, scene: Scene, params: Mapping[str, Any], pks: Sequence[int]) -> Outcome:
        tag = _tag(scene, params)
        added = tagging.add(scene.model, scene.workspace, pks, tag, by=scene.by, now=scene.now)
        return Outcome({pk: {"at": scene.now.isoformat()} for pk in added})

    def undo(self, scene: Scene, params: Mapping[str, Any], formers: Mapping[int, Any]) -> Collection[int]:
        """Who lost the tag meanwhile, or was given it anew by somebody, is left alone."""
        ours = Tagging.objects.filter(
            workspace=scene.workspace, about=scene.about, tag=params["tag"], record_id__in=formers
        )
        still = [one.record_id for one in ours if one.applied_at.isoformat() == formers[one.record_id]["at"]]
        tag = Tag.objects.filter(workspace=scene.workspace, pk=params["tag"]).first()
        return tagging.remove(scene.model, scene.workspace, still, tag) if tag else ()


class RemoveTag(Action):
    """Take a tag from everybody."""

    slug, label, icon = "untag", "Untag", "x"
    grant, activity = Grant.MANAGE_TAGS, Activity.BULK_UNTAG

    def form(self, scene: Scene, data: Any = None) -> OwnTagForm:
        form = OwnTagForm(data)
        form.fields["name"].queryset = tagging.matching(scene.workspace)  # type: ignore[attr-defined]
        return form

    def params(self, scene: Scene, form: Any) -> dict[str, Any]:
        tag = form.cleaned_data["name"]
        return {"tag": tag.pk, "name": tag.name}

    def title(self, params: Mapping[str, Any]) -> str:
        return f"Take the tag {params['name']} off"

    def consequences(self, scene: Scene, records: QuerySet, form: Any) -> Sequence[str]:
        return ["The tag itself stays, and so does everything else."]

    def do(self, scene: Scene, params: Mapping[str, Any], pks: Sequence[int]) -> Outcome:
        tag = _tag(scene, params)
        return Outcome(undoing.take_off(scene.model, scene.workspace, pks, tag))

    def undo(self, scene: Scene, params: Mapping[str, Any], formers: Mapping[int, Any]) -> Collection[int]:
        """They get it back with when and by whom they had it."""
        tag = Tag.objects.filter(workspace=scene.workspace, pk=params["tag"]).first()
        return undoing.put_on_again(scene.model, scene.workspace, formers, tag) if tag else ()


def _tag(scene: Scene, params: Mapping[str, Any]) -> Tag:
    tag = Tag.objects.filter(workspace=scene.workspace, pk=params["tag"]).first()
    if tag is None:
        raise Missing(f"The tag {params['name']} was deleted meanwhile.")
    return tag


# ---- archiving -------------------------------------------------------------------------------------------------------


class Archive(Action):
    """Hide people; the data and the identifiers stay (IDN-19, IDN-25)."""

    slug, label, icon = "archive", "Archive", "archive"
    grant, activity = Grant.ARCHIVE, Activity.BULK_ARCHIVAL
    abouts = ("person",)

    def title(self, params: Mapping[str, Any]) -> str:
        return "Archive"

    def consequences(self, scene: Scene, records: QuerySet, form: Any) -> Sequence[str]:
        return [
            "They vanish from lists, counts, segments, links and exports. Their data and identifiers are kept.",
            "A user who pings comes back by it; undoing brings back everybody.",
        ]

    def do(self, scene: Scene, params: Mapping[str, Any], pks: Sequence[int]) -> Outcome:
        return Outcome(dict.fromkeys(states.archive_all(scene.workspace, pks, now=scene.now), True))

    def undo(self, scene: Scene, params: Mapping[str, Any], formers: Mapping[int, Any]) -> Collection[int]:
        return states.unarchive_all(scene.workspace, formers, now=scene.now)


# ---- setting an attribute --------------------------------------------------------------------------------------------


class SetForm(forms.Form):
    """Which attribute, and its new value in a field of the attribute's kind."""

    attribute = forms.ChoiceField(label="Attribute")

    def __init__(self, scene: Scene, data: Any = None) -> None:
        super().__init__(data)
        self.scene = scene
        self.settable = settable(scene)
        self.fields["attribute"].choices = [("", "Choose…"), *((d.key, d.label) for d in self.settable.values())]  # type: ignore[attr-defined]
        self.definition = self.settable.get((data or {}).get("attribute", ""))
        self.value_form: ValueForm | None = None
        if self.definition:
            cell = Cell(None, self.definition, None, True)  # type: ignore[arg-type]  # of nobody yet
            self.value_form = form_of(cell, scene.workspace, data)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.definition and self.value_form and self.value_form.is_valid():
            try:
                data["value"] = _cleaned(self.scene, self.definition, self.value_form.offered())
            except Refusal as refusal:
                self.value_form.add_error("value", f"{self.definition.label} {self.value_form.complaint(refusal)}.")
                raise forms.ValidationError("") from None
        return data


def settable(scene: Scene) -> dict[str, Definition]:
    """The attributes that a teammate may edit by hand, but for those that belong to one record alone (CO-03)."""
    own = [d for d in asked(scene.workspace) if d.about == scene.about and d.key not in IDENTIFYING]
    owner = catalogue_of(scene.workspace, scene.about).get("owner_id")
    found = {d.key: d for d in [*own, *([owner] if owner else [])]}
    return {key: d for key, d in found.items() if Source.MANUAL in d.writable}


def _cleaned(scene: Scene, definition: Definition, raw: Any) -> Any:
    """The value as JSON keeps it. Raises Refusal before a job begins that all would refuse."""
    if is_blank(raw, Source.MANUAL):
        return None
    members = frozenset(Seat.objects.filter(workspace=scene.workspace).values_list("teammate_id", flat=True))
    setting = Setting(Source.MANUAL, scene.workspace.zone, definition.options, members)
    return definition.kind.plain(definition.kind.clean(raw, setting))


class SetAttribute(Action):
    """Give everybody the same value, by hand: it is held against pings like any teammate's (QUAL-08, QUAL-17)."""

    slug, label, icon = "set", "Set attribute", "pencil"
    grant, activity = Grant.EDIT_DATA, Activity.BULK_EDIT

    def form(self, scene: Scene, data: Any = None) -> SetForm:
        return SetForm(scene, data)

    def params(self, scene: Scene, form: Any) -> dict[str, Any]:
        definition, value = form.definition, form.cleaned_data["value"]
        return {"key": definition.key, "value": value, "label": definition.label, "words": _words(scene, form)}

    def title(self, params: Mapping[str, Any]) -> str:
        return f"Set {params['label']} to {params['words']}"

    def consequences(self, scene: Scene, records: QuerySet, form: Any) -> Sequence[str]:
        held = "Like any value set by hand it is kept when a ping brings another one, until Re-sync."
        if not form.definition:
            return [held]
        known = records.filter(IsNull(Value(form.definition), False)).exists()
        replaced = [f"Some have a value of {form.definition.label} already: it is replaced."] if known else []
        return [*replaced, held]

    def do(self, scene: Scene, params: Mapping[str, Any], pks: Sequence[int]) -> Outcome:
        key = params["key"]
        before = held_by(scene.model, scene.workspace, pks, key)
        origins = origins_of(scene.about, scene.workspace, pks, key)
        offers = {pk: {key: params["value"]} for pk in pks}
        reports = write(scene.model, scene.workspace, offers, Source.MANUAL, by=scene.by, now=scene.now)
        kind = catalogue_of(scene.workspace, scene.about)[key].kind
        outcome = Outcome()
        for pk, report in reports.items():
            if change := report.changed.get(key):
                old = None if change.old is None else kind.plain(change.old)
                outcome.formers[pk] = {"value": old, "holder": before.get(pk), "origin": origins.get(pk, 0)}
            for refusal in report.refused.values():
                outcome.refused += 1
                outcome.refusal = f"{params['label']} {refusal.message}"
        return outcome

    def undo(self, scene: Scene, params: Mapping[str, Any], formers: Mapping[int, Any]) -> Collection[int]:
        """Who has another value by now keeps it."""
        was = {pk: Former(**former) for pk, former in formers.items()}
        return put_back(scene.model, scene.workspace, params["key"], params["value"], was, by=scene.by, now=scene.now)


def _words(scene: Scene, form: SetForm) -> str:
    value = form.cleaned_data["value"]
    definition = form.definition
    if value is None or definition is None:
        return "nothing"
    if definition.kind.name == "member":
        return str(Seat.objects.select_related("teammate").get(workspace=scene.workspace, teammate_id=value).teammate)
    if definition.kind.column == "date":
        return definition.kind.words(definition.kind.clean(value, Setting(Source.MANUAL, scene.workspace.zone)))
    return definition.kind.words(value)


def register_own() -> None:
    for action in (AddTag(), RemoveTag(), SetAttribute(), Archive()):
        register(action)
