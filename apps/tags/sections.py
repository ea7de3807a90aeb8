"""The sections Tags and Notes of a record's page. The floors above put them on people's and companies' pages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apps.attributes.models import Attributed
from apps.attributes.paging import Place
from apps.attributes.sections import Context, RecordPage, Section, Sections
from apps.segments import sections as segments
from apps.segments.sections import InSegments
from apps.workspace.models import Seat
from apps.workspace.pages import PageRequest
from apps.workspace.permissions import Grant, can

from . import noting
from .inventory import carriers_url
from .models import Note, Tagging
from .tagging import tags_of


@dataclass(frozen=True, slots=True)
class Chip:
    """One tag of a record, and the list of everybody else who carries it."""

    tagging: Tagging
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One note, and whether it is this teammate's to change (NOTE-01)."""

    note: Note
    may_change: bool


def tags(profile: RecordPage) -> Context:
    """The chips, by name."""
    record, seat = profile.record, profile.seat
    shown = [Chip(tagging, carriers_url(record.workspace, tagging.tag_id, record.about)) for tagging in tags_of(record)]
    return {"record": record, "chips": shown, "count": len(shown), "may_tag": can(seat, Grant.MANAGE_TAGS)}


def notes(profile: RecordPage) -> Context:
    """The newest notes."""
    return {"count": noting.notes_of(profile.record).count(), **part(profile.request, profile.record)}


def part(request: PageRequest, record: Attributed, after: Place | None = None) -> dict[str, object]:
    """Some notes and the place where the next ones begin."""
    page = noting.page(record, after)
    return {
        "record": record,
        "entries": [entry(note, request.seat) for note in page.rows],
        "next": page.after,
        "may_note": may_note(request.seat),
    }


def entry(note: Note, seat: Seat) -> Entry:
    return Entry(note, may_note(seat) and noting.is_own(note, seat.teammate_id))


def may_note(seat: Seat) -> bool:
    return can(seat, Grant.EDIT_DATA)


TAGS = Section(25, "tags", "Tags", "tags/_tags.html", tags, aside=True)
NOTES = Section(60, "notes", "Notes", "tags/_notes.html", notes)

_own = Sections()
_own.register(TAGS)
_own.register(NOTES)


def fragment(slug: str, request: PageRequest, record: Attributed, *, oob: bool = False, **more: Any) -> str:
    """One of the two sections alone, for htmx."""
    return _own.fragment(slug, RecordPage(request, record), oob=oob, **more)


def echo(request: PageRequest, record: Attributed) -> list[str]:
    """The segments of a record whose tags changed: another one may have let it in or out (SEG-05, UPD-05)."""
    is_its_page = urlsplit(request.htmx.current_url_abs_path or "").path == record.page()
    return segments.echo(InSegments(request, record)) if is_its_page else []
