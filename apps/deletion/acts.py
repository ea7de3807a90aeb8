"""Deleting many people at once, from the list (DEL-24): the same for each of them as from the settings."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from apps.bulk.actions import Action, Outcome, Scene, register
from apps.workspace.activities import Activity
from apps.workspace.permissions import Grant

from . import grace

CONFIRMATION = "delete"


class TypedForm(forms.Form):
    """There is no identifier of many: the word says that it is meant (DEL-21)."""

    typed = forms.CharField(
        label=f"Type “{CONFIRMATION}” to confirm",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip().lower() != CONFIRMATION:
            raise forms.ValidationError(f"Nobody was deleted. Type the word {CONFIRMATION} here.")
        return typed


class PermanentlyDelete(Action):
    """Hidden at once, destroyed in seven days; undoing restores whoever is still there."""

    slug, label, icon = "delete", "Permanently delete", "trash-2"
    grant, activity = Grant.DELETE, Activity.BULK_DELETION
    abouts = ("person",)
    danger = True
    counted_as = "count"

    def form(self, scene: Scene, data: Any = None) -> TypedForm:
        return TypedForm(data)

    def title(self, params: Mapping[str, Any]) -> str:
        return "Permanently delete"

    def consequences(self, scene: Scene, records: QuerySet, form: Any) -> Sequence[str]:
        return [
            "They vanish at once, with all that is known of them, and are destroyed in 7 days; then nobody brings them "
            "back.",
            "Until then their user IDs and emails stay taken.",
            "Ratings stay without a name, and reports of the past still count their conversations.",
            "Files that were exported may hold them as well and may have to be deleted too.",
        ]

    def do(self, scene: Scene, params: Mapping[str, Any], pks: Sequence[int]) -> Outcome:
        requests = grace.request_all(scene.workspace, pks, by=scene.by, now=scene.now)
        return Outcome({pk: {"deletion": deletion.pk} for pk, deletion in requests.items()})

    def undo(self, scene: Scene, params: Mapping[str, Any], formers: Mapping[int, Any]) -> Collection[int]:
        """Who was restored and deleted once more since is left alone."""
        requests = {pk: former["deletion"] for pk, former in formers.items()}
        return grace.restore_all(scene.workspace, requests, now=scene.now)


def register_own() -> None:
    register(PermanentlyDelete())
