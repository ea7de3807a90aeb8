"""What would have let a refused value in, and whether that has happened since (BEY-02)."""

from enum import StrEnum

import orjson

from apps.workspace.models import Workspace

from .definitions import Definition
from .keys import rewritten
from .kinds import KINDS, LONGEST_TEXT, Kind, Setting, inferred
from .models import RefusedWrite
from .reports import Reason, Refusal
from .sources import Source
from .standard import is_standard_name

NO_SUCH_KEY = {Reason.UNKNOWN, Reason.NOT_CREATED, Reason.LIMIT}
DOES_NOT_FIT = {Reason.INVALID, Reason.TOO_LARGE, Reason.NOT_AN_OPTION}


class Remedy(StrEnum):
    """One thing that a teammate can do so that the next value like this is taken."""

    ACCEPT = "accept"
    ADD_OPTION = "add-option"
    RETYPE = "retype"
    ALLOW = "allow"
    ALLOW_COMPANIES = "allow-companies"
    UNARCHIVE = "unarchive"
    SEE_VALUE = "see-value"


def remedies_of(line: RefusedWrite, definition: Definition | None, workspace: Workspace) -> list[Remedy]:
    """What can be done about a refusal as things stand now, the nearest first."""
    reason = Reason(line.reason)
    if definition is None:
        return _without_attribute(line, reason, workspace)
    if not definition.custom or since(line, definition, workspace):
        return [Remedy.SEE_VALUE] if reason is Reason.YIELDED else []
    if definition.archived:
        return [Remedy.UNARCHIVE]
    if reason in DOES_NOT_FIT:
        return _for_a_misfit(line, definition)
    return {Reason.PROTECTED: [Remedy.ALLOW], Reason.YIELDED: [Remedy.SEE_VALUE]}.get(reason, [])


def _without_attribute(line: RefusedWrite, reason: Reason, workspace: Workspace) -> list[Remedy]:
    if reason in NO_SUCH_KEY and not is_standard_name(line.about, line.key) and _is_name(line.key):
        return [Remedy.ACCEPT]
    if reason is Reason.PROTECTED and not workspace.messenger_updates_companies:  # a ping's company (MSG-09)
        return [Remedy.ALLOW_COMPANIES]
    return []


def _is_name(key: str) -> bool:
    try:
        return bool(rewritten(key))
    except Refusal:
        return False


def _for_a_misfit(line: RefusedWrite, definition: Definition) -> list[Remedy]:
    if definition.kind.column == "text" and definition.kind.name != "list":
        return []  # what no text can hold, nothing can
    can_be_added = line.reason == Reason.NOT_AN_OPTION and _is_option(line.raw)
    return [Remedy.ADD_OPTION, Remedy.RETYPE] if can_be_added else [Remedy.RETYPE]


def _is_option(raw: str) -> bool:
    """Whether it can be an option as it was sent: options are kept without outer spaces, each on a line."""
    return bool(raw) and raw == raw.strip() and len(raw.splitlines()) == 1


def since(line: RefusedWrite, definition: Definition | None, workspace: Workspace) -> str:
    """What has happened since, in words, where the same value would be taken now; else nothing."""
    if definition is None or definition.archived:
        return ""
    reason = Reason(line.reason)
    if reason in NO_SUCH_KEY:
        return "The key is accepted now."
    if reason is Reason.ARCHIVED:
        return "Unarchived since."
    if reason is Reason.PROTECTED and not definition.protected:
        return "The Messenger may write it now."
    if reason in DOES_NOT_FIT and definition.custom and _fits(line, definition, workspace):
        return "It would be taken now."
    return ""


def _fits(line: RefusedWrite, definition: Definition, workspace: Workspace) -> bool:
    if line.redacted_at or len(line.raw) >= LONGEST_TEXT:  # gone, or perhaps only its beginning
        return False
    setting = Setting(Source(line.source), workspace.zone, definition.options)
    try:
        definition.kind.clean(sent(line.raw), setting)
    except Refusal:
        return False
    return True


def sent(raw: str) -> object:
    """What was sent, as near as its text tells: numbers, true and false are written like text that looks so."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw


def kind_for(line: RefusedWrite) -> Kind:
    """The kind that a refused value suggests for its key (ATT-24, ATT-25)."""
    value = sent(line.raw)
    try:
        return inferred(line.key, line.raw if value is None else value)
    except Refusal:
        return KINDS["text"]
