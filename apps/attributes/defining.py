"""The only writer of attribute definitions: make, change, archive, bring back (ATT-10…17, 21…31, 39…44)."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.jobs import UNDER_WAY
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Dependants

from . import columns, readable
from .keys import check_name, rewritten
from .kinds import KINDS, LONGEST_TEXT, OFFERED, Kind, inferred
from .limits import check_room, in_use
from .models import Attribute, ColumnClearance, OptionRename, TypeChange
from .reports import Reason, Refusal
from .sources import Source
from .standard import is_standard_name
from .usage import uses_of

OTHER = {"person": "company", "company": "person"}
MOST_OPTIONS = 500
OFFERED_KINDS = {kind.name for kind in OFFERED}


class NameTaken(Refusal):
    """The name is that of another attribute, of people or of companies (ATT-11)."""

    def __init__(self, mine: str, theirs: str) -> None:
        self.remedy = f"{theirs} data. To save this as new {mine} data, use a different name."
        super().__init__(Reason.INVALID, f"is already in your {self.remedy}")


@transaction.atomic
def define(
    workspace: Workspace,
    about: str,
    name: str,
    kind: str,
    *,
    source: Source,
    by: Hand,
    now: datetime,
    description: str = "",
    options: Sequence[str] = (),
    protected: bool = False,
) -> Attribute:
    """Make a custom attribute (ATT-14). It starts unknown for everyone (ATT-15).

    REST refuses a bad name; everybody else's is rewritten with underscores (ATT-29, ATT-30).
    Raises Refusal with the reason why it cannot be made.
    """
    lock_definitions(workspace)
    if source is Source.REST:
        check_name(name)
    name = rewritten(name)
    check_free(workspace, about, name)
    if kind not in OFFERED_KINDS:
        raise Refusal(Reason.INVALID, "has a type that is not one of " + ", ".join(k.label for k in OFFERED))
    check_room(workspace)
    attribute = _add(workspace, about, name, KINDS[kind], source, by, now, _free_columns(workspace, about))
    attribute.description = description.strip()
    attribute.options = checked_options(options) if kind == "list" else []
    attribute.messenger_protected = protected and about == "person"
    attribute.save()
    _renew(workspace)
    record(Activity.ATTRIBUTE_CREATION, workspace=workspace, by=by, now=now, attribute=name, about=about)
    return attribute


@transaction.atomic
def define_missing(
    workspace: Workspace, wanted: dict[str, Any], source: Source, by: Hand, now: datetime
) -> dict[str, Refusal]:
    """Make people's attributes for a ping's unknown keys, of the kind that the value shows (ATT-21, ATT-24).

    Returns the refusals of those that cannot be made: one bad key never sinks the others (MSG-13).
    """
    lock_definitions(workspace)
    refused: dict[str, Refusal] = {}
    existing = set(Attribute.objects.filter(workspace=workspace, about="person").values_list("name", flat=True))
    used = in_use(workspace)
    free = _free_columns(workspace, "person")
    made: list[Attribute] = []
    for name, raw in wanted.items():
        if name in existing:  # somebody else's ping was faster
            continue
        try:
            kind = inferred(name, raw)
            check_room(workspace, used + len(made))
            made.append(_add(workspace, "person", name, kind, source, by, now, free))
        except Refusal as refusal:
            refused[name] = refusal
    Attribute.objects.bulk_create(made)
    if made:
        _renew(workspace)
        for attribute in made:
            record(
                Activity.ATTRIBUTE_CREATION,
                workspace=workspace,
                by=by,
                now=now,
                attribute=attribute.name,
                about="person",
            )
    return refused


@transaction.atomic
def edit(
    attribute: Attribute,
    *,
    by: Hand,
    now: datetime,
    description: str | None = None,
    options: Sequence[str] | None = None,
    protected: bool | None = None,
) -> Attribute:
    """Change what may be changed; what is not given stays (ATT-17, MSG-06).

    Raises Conflict for the options of an attribute whose type is being changed.
    """
    attribute = _locked(attribute)
    if description is not None:
        attribute.description = description.strip()
    if options is not None and attribute.kind == "list":
        check_unchanging(attribute)
        attribute.options = checked_options(options)
    if protected is not None and attribute.about == "person" and protected != attribute.messenger_protected:
        attribute.messenger_protected = protected
        record(
            Activity.ATTRIBUTE_PROTECTION,
            workspace=attribute.workspace,
            by=by,
            now=now,
            attribute=attribute.name,
            protected=protected,
        )
    announce(attribute, now)
    record(Activity.ATTRIBUTE_CHANGE, workspace=attribute.workspace, by=by, now=now, attribute=attribute.name)
    return attribute


@transaction.atomic
def archive(attribute: Attribute, *, by: Hand, now: datetime) -> Attribute:
    """Take an attribute out of use; its values are kept, hidden (ATT-40, ATT-43).

    Raises Dependants naming what still uses it (ATT-42), Conflict while its type changes.
    """
    attribute = _locked(attribute)
    if attribute.archived_at:
        return attribute
    check_unchanging(attribute)
    if uses := uses_of(attribute):
        raise Dependants("Used by " + ", ".join(uses) + ". Remove it there first.")
    attribute.archived_at = now
    announce(attribute, now)
    record(Activity.ATTRIBUTE_ARCHIVAL, workspace=attribute.workspace, by=by, now=now, attribute=attribute.name)
    return attribute


@transaction.atomic
def unarchive(attribute: Attribute, *, by: Hand, now: datetime) -> Attribute:
    """Bring an attribute back with its earlier values (ATT-41). Raises Refusal at the limit (ATT-44)."""
    attribute = _locked(attribute)
    if not attribute.archived_at:
        return attribute
    check_room(attribute.workspace)
    attribute.archived_at = None
    announce(attribute, now)
    record(Activity.ATTRIBUTE_UNARCHIVAL, workspace=attribute.workspace, by=by, now=now, attribute=attribute.name)
    return attribute


def checked_options(options: Iterable[str]) -> list[str]:
    """A list's options, trimmed, each once. Raises Refusal for fewer than two (ATT-56) or one that is too long."""
    unique = list(dict.fromkeys(option.strip() for option in options if option.strip()))
    if len(unique) < 2:
        raise Refusal(Reason.INVALID, "needs at least two options")
    if len(unique) > MOST_OPTIONS:
        raise Refusal(Reason.LIMIT, f"has {len(unique)} options; a list has at most {MOST_OPTIONS}")
    if any("\x00" in option for option in unique):
        raise Refusal(Reason.INVALID, "has an option with a NUL character in it")
    if any(len(option) > LONGEST_TEXT for option in unique):
        raise Refusal(Reason.TOO_LONG, f"has an option of more than {LONGEST_TEXT} characters")
    return unique


def check_unchanging(attribute: Attribute) -> None:
    """Raises Conflict while the attribute's type, or the values of an option, change. Lock the definitions before."""
    if TypeChange.objects.filter(attribute=attribute, swapped_at=None, finished_at=None).exists():
        raise Conflict(f"{attribute.name}'s type is being changed. Wait until that is done, or stop it.")
    if OptionRename.objects.filter(attribute=attribute, finished_at=None).exists():
        raise Conflict(f"An option of {attribute.name} is being renamed. Wait until that is done, or stop it.")


def check_free(workspace: Workspace, about: str, name: str) -> None:
    """Raises Refusal when a name is a standard attribute's or already given (ATT-10, ATT-11)."""
    if is_standard_name(about, name):
        raise Refusal(Reason.RESERVED, "is one of our standard attributes; use a different name")
    taken = set(Attribute.objects.filter(workspace=workspace, name=name).values_list("about", flat=True))
    for model in (about, OTHER[about]):  # ATT-11
        if model in taken:
            mine = "people" if about == "person" else "company"
            theirs = "people" if model == "person" else "company"
            raise NameTaken(mine, theirs)


def _free_columns(workspace: Workspace, about: str) -> dict[str, list[str]]:
    """The columns that nothing uses, by type, lowest first."""
    ours = Attribute.objects.filter(workspace=workspace, about=about)
    clearing = ColumnClearance.objects.filter(workspace=workspace, about=about, state__in=UNDER_WAY)
    taken = {name for pair in ours.values_list("column", "shadow_column") for name in pair}
    taken.update(clearing.values_list("column", flat=True))
    return {
        column_type: [name for name in columns.names(column_type) if name not in taken]
        for column_type in columns.SUPPLY
    }


def _add(
    workspace: Workspace,
    about: str,
    name: str,
    kind: Kind,
    source: Source,
    by: Hand,
    now: datetime,
    free: dict[str, list[str]],
) -> Attribute:
    return Attribute(
        workspace=workspace,
        about=about,
        name=name,
        kind=kind.name,
        column=_take(free, kind),
        created_at=now,
        updated_at=now,
        created_by_id=by.teammate_id,
        created_from=source,
    )


def free_column(workspace: Workspace, about: str, kind: Kind) -> str:
    """A column for values of a kind. Raises Refusal when all are taken."""
    return _take(_free_columns(workspace, about), kind)


def _take(free: dict[str, list[str]], kind: Kind) -> str:
    if not free[kind.column]:
        raise Refusal(
            Reason.LIMIT,
            f"cannot be added: all {columns.SUPPLY[kind.column]} columns for {kind.label} values are taken, "
            "archived attributes included. Use another type.",
        )
    return free[kind.column].pop(0)


def lock_definitions(workspace: Workspace) -> None:
    """One definition at a time: the limit and the columns are counted, so they are counted alone.

    Whoever waited here learns that the catalogue changed meanwhile. People who are made at the same time do not wait.
    """
    locked = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    workspace.attributes_version = locked.attributes_version


def _locked(attribute: Attribute) -> Attribute:
    lock_definitions(attribute.workspace)
    return Attribute.objects.select_related("workspace").get(pk=attribute.pk)


def announce(attribute: Attribute, now: datetime) -> None:
    """Save a definition and let every catalogue know. Lock the definitions before."""
    attribute.updated_at = now
    attribute.save()
    _renew(attribute.workspace)


def _renew(workspace: Workspace) -> None:
    workspace.attributes_version = uuid.uuid4()
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version=workspace.attributes_version)
    readable.follow(workspace)
