"""People in what teammates asked for: the filter of a segment, the search behind a bulk change.

Where a filter asks for somebody by name, it asks for nobody from then on: who is deleted was the one whom it found. A
company or a city that is called as somebody is is left alone.
"""

import uuid
from collections import Counter
from typing import Any

from django.db import transaction

from apps.attributes.models import About
from apps.bulk.models import BulkChange, Former
from apps.segments.models import Segment
from apps.workspace.models import Workspace

from .reach import Going, names_taken_out

OF_THEMSELVES = frozenset({"name", "first_name", "last_name", "email", "external_id", "phone"})


def out_of_filter(written: Any, about: str, going: Going) -> tuple[Any, set[int]]:
    """A filter as it is written down, without some people's names; and who was asked for."""
    if not isinstance(written, list):
        return written, set()
    if len(written) == 3 and isinstance(written[0], str) and isinstance(written[2], str):
        names = going.names if about == About.PERSON and written[0] in OF_THEMSELVES else going.identifiers
        value, who = names.taken_out(written[2])
        return [*written[:2], value], who
    parts = [out_of_filter(part, about, going) for part in written]
    return [part for part, _ in parts], set().union(*(who for _, who in parts))


def segments_cleaned(going: Going) -> Counter[int]:
    """How many segments asked for each of some people."""
    mentions: Counter[int] = Counter()
    for segment in Segment.objects.filter(workspace=going.workspace).only("pk", "about", "filter").order_by("pk"):
        if out_of_filter(segment.filter, segment.about, going)[1]:
            mentions.update(_clean_segment(segment.pk, going))
    return mentions + names_taken_out(Segment, ("name",), going, identifiers_alone=True)


@transaction.atomic
def _clean_segment(pk: int, going: Going) -> set[int]:
    segment = Segment.objects.select_for_update().get(pk=pk)
    segment.filter, who = out_of_filter(segment.filter, segment.about, going)
    segment.save(update_fields=["filter"])
    Workspace.objects.filter(pk=going.workspace.pk).update(segments_version=uuid.uuid4())  # kept copies are stale
    return who


def bulk_changes_cleaned(going: Going) -> Counter[int]:
    """How many bulk changes named each of some people: in their title, their search, their filter, their value."""
    done_to = set(
        Former.objects.filter(workspace=going.workspace, about=About.PERSON, record_id__in=going.pks).values_list(
            "change_id", flat=True
        )
    )
    mentions = names_taken_out(BulkChange, ("title", "search"), going)
    for change in BulkChange.objects.filter(workspace=going.workspace).order_by("pk").iterator():
        was_theirs = change.pk in done_to or bool(set(change.chosen or ()) & going.whose.keys())
        mentions.update(_clean_change(change, was_theirs, going))
    return mentions


def _clean_change(change: BulkChange, was_theirs: bool, going: Going) -> set[int]:
    asked, by_filter = out_of_filter(change.filter, change.about, going)
    segments = {slug: out_of_filter(one, change.about, going) for slug, one in change.segments.items()}
    names = going.names if was_theirs else going.identifiers
    params, by_params = names.taken_out(change.params)
    who = by_filter.union(by_params, *(by_segment for _, by_segment in segments.values()))
    if who:
        kept = {slug: one for slug, (one, _) in segments.items()}
        BulkChange.objects.filter(pk=change.pk).update(filter=asked, segments=kept, params=params)
    return who
