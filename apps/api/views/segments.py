"""Segments, read and never made here (SEG-10)."""

from collections.abc import Mapping

from apps.people.models import Person
from apps.segments import counting
from apps.segments.membership import badges_of_each
from apps.segments.standing import all_of, questions
from apps.workspace.patience import OutOfPatience

from .. import replying, segment_ids
from ..calls import Answer, Call
from ..finding import find_contact, no_such_resource
from ..paging import WITHIN
from ..reading import said_true

ABOUTS = ("person", "company")


def list_segments(call: Call) -> Answer:
    """GET /segments: those of people, with their counts where that is asked."""
    counts = _counts(call) if said_true(call.query.get("include_count")) else {}
    found = all_of(call.workspace, Person.about)
    segments = [replying.segment(call, one, counts.get(one.slug)) for one in found]
    return {"type": "segment.list", "segments": segments, "pages": {}}


def _counts(call: Call) -> Mapping[str, int]:
    """How many are in each: exactly; about as many where that takes too long. One that cannot be asked has none."""
    asked, _ = questions(call.workspace, Person.about, replying.moment_of(call))
    people = Person.objects.of(call.workspace).listed()
    try:
        counts = counting.exact_counts(people, asked, WITHIN)
    except OutOfPatience:
        counts = counting.quick_counts(people, asked)
    return {slug: count.number for slug, count in counts.items()}


def show_segment(call: Call, segment_id: str) -> Answer:
    """GET /segments/{id}: of people, or of companies."""
    for about in ABOUTS:
        if standing := segment_ids.find(call.workspace, about, segment_id):
            return replying.segment(call, standing)
    raise no_such_resource()


def list_contact_segments(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}/segments."""
    person = find_contact(call, contact_id)
    inside = badges_of_each(Person, call.workspace, [person.pk], replying.moment_of(call))[person.pk]
    return replying.listed(replying.segment(call, one) for one in inside)
