"""The only writer of segments: save, rename, ask something else, delete (SEG-01, SEG-02, SEG-06…09).

Each holds the workspace's definitions, as archiving an attribute does: what a filter asks for is still there when it
is saved, and no two segments come to ask for each other.
"""

import unicodedata
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.attributes.defining import lock_definitions
from apps.attributes.kinds import LONE_SURROGATE
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Dependants, Forbidden, Missing, Problem

from . import language, nesting
from .comparisons import Moment
from .compiling import compiled
from .fitting import fitting
from .language import Condition, Filter, Group
from .models import LONGEST_NAME, Segment
from .predefined import own_of
from .standing import Standing, book_of
from .usage import users_of

MOST_SEGMENTS = 500  # of people, and of companies: a page asks about all of them at once
NEW = "new"


@transaction.atomic
def create(workspace: Workspace, about: str, name: object, asked: Filter, *, by: Hand, now: datetime) -> Segment:
    """Save a filter under a name (SEG-02). Raises Problem at the field `name` or `filter`."""
    _lock(workspace)
    if Segment.objects.filter(workspace=workspace, about=about).count() >= MOST_SEGMENTS:
        raise Problem(f"There are {MOST_SEGMENTS} segments already. Delete one that nobody needs.", field="name")
    segment = Segment(workspace=workspace, about=about, created_at=now, updated_at=now, created_by_id=by.teammate_id)
    segment.name = _checked_name(segment, name)
    segment.filter = language.written(_checked_filter(segment, asked, now))
    segment.save()
    _announce(segment, Activity.SEGMENT_CREATION, by, now, name=segment.name)
    return segment


@transaction.atomic
def rename(segment: Segment, name: object, *, by: Hand, now: datetime) -> Segment:
    """Raises Problem at the field `name`, and Conflict where another one has it (SEG-07)."""
    segment = _locked(segment)
    before, segment.name = segment.name, _checked_name(segment, name)
    if segment.name != before:
        segment.updated_at = now
        segment.save(update_fields=["name", "updated_at"])
        _announce(segment, Activity.SEGMENT_CHANGE, by, now, before=before, after=segment.name)
    return segment


@transaction.atomic
def edit(segment: Segment, asked: Filter, *, by: Hand, now: datetime) -> Segment:
    """Have it ask for somebody else (SEG-06). Raises Problem at the field `filter`."""
    segment = _locked(segment)
    before, segment.filter = segment.filter, language.written(_checked_filter(segment, asked, now))
    if segment.filter != before:
        segment.updated_at = now
        segment.save(update_fields=["filter", "updated_at"])
        _announce(segment, Activity.SEGMENT_CHANGE, by, now, name=segment.name, change="filter")
    return segment


@transaction.atomic
def delete(segment: Segment, *, by: Hand, now: datetime) -> None:
    """Those who are in it stay as they are (SEG-09). Raises Dependants naming the segments that ask for it (SEG-08)."""
    segment = _locked(segment)
    if users := users_of(segment.workspace, nesting.ADDRESS, segment.pk):
        raise Dependants(f"Used by {_counted('segment', users)}. Have {_it(users)} ask for something else first.")
    _announce(segment, Activity.SEGMENT_DELETION, by, now, name=segment.name)
    segment.delete()


def own(standing: Standing) -> Segment:
    """The saved segment behind one. Raises Forbidden for a predefined one (SEG-06)."""
    if standing.segment is None:
        raise Forbidden(f"{standing.name} is there for everybody and cannot be changed. Save its filter as a new one.")
    return standing.segment


def _counted(noun: str, names: list[str]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''}: {', '.join(names)}"


def _it(names: list[str]) -> str:
    return "them" if len(names) > 1 else "it"


# ---- one at a time ---------------------------------------------------------------------------------------------------


def _lock(workspace: Workspace) -> None:
    lock_definitions(workspace)
    workspace.refresh_from_db(fields=["segments_version"])


def _locked(segment: Segment) -> Segment:
    _lock(segment.workspace)
    found = Segment.objects.filter(workspace_id=segment.workspace_id, pk=segment.pk).first()
    if found is None:
        raise Missing("This segment was deleted meanwhile.")
    found.workspace = segment.workspace
    return found


def _announce(segment: Segment, activity: Activity, by: Hand, now: datetime, **said: str) -> None:
    """Let every kept copy know, and the activity log."""
    workspace = segment.workspace
    workspace.segments_version = uuid.uuid4()
    Workspace.objects.filter(pk=workspace.pk).update(segments_version=workspace.segments_version)
    record(activity, workspace=workspace, by=by, now=now, segment=segment.pk, about=segment.about, **said)


# ---- names -----------------------------------------------------------------------------------------------------------


def _checked_name(segment: Segment, raw: object) -> str:
    """Trimmed, one blank between words, and free (SEG-07)."""
    text = raw if isinstance(raw, str) else ""
    if "\x00" in text or LONE_SURROGATE.search(text):
        raise Problem("The name has a character in it that cannot be kept; take it out.", field="name")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise Problem("Enter a name for the segment.", field="name")
    if len(name) > LONGEST_NAME:
        raise Problem(f"A name has at most {LONGEST_NAME} characters; this one has {len(name):,}.", field="name")
    if holder := _holder(segment, name):
        raise Conflict(f"There is a segment “{holder}” already. Use another name.", field="name")
    return name


def _holder(segment: Segment, name: str) -> str | None:
    """The name of the segment that has it already, in whatever case."""
    taken = {one.name.lower(): one.name for one in own_of(segment.about).segments}
    if found := taken.get(name.lower()):
        return found
    others = Segment.objects.filter(workspace=segment.workspace, about=segment.about).exclude(pk=segment.pk)
    holder = others.alias(lower=Lower("name")).filter(lower=Lower(Value(name))).first()
    return holder.name if holder else None


# ---- filters ---------------------------------------------------------------------------------------------------------


def _checked_filter(segment: Segment, asked: Filter, now: datetime) -> Filter:
    """The filter with its values as they are read. Raises Problem where it asks nothing, or cannot be asked."""
    workspace, about = segment.workspace, segment.about
    if not asked:
        raise Problem("This filter asks nothing, so everybody would be in. Add a filter first.", field="filter")
    try:
        read = Filter(tuple(_read(workspace, about, group) for group in asked.groups), asked.any)
        compiled(workspace, about, read, Moment(now, workspace.zone))
    except language.Unreadable as problem:
        problem.field = "filter"
        raise
    _check_nesting(segment, read)
    return read


def _read(workspace: Workspace, about: str, group: Group) -> Group:
    good = (fitting(workspace, about, condition) for condition in group.conditions)
    return Group(tuple(Condition(one.field.address, one.comparison.name, one.value) for one in good), group.any)


def _check_nesting(segment: Segment, asked: Filter) -> None:
    """Raises Problem where segments would ask for each other in a ring, or too deep, or for too much."""
    slug = str(segment.pk or NEW)
    book = book_of(segment.workspace, segment.about)
    filters = {**book.filters, slug: asked}
    if ring := nesting.way_back(filters, slug):
        names = " → ".join(segment.name if one == slug else book.by_slug[one].name for one in ring)
        raise Problem(f"A segment cannot ask for itself: {names}.", field="filter")
    if max(nesting.depths(filters).values()) > nesting.DEEPEST:
        raise Problem(f"Segments can ask for one another {nesting.DEEPEST} deep, and no deeper.", field="filter")
    if max(nesting.conditions(filters).values()) > nesting.MOST_CONDITIONS:
        most = f"{nesting.MOST_CONDITIONS} conditions"
        raise Problem(f"With the segments that it asks for, a segment comes to at most {most}.", field="filter")
