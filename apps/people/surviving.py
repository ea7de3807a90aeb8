"""Whom a merged person's id and names lead to: the survivor (BEY-07).

Who survived may have been merged into somebody else since. Nobody is merged into somebody who was merged, so every line
comes to an end.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from apps.attributes.models import State
from apps.workspace.models import Workspace

from .models import Person, PersonQuerySet

SURVIVORS = """
    WITH RECURSIVE line AS (
        SELECT id, external_id, email, merged_into_id AS next FROM people_person
        WHERE workspace_id = %(workspace)s AND id = ANY(%(pks)s) AND state = 'merged'
        UNION ALL
        SELECT line.id, line.external_id, line.email, kept.merged_into_id FROM line
        JOIN people_person AS kept ON kept.id = line.next AND kept.state = 'merged'
    )
    SELECT line.id, line.external_id, line.email, kept.id, kept.public_id, kept.state, kept.role
    FROM line JOIN people_person AS kept ON kept.id = line.next AND kept.state <> 'merged'
"""
PREDECESSORS = """
    WITH RECURSIVE line AS (
        SELECT id FROM people_person WHERE workspace_id = %(workspace)s AND merged_into_id = ANY(%(pks)s)
        UNION
        SELECT gone.id FROM line JOIN people_person AS gone ON gone.merged_into_id = line.id
    )
    SELECT id FROM line ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Alias:
    """The names of somebody who was merged: they lead to the survivor, and are not the survivor's own."""

    external_id: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Survivor:
    """Who somebody is, now that they were merged."""

    alias: Alias
    pk: int
    public_id: str
    state: str
    role: str


def survivors(workspace: Workspace, merged: Collection[int]) -> dict[int, Survivor]:
    """Who some merged people are now: one query, none for nobody."""
    if not merged:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SURVIVORS, {"workspace": workspace.pk, "pks": list(merged)})
        return {pk: Survivor(Alias(user_id, email), *kept) for pk, user_id, email, *kept in cursor.fetchall()}


def predecessors(workspace: Workspace, people: Collection[int]) -> list[int]:
    """Everybody who was merged into some people, or into somebody who was: the same people, by former ids.

    Whoever forgets a person forgets these as well: their rows and their `Merge`s hold what undoing a merge needs.
    """
    with connection.cursor() as cursor:
        cursor.execute(PREDECESSORS, {"workspace": workspace.pk, "pks": list(people)})
        return [pk for (pk,) in cursor.fetchall()]


def led_to(workspace: Workspace, **names: str | int) -> PersonQuerySet:
    """Those on the lists to whom a merged person's id, user ID or email leads: `led_to(workspace, email="a@x.io")`."""
    merged = Person.objects.of(workspace).filter(Q(**names), state=State.MERGED)
    found = survivors(workspace, list(merged.values_list("pk", flat=True)[:100]))
    return Person.objects.of(workspace).listed().filter(pk__in={survivor.pk for survivor in found.values()})
