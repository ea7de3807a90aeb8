"""What can be done to many records at once. Each action says what it needs, what it will do, and how it is undone;
floors above register more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from apps.attributes.models import Attributed
from apps.workspace.activities import Activity
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.permissions import Grant


@dataclass(frozen=True)
class Scene:
    """Where an action happens: the workspace, the sort of records, whose hand, when."""

    workspace: Workspace
    model: type[Attributed]
    by: Hand
    now: datetime

    @property
    def about(self) -> str:
        return self.model.about


@dataclass(slots=True)
class Outcome:
    """What a batch came to: the records that changed with what they were before, and those that refused it."""

    formers: dict[int, Any] = field(default_factory=dict)
    refused: int = 0
    refusal: str = ""


class Nothing(forms.Form):
    """An action that needs nothing but a yes."""


class Action:
    """One row of the table of actions. `params` is what its form came to, as JSON: a job keeps it."""

    slug: ClassVar[str]
    label: ClassVar[str]  # on the button
    icon: ClassVar[str]
    grant: ClassVar[Grant]
    activity: ClassVar[Activity]
    abouts: ClassVar[Collection[str]] = ("person", "company")
    danger: ClassVar[bool] = False
    counted_as: ClassVar[str] = "changed"  # what the activity log calls the number of those who were

    def form(self, scene: Scene, data: Any = None) -> forms.Form:
        """What has to be said before it can begin. A teammate may still leave; nothing is made here."""
        return Nothing(data)

    def params(self, scene: Scene, form: Any) -> dict[str, Any]:
        """What the job keeps. Raises Problem."""
        return {}

    def title(self, params: Mapping[str, Any]) -> str:
        """What is done, in words."""
        raise NotImplementedError

    def consequences(self, scene: Scene, records: QuerySet, form: Any) -> Sequence[str]:
        """Sentences for the preview; `records` are those that it would be done to."""
        return ()

    def do(self, scene: Scene, params: Mapping[str, Any], pks: Sequence[int]) -> Outcome:
        """Do it to some records, in the transaction that is open. Raises Problem where it cannot go on at all."""
        raise NotImplementedError

    def undo(self, scene: Scene, params: Mapping[str, Any], formers: Mapping[int, Any]) -> Collection[int]:
        """Put some records back: the keys of those that were. What was changed since is left alone."""
        raise NotImplementedError


_actions: dict[str, Action] = {}


def register(action: Action) -> None:
    _actions[action.slug] = action


def action_of(slug: str) -> Action:
    """Raises KeyError."""
    return _actions[slug]


def all_actions() -> list[Action]:
    return list(_actions.values())
