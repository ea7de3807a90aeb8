"""Whom a profile looks like, with the way to merge them (BEY-08)."""

from django.db.models import Q

from apps.people.sections import Context, Profile, Section, register

from .models import Pair
from .showing import shown

MOST_SHOWN = 5


def likely(profile: Profile) -> Context | None:
    """Nothing where nobody is alike, nor to those who may not merge."""
    if not profile.may_edit:
        return None
    person = profile.person
    pairs = shown(Pair.objects.waiting(profile.workspace)).filter(Q(lower=person.pk) | Q(higher=person.pk))
    found = list(pairs.order_by("-pk")[:MOST_SHOWN])
    for pair in found:
        for one in pair.both:
            one.workspace = profile.workspace
    others = [(pair.higher if pair.lower_id == person.pk else pair.lower, pair) for pair in found]
    return {"others": others} if others else None


def register_own() -> None:
    register(Section(83, "duplicates", "May be the same person", "duplicates/_section.html", likely, aside=True))
