"""Who is meant to be deleted: by user ID, email or Intercom ID (DEL-02, DEL-11, DEL-20)."""

from django.db.models import Q

from apps.attributes.models import PUBLIC_ID, State
from apps.attributes.paging import newest_first
from apps.people.lists import FACE, SORTED_BY
from apps.people.models import Person, PersonQuerySet, Role
from apps.people.surviving import survivors
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing

from .models import Deletion

MOST_FOUND = 50
STANDING = (State.ACTIVE, State.ARCHIVED, State.BLOCKED)
SHOWN = ("workspace", *FACE, "state", SORTED_BY)


def matches(workspace: Workspace, named: str) -> list[Person]:
    """Users and leads with exactly this identifier, archived and blocked ones too; of merged ones, who they are now."""
    if not named or "\x00" in named:
        return []
    people = Person.objects.of(workspace).filter(_called(named))
    merged = survivors(workspace, list(people.filter(state=State.MERGED).values_list("pk", flat=True)[:MOST_FOUND]))
    own = list(people.exclude(state=State.MERGED).values_list("pk", flat=True)[:MOST_FOUND])
    keys = {*own, *(survivor.pk for survivor in merged.values())}
    found = deletable(workspace).filter(pk__in=keys).order_by(*newest_first(SORTED_BY))
    return list(found.only(*SHOWN)[:MOST_FOUND])


def waiting(workspace: Workspace, named: str) -> list[Deletion]:
    """The requests to delete whoever has this identifier: they are told by their Intercom ID alone (DEL-05)."""
    if not named or "\x00" in named:
        return []
    people = Person.objects.of(workspace).filter(_called(named), state=State.PENDING_DELETION)
    found = Deletion.objects.filter(workspace=workspace, person__in=people).select_related("person", "by")
    return list(found.order_by("-pk")[:MOST_FOUND])


def chosen(workspace: Workspace, public_id: str) -> Person:
    """Somebody who can be deleted. Raises Missing."""
    people = deletable(workspace).only(*SHOWN)
    found = people.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None
    if found is None:
        raise Missing("There is no such person, or they are deleted already.")
    found.workspace = workspace
    return found


def deletable(workspace: Workspace) -> PersonQuerySet:
    return Person.objects.of(workspace).filter(state__in=STANDING).exclude(role=Role.VISITOR)


def _called(named: str) -> Q:
    """A user ID as it is written; an email in whatever case (IDN-08)."""
    called = Q(external_id=named) | Q(email=named.lower())
    return called | Q(public_id=named) if PUBLIC_ID.fullmatch(named) else called
