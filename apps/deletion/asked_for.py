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
from apps.segments.models import LONGEST_NAME, Segment
from apps.workspace.models import Workspace

from .reach import Going, fitting

OF_THEMSELVES = frozenset({"name", "first_name", "last_name", "email", "external_id", "phone"})


def out_of_filter(written: Any, about: str, going: Going) -> tuple[Any, set[int]]:
    """A filter as it is written down, without some people's names; and who was asked for."""
    if not isinstance(written, list):
        return written, set()
    if len(written) == 3 and isinstance(written[0], str) and isinstance(written[2], str):
        names = going.names if about == About.PERSON and written[0] in OF_THEMSELVES else going.names.identifiers
        value, who = names.taken_out(written[2])
        return [*written[:2], value], who
    parts = [out_of_filter(part, about, going) for part in written]
    return [part for part, _ in parts], set().union(*(who for _, who in parts))


def segments_cleaned(going: Going) -> Counter[int]:
    """How many segments asked for each of some people, or were named after them."""
    mentions: Counter[int] = Counter()
    for segment in Segment.objects.filter(workspace=going.workspace).order_by("pk"):
        if _clean_segment(segment, going):
            mentions.update(_save_clean_segment(segment.pk, going))
    return mentions


def _clean_segment(segment: Segment, going: Going) -> set[int]:
    segment.filter, by_filter = out_of_filter(segment.filter, segment.about, going)
    name, by_name = going.names.identifiers.taken_out(segment.name)
    if by_name:  # no two of them are called the same (SEG-07)
        segment.name = f"{name[: LONGEST_NAME - 24]} #{segment.pk}"
    return by_filter | by_name


@transaction.atomic
def _save_clean_segment(pk: int, going: Going) -> set[int]:
    """Read it once more under a lock: it may say something else by now."""
    segment = Segment.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if segment is None:
        return set()
    who = _clean_segment(segment, going)
    segment.save(update_fields=["filter", "name"])
    Workspace.objects.filter(pk=going.workspace.pk).update(segments_version=uuid.uuid4())  # kept copies are stale
    return who


def bulk_changes_cleaned(going: Going) -> Counter[int]:
    """How many bulk changes named each of some people: in their title, their search, their filter, their value."""
    theirs = set(
        Former.objects.filter(workspace=going.workspace, about=About.PERSON, record_id__in=going.pks).values_list(
            "change_id", flat=True
        )
    )
    mentions: Counter[int] = Counter()
    for change in BulkChange.objects.filter(workspace=going.workspace).order_by("pk").iterator():
        was_theirs = change.pk in theirs or bool(set(change.chosen or ()) & going.whose.keys())
        mentions.update(_clean_change(change, was_theirs, going))
    return mentions


def _clean_change(change: BulkChange, was_theirs: bool, going: Going) -> set[int]:
    """What was set for somebody may be their name; for others it is a value, which undoing compares with theirs."""
    told = going.names if was_theirs else going.names.identifiers
    segments = {slug: out_of_filter(one, change.about, going) for slug, one in change.segments.items()}
    clean = {
        "title": going.names.taken_out(change.title),
        "search": going.names.taken_out(change.search),
        "filter": out_of_filter(change.filter, change.about, going),
        "segments": (
            {slug: one for slug, (one, _) in segments.items()},
            set().union(*(who for _, who in segments.values())),
        ),
        "params": told.taken_out(change.params),
        "refusal": going.names.taken_out(change.refusal),
    }
    kept = {name: fitting(BulkChange, name, one) for name, (one, who) in clean.items() if who}
    if kept:
        BulkChange.objects.filter(pk=change.pk).update(**kept)
    return set().union(*(who for _, who in clean.values()))
