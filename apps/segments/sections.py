"""The segments of a record on its page: badges in the head, and a section that says what each of them asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.functional import cached_property

from apps.attributes.models import Attributed
from apps.attributes.sections import Context, RecordPage, Section
from apps.workspace.clock import now

from .comparisons import Moment
from .membership import badges
from .standing import Standing
from .wording import said


@dataclass(frozen=True)
class Entry:
    """One segment that a record is in."""

    standing: Standing
    url: str
    words: str


class InSegments(RecordPage):
    """A record's page that knows the segments which the record is in."""

    @cached_property
    def memberships(self) -> Sequence[Entry]:
        """The segments that the record is in just now: one query for the badges and the section alike."""
        return memberships_of(self.record)


def memberships_of(record: Attributed) -> list[Entry]:
    workspace = record.workspace
    worn = badges(record, Moment(now(), workspace.zone))
    return [Entry(one, one.page(workspace), said(workspace, one.about, one.filter)) for one in worn]


def section(profile: InSegments) -> Context:
    return {"memberships": profile.memberships, "record": profile.record}


def echo(profile: InSegments) -> list[str]:
    """Badges and section again, where a value was edited: another one may let the record in or out (UPD-05)."""
    context = {"memberships": profile.memberships, "oob": True, "shown": section(profile)}
    parts = ("segments/_badges.html", "segments/_section.html")
    return [render_to_string(part, context, profile.request) for part in parts]


SEGMENTS = Section(
    40, "segments", "Segments", "segments/_section.html", section, actions="segments/_section_actions.html"
)
