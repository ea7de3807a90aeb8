"""Who somebody is, with everybody who was merged into them, and all that they are and were called."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from apps.people.models import Person
from apps.workspace.models import Workspace

from .reach import Going, array

FAMILY = """
    WITH RECURSIVE line AS (
        SELECT id, public_id, id AS root FROM people_person
        WHERE workspace_id = %(workspace)s AND id = ANY(%(people)s::bigint[])
        UNION
        SELECT gone.id, gone.public_id, line.root FROM line JOIN people_person AS gone ON gone.merged_into_id = line.id
    )
    SELECT id, public_id, root FROM line ORDER BY id
"""
NAMES = ("email", "external_id", "phone", "name", "visitor_id")
# What they were called before: each change tells an old value and a new one.
FORMER_NAMES = """
    SELECT DISTINCT record_id, key, old_or_new.value
    FROM attributes_recordchange, unnest(%(keys)s::text[]) AS key,
        LATERAL (VALUES (changes -> key ->> 0), (changes -> key ->> 1)) AS old_or_new(value)
    WHERE workspace_id = %(workspace)s AND about = 'person' AND record_id = ANY(%(people)s::bigint[])
      AND changes ?| %(keys)s::text[] AND old_or_new.value IS NOT NULL
"""


def gathered(workspace: Workspace, people: Collection[int], now: datetime, *, named: bool = False) -> Going:
    """Some people on the way out; `named`: with their names, which it takes reading their history to know."""
    with connection.cursor() as cursor:
        cursor.execute(FAMILY, {"workspace": workspace.pk, "people": array(people)})
        rows = cursor.fetchall()
    whose = {pk: root for pk, _, root in rows}
    going = Going(workspace, whose, {public_id: root for _, public_id, root in rows}, now)
    if named:
        for key, pk, name in (*_present_names(going), *_former_names(going)):
            if name not in going.public_ids:  # their Intercom ID stays where they are named no more (DEL-22)
                going.names.add(whose[pk], name, is_full_name=key == "name")
    return going


def _present_names(going: Going) -> Iterator[tuple[str, int, str]]:
    rows: Any = Person.objects.of(going.workspace).filter(pk__in=going.pks).values_list("pk", *NAMES)
    for pk, *names in rows:
        yield from ((key, pk, name) for key, name in zip(NAMES, names, strict=True) if name)


def _former_names(going: Going) -> list[tuple[str, int, str]]:
    asked: dict[str, Any] = {"workspace": going.workspace.pk, "people": going.array, "keys": list(NAMES)}
    with connection.cursor() as cursor:
        cursor.execute(FORMER_NAMES, asked)
        return [(key, pk, name) for pk, key, name in cursor.fetchall()]
