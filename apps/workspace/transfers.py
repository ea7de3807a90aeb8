"""Settings → Imports & exports: a page of sections, filled by rooms that do not know each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .pages import PageRequest
from .permissions import Grant, can


@dataclass(frozen=True)
class Section:
    """A part of the page: who sees it, its template, and what that reads. `place`: the smallest stands first."""

    slug: str
    place: int
    grant: Grant
    template: str
    context: Callable[[PageRequest], dict[str, Any]]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    _sections[section.slug] = section


def sections_for(request: PageRequest) -> list[dict[str, Any]]:
    """What whoever asks may see: each section's template and what it reads."""
    seen = [one for one in _sections.values() if can(request.seat, one.grant)]
    return [
        {"slug": one.slug, "template": one.template, **one.context(request)}
        for one in sorted(seen, key=lambda one: one.place)
    ]
