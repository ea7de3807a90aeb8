"""Segments that ask for segments: how deep that goes, and that it never comes back to where it began (SEG-08)."""

from collections.abc import Iterator, Mapping

from .language import Filter

ADDRESS = "segment"
DEEPEST = 5  # segments inside one another
TOO_DEEP = DEEPEST + 1  # also those that never come to an end
MOST_CONDITIONS = 225  # of a segment, with those of all that it asks for: as many as one filter can hold


def asked_for(asked: Filter) -> Iterator[str]:
    """The slugs of the segments that a filter asks for."""
    return (str(condition.value) for condition in asked.conditions() if condition.field == ADDRESS)


def within(filters: Mapping[str, Filter], asked: Filter) -> dict[str, Filter]:
    """The segments that a filter asks for, and those that they ask for, with what each of them asks."""
    found: dict[str, Filter] = {}
    waiting = list(asked_for(asked))
    while waiting:
        slug = waiting.pop()
        if slug in filters and slug not in found:
            found[slug] = filters[slug]
            waiting += asked_for(filters[slug])
    return found


def depths(filters: Mapping[str, Filter]) -> dict[str, int]:
    """How many segments stand inside one another in each; TOO_DEEP is the most that is counted."""
    inner = _inner(filters)
    found = dict.fromkeys(filters, 1)
    for _ in range(DEEPEST):
        found = {slug: 1 + max((found[other] for other in inner[slug]), default=0) for slug in filters}
    return found


def way_back(filters: Mapping[str, Filter], slug: str) -> list[str]:
    """The segments through which one asks for itself, itself at both ends; empty where it does not."""
    inner = _inner(filters)
    waiting, seen = [[slug]], set[str]()
    while waiting:
        way = waiting.pop(0)
        for other in inner[way[-1]]:
            if other == slug:
                return [*way, other]
            if other not in seen:
                seen.add(other)
                waiting.append([*way, other])
    return []


def conditions(filters: Mapping[str, Filter]) -> dict[str, int]:
    """How many conditions each comes to, with those of the segments that it asks for. None may be too deep."""
    inner = _inner(filters)
    own = {slug: sum(1 for _ in asked.conditions()) for slug, asked in filters.items()}
    found = own
    for _ in range(DEEPEST):
        found = {slug: own[slug] + sum(found[other] for other in inner[slug]) for slug in filters}
    return found


def _inner(filters: Mapping[str, Filter]) -> dict[str, list[str]]:
    return {slug: [other for other in asked_for(asked) if other in filters] for slug, asked in filters.items()}
