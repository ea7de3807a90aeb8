"""Views for people who use SQL: `people_<app_id>` and `companies_<app_id>`, a column an attribute (BEY-16).

A view names columns of the table, and attributes move between columns. So it is made anew whenever a workspace's
attributes change, after that change is committed and in a transaction of its own: whoever reads the view for an hour
keeps nobody from defining an attribute. A view that is late shows a column that is still filled, since a column is
emptied long after its attribute left it.
"""

import logging
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError
from kombu.exceptions import OperationalError as QueueError
from psycopg import errors, sql

from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict

from .catalogue import catalogue_of
from .definitions import Definition
from .models import model_of
from .values import Value

NAMES = {"person": "people", "company": "companies"}
LONGEST_NAME = 63  # bytes; PostgreSQL cuts what is longer
PATIENCE = "2s"  # for somebody who reads the view just now
MARK = "Made by manage.py readable_views from the attributes of version "
log = logging.getLogger(__name__)


def view_name(workspace: Workspace, about: str) -> str:
    return f"{NAMES[about]}_{workspace.app_id}"


def quoted(name: str) -> str:
    """A name as it is written in SQL."""
    return sql.Identifier(name).as_string(None)


def column_names(definitions: Iterable[Definition]) -> dict[str, str]:
    """Key → name in the view: the key itself, cut to what PostgreSQL keeps, with a number where two would be one."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for definition in definitions:
        name, number = _cut(definition.key, LONGEST_NAME), 1
        while name in taken:
            number += 1
            name = _cut(definition.key, LONGEST_NAME - len(f"_{number}")) + f"_{number}"
        taken.add(name)
        names[definition.key] = name
    return names


def _cut(name: str, longest: int) -> str:
    return name.encode()[:longest].decode(errors="ignore")


# ---- making ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def make(workspace: Workspace) -> list[str]:
    """Make both views of a workspace, or make them anew. Returns their names.

    Raises Conflict where a name is taken by something else, where the view is being read for long, or where views of
    somebody else's stand on a column that is gone.
    """
    workspace = Workspace.objects.get(pk=workspace.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"views of {workspace.app_id}"])
    return [_make(workspace, about) for about in NAMES]


def _make(workspace: Workspace, about: str) -> str:
    name = view_name(workspace, about)
    is_ours, grants = _standing(name)
    if is_ours is False:
        raise Conflict(f"{name} is the name of something else in the database; rename that, or do without the view.")
    try:
        try:
            with transaction.atomic():
                _execute_view("CREATE OR REPLACE VIEW", workspace, about, name)
        except ProgrammingError as error:
            if not isinstance(error.__cause__, errors.InvalidTableDefinition):
                raise
            _replace(workspace, about, name, grants)  # columns went, or are of another type
    except DatabaseError as error:
        raise _explained(error, name) from error
    return name


def _replace(workspace: Workspace, about: str, name: str, grants: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW {quoted(name)}")
        _execute_view("CREATE VIEW", workspace, about, name)
        for grant in grants:
            cursor.execute(grant)


def _execute_view(create: str, workspace: Workspace, about: str, name: str) -> None:
    catalogue = catalogue_of(workspace, about)
    # in the order in which they were made, so that most changes only add a column at the end
    names = column_names(catalogue.by_key.values())
    shown = [definition for definition in catalogue.by_key.values() if not definition.archived]
    columns = ", ".join(quoted(names[definition.key]) for definition in shown)
    records = model_of(about).objects.of(workspace).listed().order_by()
    query, parameters = records.values_list(*map(Value, shown)).query.sql_with_params()
    # without the barrier a cheap function in a reader's WHERE would see the rows of other workspaces
    head = f"{create} {quoted(name)} ({columns}) WITH (security_barrier) AS ".replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(head + query, parameters)
        cursor.execute(f"COMMENT ON VIEW {quoted(name)} IS %s", [f"{MARK}{workspace.attributes_version}"])


def _standing(name: str) -> tuple[bool | None, list[str]]:
    """Whether the name is a view of ours, something else (False) or nothing (None); and the grants on it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT oid, coalesce(obj_description(oid, 'pg_class') LIKE %s, false)
            FROM pg_class WHERE relname = %s AND relnamespace = current_schema()::regnamespace
            """,
            [f"{MARK}%", name],
        )
        found = cursor.fetchone()
        if found is None:
            return None, []
        cursor.execute(
            """
            SELECT format(
                'GRANT %%s ON %%I TO %%s', privilege_type, relname,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
            )
            FROM pg_class, aclexplode(relacl) WHERE oid = %s AND grantee <> relowner
            """,
            [found[0]],
        )
        return found[1], [grant for (grant,) in cursor.fetchall()]


def _explained(error: Exception, name: str) -> Exception:
    cause = error.__cause__
    if isinstance(cause, errors.LockNotAvailable):
        return Conflict(f"{name} is being read just now; try again when that is over.")
    if isinstance(cause, errors.DependentObjectsStillExist):
        return Conflict(f"{name} has lost a column, and other views stand on it: drop those first.")
    if isinstance(cause, errors.InsufficientPrivilege):
        return Conflict(f"This database user may not make {name}: GRANT CREATE ON SCHEMA public to it.")
    return error


# ---- following the attributes ----------------------------------------------------------------------------------------


def versions() -> dict[str, str]:
    """Every view of ours, by name, with the version of the attributes that it shows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
            WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace
              AND obj_description(oid, 'pg_class') LIKE %s
            """,
            [f"{MARK}%"],
        )
        return {name: comment.removeprefix(MARK) for name, comment in cursor.fetchall()}


def follow(workspace: Workspace) -> None:
    """Have a worker make a workspace's views anew, where it has any, once this transaction is committed."""
    from .tasks import refresh_readable_views

    def send() -> None:
        try:
            refresh_readable_views.delay()
        except QueueError:
            log.warning("The queue did not answer; the views of %s wait for the next round.", workspace.app_id)

    if view_name(workspace, "person") in versions():
        transaction.on_commit(send)


def refresh() -> list[str]:
    """Make the views anew that show attributes as they no longer are. What cannot be made now is tried next time."""
    stand = versions()
    made: list[str] = []
    for workspace in Workspace.objects.filter(app_id__in={name.partition("_")[2] for name in stand}):
        shown = {stand.get(view_name(workspace, about)) for about in NAMES}
        if shown == {str(workspace.attributes_version)}:
            continue
        try:
            made += make(workspace)
        except Conflict as conflict:
            log.warning("%s", conflict.message)
    return made
