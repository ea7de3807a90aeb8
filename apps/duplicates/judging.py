"""What a teammate says of a pair: that they are two. It is remembered, and follows who of them is merged (BEY-08)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.people.following import Merging, moves, stays
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand

from .models import Pair, Part, Trace


@transaction.atomic
def dismiss(pair: Pair, *, by: Hand, now: datetime) -> Pair:
    """They are two people, whatever they share or will come to share. Twice is harmless."""
    judged = {"dismissed_at": now, "dismissed_by": by.teammate_id, "dismissed_hand": by.name[:120]}
    if Pair.objects.filter(pk=pair.pk, dismissed_at=None).update(**judged):
        _record(Activity.DUPLICATE_DISMISSAL, pair, by, now)
    return pair


@transaction.atomic
def take_back(pair: Pair, *, by: Hand, now: datetime) -> Pair:
    """They are asked about again, as long as they are alike."""
    open_again: dict[str, Any] = {"dismissed_at": None, "dismissed_by": None, "dismissed_hand": ""}
    if Pair.objects.filter(pk=pair.pk, dismissed_at__isnull=False).update(**open_again):
        _record(Activity.DUPLICATE_RECALL, pair, by, now)
    return pair


def _record(activity: Activity, pair: Pair, by: Hand, now: datetime) -> None:
    contacts = [person.public_id for person in pair.both]
    record(activity, workspace=pair.workspace, by=by, now=now, contacts=contacts)


# ---- merged people ---------------------------------------------------------------------------------------------------


def register_moves() -> None:
    moves(Pair, _follow, _follow_back)
    stays(Trace, "it is gone as soon as the look has ended")
    stays(Part, "it tells of a merge that was done")


def _follow(merging: Merging) -> list[int]:
    """Who was said to be another than the one who goes is another than the one who stays, too."""
    judged = Pair.objects.filter(workspace=merging.workspace, dismissed_at__isnull=False)
    theirs = judged.filter(Q(lower=merging.lead) | Q(higher=merging.lead))
    return [pk for pair in theirs.order_by("pk") if (pk := _judge_too(pair, merging))]


def _judge_too(pair: Pair, merging: Merging) -> int | None:
    """The key of a pair that was judged on behalf of another; none where there was nothing left to say."""
    third = pair.higher_id if pair.lower_id == merging.lead else pair.lower_id
    if third == merging.user:
        return None
    lower, higher = sorted((third, merging.user))
    judged = {
        "dismissed_at": pair.dismissed_at,
        "dismissed_by_id": pair.dismissed_by_id,
        "dismissed_hand": pair.dismissed_hand,
    }
    new = {"workspace": merging.workspace, "reasons": pair.reasons, "found_at": pair.found_at}
    kept, is_new = Pair.objects.get_or_create(lower_id=lower, higher_id=higher, defaults=new | judged)
    if is_new:
        return kept.pk
    return kept.pk if Pair.objects.filter(pk=kept.pk, dismissed_at=None).update(**judged) else None


def _follow_back(merging: Merging, judged: Sequence[int]) -> None:
    """The next look finds them again, where they still are alike."""
    Pair.objects.filter(workspace=merging.workspace, pk__in=judged).delete()
