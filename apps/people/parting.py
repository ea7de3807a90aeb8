"""Telling two people apart again who were merged: for seven days, and whoever merged them (BEY-07).

Both are as they were; what has arrived meanwhile, and what somebody has changed since, stays with the survivor. All of
it comes from the `Merge` and from the row of who was merged, which nothing writes to as long as they are one.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.attributes.models import State
from apps.attributes.writing import Former, give_back
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Missing

from . import following, identity
from .following import Merging
from .identity import Claim
from .lists import FACE
from .merging import ADDED_UP, VISITS, groups_of, lock_people, plain
from .models import Merge, Person


def merges_into(person: Person) -> QuerySet[Merge]:
    """Who was merged into a person, the latest first."""
    merges = Merge.objects.filter(workspace=person.workspace_id, lead__merged_into=person.pk)
    told = ("workspace_id", "lead", "at", "by", "hand", "undo_until")
    faces = (f"lead__{field}" for field in (*FACE, "workspace_id", "state", "merged_into_id"))
    return merges.select_related("lead", "by").only(*told, *faces, "by__name", "by__email").order_by("-pk")


def why_not(merge: Merge, kept: Person, now: datetime) -> str:
    """Why a merge cannot be undone, in words; empty where it can be."""
    if not merge.can_be_undone(now):
        return "The seven days in which it could be undone are over."
    if kept.state == State.MERGED:
        return f"{kept.label} was merged into somebody else since. Undo that merge first."
    if kept.state == State.PENDING_DELETION:
        return "Who stayed is waiting to be deleted. Restore them first."
    if kept.state != State.ACTIVE:
        return f"{kept.label} is {kept.get_state_display().lower()}. Bring them back first."
    if later := merges_into(kept).filter(pk__gt=merge.pk).first():
        # what the two of them had in common stands with the first one
        return f"{later.lead.label} was merged into {kept.label} after that. Undo that merge first."
    return ""


@transaction.atomic
def undo(merge: Merge, *, by: Hand, now: datetime) -> Person:
    """Give both back: who was merged, as they were.

    Raises Missing for a merge that was undone already, Conflict with the words of `why_not`.
    """
    workspace = merge.workspace
    identity.lock(workspace, [Claim(visitor_id=merge.visitor_id)])
    gone, kept = _locked(workspace, merge)
    standing = Merge.objects.filter(pk=merge.pk).first()
    if standing is None:
        raise Missing("This merge was undone already.")
    if reason := why_not(standing, kept, now):
        raise Conflict(reason)
    _part(standing, gone, kept, by, now)
    gone.refresh_from_db()
    return gone


def _locked(workspace: Workspace, merge: Merge) -> tuple[Person, Person]:
    pk = merge.lead_id
    into = Person.objects.of(workspace).filter(pk=pk).values_list("merged_into", flat=True).first()
    locked = lock_people(workspace, [pk, into]) if into else {}
    if into is None or len(locked) < 2 or locked[pk].merged_into_id != into:
        raise Missing("This merge was undone already.")
    return locked[pk], locked[into]


def _part(merge: Merge, gone: Person, kept: Person, by: Hand, now: datetime) -> None:
    workspace = gone.workspace
    cookie = _still_free(workspace, merge.visitor_id)
    theirs = {"state": merge.state_before, "merged_into": None, "visitor_id": cookie, "updated_at": now}
    Person.objects.filter(pk=gone.pk).update(**theirs)  # before values are: a merged record takes none
    formers = {key: Former(**former) for key, former in merge.formers.items()}
    if formers:
        give_back(Person, workspace, gone.pk, kept.pk, formers, groups_of(gone), now=now, by=by)
    _part_visits(merge, kept)
    following.move_all_back(Merging(workspace, gone.pk, kept.pk, merge.at), merge.moved)
    merge.delete()
    who = {"contact": kept.public_id, gone.role: gone.public_id}
    record(Activity.PERSON_PARTING, workspace=workspace, by=by, now=now, **who)


def _still_free(workspace: Workspace, cookie: str | None) -> str | None:
    """The cookie that somebody gave up, unless its browser has come back as somebody else since."""
    taken = cookie is None or Person.objects.of(workspace).filter(visitor_id=cookie).exists()
    return None if taken else cookie


def _part_visits(merge: Merge, kept: Person) -> None:
    """Less what was added up; a moment that has moved on since stays where it is."""
    stands = Person.objects.filter(pk=kept.pk).values(*VISITS).get()
    apart: dict[str, Any] = {}
    for name, (was, became) in merge.visits.items():
        if plain(stands[name]) == became:
            apart[name] = was
        elif name in ADDED_UP:
            apart[name] = stands[name] - (became - (was or 0))
    if apart:
        Person.objects.filter(pk=kept.pk).update(**apart)


def let_go(now: datetime) -> int:
    """Empty what was kept for undoing, once it cannot be undone any more: of how many merges."""
    emptied: dict[str, Any] = {"formers": {}, "visits": {}, "moved": {}, "undo_until": None}
    return Merge.objects.filter(undo_until__lte=now).update(**emptied)
