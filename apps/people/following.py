"""What belongs to a person beyond their own row, told by the room that keeps it: what of it a merge moves and its
undoing moves back, and what goes when a visitor is erased (IDN-14, IDN-23, BEY-07).

A model refers to people by a foreign key, or by what it is `about` and a `record_id`. Every such model is registered
here, as moving or as staying: a test asks for it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet

from apps.workspace.models import Workspace

from .models import Person


@dataclass(frozen=True, slots=True)
class Merging:
    """Somebody (`lead`: a lead or visitor, by hand also another user) on the way into a user, or out of them again.

    Both rows are locked, against new things as well. `at` is when they were merged.
    """

    workspace: Workspace
    lead: int
    user: int
    at: datetime


Mover = Callable[[Merging], Any]  # what moved, as JSON has it: what moving it back needs
MoverBack = Callable[[Merging, Any], Any]  # with what its mover told


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of something would move, and how much both have already, so that it is kept once."""

    one: str
    many: str
    moving: int
    both: int = 0

    def __str__(self) -> str:
        total = self.moving + self.both
        words = f"{total:,} {self.one if total == 1 else self.many}"
        return f"{words}, of which both have {self.both:,}" if self.both else words


@dataclass(frozen=True, slots=True)
class Follower:
    """A model that refers to people; without a mover it stays, and `why` says for what reason."""

    model: type[Model]
    mover: Mover | None = None
    back: MoverBack | None = None
    tally: Callable[[Merging], Tally] | None = None
    why: str = ""


FOLLOWERS: dict[str, Follower] = {}


def moves(
    model: type[Model], mover: Mover, back: MoverBack, *, tally: Callable[[Merging], Tally] | None = None
) -> None:
    """Called by the room that keeps the model, when it is ready. `tally` is what the preview of a merge counts."""
    FOLLOWERS[model._meta.label] = Follower(model, mover, back, tally)


def stays(model: type[Model], why: str) -> None:
    """It is left with whoever is merged, for this reason."""
    FOLLOWERS[model._meta.label] = Follower(model, why=why)


def move_all(merging: Merging) -> dict[str, Any]:
    """Move what moves: model → what of it did; in one order always, so that no two merges wait in a ring."""
    told = {label: follower.mover(merging) for label, follower in sorted(FOLLOWERS.items()) if follower.mover}
    return {label: moved for label, moved in told.items() if moved}


def move_all_back(merging: Merging, moved: Mapping[str, Any]) -> None:
    """Move it back, in the same order, as far as it is still there; what has come since stays with the survivor."""
    for label, follower in sorted(FOLLOWERS.items()):
        if follower.back and label in moved:
            follower.back(merging, moved[label])


def tallies(merging: Merging) -> list[Tally]:
    """What would move, of everything that there is something of."""
    counted = (follower.tally(merging) for _, follower in sorted(FOLLOWERS.items()) if follower.tally)
    return [tally for tally in counted if tally.moving or tally.both]


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
