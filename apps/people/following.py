"""What belongs to a person beyond their own row, told by the room that keeps it: what of it a merge moves, and what
goes when a visitor is erased (IDN-14, IDN-23).

A model refers to people by a foreign key, or by what it is `about` and a `record_id`. Every such model is registered
here, as moving or as staying: a test asks for it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet

from apps.workspace.models import Workspace

from .models import Person


@dataclass(frozen=True, slots=True)
class Merging:
    """A lead or visitor on the way into a user: both rows are locked, against new things as well."""

    workspace: Workspace
    lead: int
    user: int


Mover = Callable[[Merging], Any]  # what moved, as JSON has it: what telling the two apart again would need


@dataclass(frozen=True, slots=True)
class Follower:
    """A model that refers to people; without a mover it stays, and `why` says for what reason."""

    model: type[Model]
    mover: Mover | None = None
    why: str = ""


FOLLOWERS: dict[str, Follower] = {}


def moves(model: type[Model], mover: Mover) -> None:
    """Called by the room that keeps the model, when it is ready."""
    FOLLOWERS[model._meta.label] = Follower(model, mover)


def stays(model: type[Model], why: str) -> None:
    """It is left with the lead when that is merged, for this reason."""
    FOLLOWERS[model._meta.label] = Follower(model, why=why)


def move_all(merging: Merging) -> dict[str, Any]:
    """Move what moves: model → what of it did; in one order always, so that no two merges wait in a ring."""
    told = {label: follower.mover(merging) for label, follower in sorted(FOLLOWERS.items()) if follower.mover}
    return {label: moved for label, moved in told.items() if moved}


def refers_by(model: type[Model]) -> list[str]:
    """The fields by which a model refers to people; empty where it does not."""
    fields = model._meta.concrete_fields
    keys = [field.name for field in fields if field.is_relation and field.related_model is Person]
    if {"about", "record_id"} <= {field.name for field in fields}:
        keys.append("record_id")
    return keys


def rows_of(model: type[Model], workspace: Workspace, people: Collection[int]) -> QuerySet:
    """The rows that belong to some people."""
    which = Q()
    for key in refers_by(model):
        which |= Q(about=Person.about, record_id__in=people) if key == "record_id" else Q(**{f"{key}__in": people})
    return model._default_manager.filter(which, workspace=workspace)


def destroy(workspace: Workspace, people: Collection[int]) -> None:
    """Delete people with all that belongs to them. Their rows must be locked."""
    for _, follower in sorted(FOLLOWERS.items()):
        rows_of(follower.model, workspace, people).delete()
    with connection.cursor() as cursor:  # by hand: nothing refers to them any more, and Django would look everywhere
        cursor.execute(
            "DELETE FROM people_person WHERE workspace_id = %s AND id = ANY(%s)", [workspace.pk, list(people)]
        )
