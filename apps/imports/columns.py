"""What each column of a file is: an attribute, a new attribute, or nothing (IMP-03, IMP-18…20).

A guess is a suggestion alone; nothing is imported before a teammate has confirmed every column.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Catalogue, Definition
from apps.attributes.keys import rewritten
from apps.attributes.kinds import OFFERED
from apps.attributes.sources import Source
from apps.attributes.standard import OTHER_LABELS, STANDARD
from apps.people.models import Role
from apps.workspace.models import Workspace

from .models import Import, RememberedColumns
from .scanning import NOTHING_YET, suggested

IGNORED, KNOWN, NEW = "ignored", "known", "new"
IDENTIFIERS = {Role.USER.value: ("external_id", "email"), Role.LEAD.value: ("email",)}  # IMP-06, IMP-09
NEW_KINDS = [(kind.name, kind.label) for kind in OFFERED if kind.name != "list"]  # a list needs its options first
# headers, in lower case, that mean a standard attribute (IMP-18)
USUAL = {
    "email": "email",
    "user_id": "external_id",
    "user id": "external_id",
    "name": "name",
    "phone": "phone",
    "signed_up": "signed_up_at",
    "signed up": "signed_up_at",
    "unsubscribed from emails": "unsubscribed_from_emails",
}
ZONE = re.compile(r" \([A-Za-z0-9+:/_-]{1,40}\)$")  # "Signed up (EST)", as an export says it
COMPANY = re.compile(r"compan(y|ies)\b|company[_ -]?\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is: `key` of a known attribute, or `key` (its name) and `kind` of a new one."""

    what: str
    key: str = ""
    kind: str = ""

    @property
    def choice(self) -> str:
        """As the form's menu has it."""
        return f"{KNOWN}:{self.key}" if self.what == KNOWN else self.what


IGNORE = Column(IGNORED)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column may be; None: the teammate has to say. `why` says why it was set to be ignored."""

    column: Column | None
    why: str = ""


def columns_of(upload: Import) -> list[Column]:
    return [Column(**column) for column in upload.columns]


def kept(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """As an import keeps them."""
    return [asdict(column) for column in columns]


def targets(known: Catalogue, role: str) -> list[Definition]:
    """What a file of users or leads can fill: nothing of a company (IMP-04), and no user ID of leads (IMP-09)."""
    fillable = [d for d in known.active if Source.CSV in d.writable]
    return [d for d in fillable if role == Role.USER or d.key != "external_id"]


def title(headers: Sequence[str], place: int) -> str:
    """What a column is called; one without a header by its place."""
    return headers[place] or f"Column {place + 1}"


# ---- guessing --------------------------------------------------------------------------------------------------------


def guesses(upload: Import) -> list[Guess]:
    """For each column what it was the last time that such a file was imported, else what its header says."""
    known = catalogue_of(upload.workspace, "person")
    fillable = {definition.key: definition for definition in targets(known, upload.role)}
    remembered = _remembered(upload)
    taken: set[str] = set()
    found: list[Guess] = []
    for place, header in enumerate(upload.headers):
        if remembered:
            guess = _as_last_time(remembered[place], fillable)
        elif not header and upload.seen[place : place + 1] == [NOTHING_YET]:
            guess = Guess(IGNORE, "The column is empty.")
        else:
            guess = _guess(header, fillable, upload.role)
        key = guess.column.key if guess.column else ""
        if key in taken:
            guess = Guess(None)
        elif key:
            taken.add(key)
        found.append(guess)
    return found


def _as_last_time(column: Column, fillable: dict[str, Definition]) -> Guess:
    """What was new then is known now, unless it was archived since."""
    if column.what == IGNORED:
        return Guess(IGNORE)
    return Guess(Column(KNOWN, column.key) if column.key in fillable else None)


def _guess(header: str, fillable: dict[str, Definition], role: str) -> Guess:
    base = ZONE.sub("", header)
    for name in dict.fromkeys((header, base)):
        key = USUAL.get(name.lower()) or (name if name in fillable and fillable[name].custom else "")
        definition = fillable.get(key)
        if definition and (name == header or definition.kind.name == "date"):
            return Guess(Column(KNOWN, key))
    if why := _why_not(header, base, role):
        return Guess(IGNORE, why)
    return Guess(None)


def _why_not(header: str, base: str, role: str) -> str:
    """Why a column can be nothing at all; empty where it may be."""
    if is_of_a_company(header):
        return "Company data can't be imported by CSV."
    if USUAL.get(header.lower()) == "external_id" and role == Role.LEAD:
        return "Leads have no user ID."
    if base.lower() in PLATFORM_SETS:
        return "The platform sets this itself; a file cannot."
    return ""


def _platform_sets() -> frozenset[str]:
    set_by_others = [d for d in STANDARD["person"] if Source.CSV not in d.writable]
    return frozenset({d.label.lower() for d in set_by_others} | {label.lower() for label in OTHER_LABELS["person"]})


PLATFORM_SETS = _platform_sets()


def is_of_a_company(header: str) -> bool:
    """Whether a column tells of a company (IMP-04, D-26)."""
    return bool(COMPANY.match(header.strip()))


def new_column(header: str, letters: str) -> Column:
    """The attribute that would be made of a column."""
    return Column(NEW, header, suggested(header, letters))


# ---- remembering -----------------------------------------------------------------------------------------------------


def headers_hash(headers: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(headers).encode()).hexdigest()


def remember(upload: Import, at: Any) -> None:
    """Keep what the columns were, for the next file with these headers."""
    RememberedColumns.objects.update_or_create(
        workspace=upload.workspace,
        role=upload.role,
        headers_hash=headers_hash(upload.headers),
        defaults={"columns": upload.columns, "at": at},
    )


def _remembered(upload: Import) -> list[Column] | None:
    found = RememberedColumns.objects.filter(
        workspace=upload.workspace, role=upload.role, headers_hash=headers_hash(upload.headers)
    ).first()
    return [Column(**column) for column in found.columns] if found else None


def fits(workspace: Workspace, columns: Sequence[Column]) -> str:
    """What of the columns cannot be done any more, in words: an attribute archived since. Empty: all is well."""
    known = catalogue_of(workspace, "person")
    for column in columns:
        definition = known.get(column.key) if column.what == KNOWN else None
        if column.what == KNOWN and (definition is None or definition.archived):
            return f"{column.key} was archived meanwhile. Choose another attribute for its column."
    return ""


def ground(upload: Import) -> str:
    """What a preview stands upon beside the file and the people: the types of the attributes that are filled, the names
    that are free, the clocks by which dates are read. Where it is another one, other things would be done."""
    workspace = upload.workspace
    known = catalogue_of(workspace, "person")
    filled = [column for column in columns_of(upload) if column.what != IGNORED]
    stands = [_stands(one, known.get(rewritten(one.key) if one.what == NEW else one.key)) for one in filled]
    return hashlib.sha256(json.dumps([workspace.timezone, stands]).encode()).hexdigest()


def _stands(column: Column, definition: Definition | None) -> list[Any]:
    if definition is None:
        return [column.what, column.key, column.kind]
    return [column.what, column.key, definition.pk, definition.kind.name, definition.options, definition.archived]
