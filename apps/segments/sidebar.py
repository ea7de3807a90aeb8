"""The segments beside a list: those a teammate pinned, the predefined ones, the saved ones, each with its count.

The page comes with their names at once. Their counts follow by themselves, all from one pass (see `counting`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from apps.workspace.models import Seat, Workspace
from apps.workspace.problems import Missing

from .models import Pins
from .predefined import own_of
from .standing import Standing, all_of


@dataclass(frozen=True)
class Entry:
    """One segment, as a link."""

    standing: Standing
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Sidebar:
    """All of them, as one teammate sees them; `current` is the slug of the one that the list shows."""

    seat: Seat
    about: str
    current: str = ""

    @property
    def workspace(self) -> Workspace:
        return self.seat.workspace

    @cached_property
    def standings(self) -> dict[str, Standing]:
        return {standing.slug: standing for standing in all_of(self.workspace, self.about)}

    @cached_property
    def pinned(self) -> list[Standing]:
        return [self.standings[slug] for slug in pinned_slugs(self.seat, self.about) if slug in self.standings]

    @property
    def others(self) -> list[Standing]:
        return [standing for standing in self.standings.values() if standing not in self.pinned]

    @property
    def sections(self) -> list[Section]:
        sections = [
            Section("Pinned", self._entries(self.pinned)),
            Section("Predefined", self._entries(one for one in self.others if not one.editable)),
            Section("Saved", self._entries(one for one in self.others if one.editable)),
        ]
        return [section for section in sections if section.entries]

    @property
    def counts_url(self) -> str:
        return reverse("segments:counts", args=[self.workspace.app_id, self.about])

    @property
    def home(self) -> str:
        return home(self.workspace, self.about)

    def _entries(self, standings: Iterable[Standing]) -> list[Entry]:
        return [Entry(one, one.page(self.workspace), one.slug == self.current) for one in standings]


def home(workspace: Workspace, about: str) -> str:
    """The address of the list as it opens by itself."""
    return reverse(own_of(about).page, args=[workspace.app_id])


# ---- pins ------------------------------------------------------------------------------------------------------------


def pinned_slugs(seat: Seat, about: str) -> list[str]:
    """In the teammate's order. Some may be gone by now."""
    found = (
        Pins.objects.filter(workspace=seat.workspace, seat=seat, about=about).values_list("slugs", flat=True).first()
    )
    return found or []


def change(seat: Seat, about: str, act: str, slug: str) -> None:
    """Pin a segment, take its pin away, or move it up or down among the pinned ones. Raises Missing."""
    standings = {standing.slug for standing in all_of(seat.workspace, about)}
    if act not in STEPS or slug not in standings:
        raise Missing("There is no such segment: it was deleted, or the link is wrong.")
    slugs = [one for one in pinned_slugs(seat, about) if one in standings]
    whose: dict[str, Any] = {"workspace": seat.workspace, "seat": seat, "about": about}
    Pins.objects.update_or_create(**whose, defaults={"slugs": STEPS[act](slugs, slug)})


def _without(slugs: list[str], slug: str) -> list[str]:
    return [other for other in slugs if other != slug]


def _pin(slugs: list[str], slug: str) -> list[str]:
    return slugs if slug in slugs else [*slugs, slug]


def _moved(by: int) -> Callable[[list[str], str], list[str]]:
    def move(slugs: list[str], slug: str) -> list[str]:
        if slug not in slugs:
            return slugs
        others = _without(slugs, slug)
        others.insert(max(0, slugs.index(slug) + by), slug)
        return others

    return move


STEPS: dict[str, Callable[[list[str], str], list[str]]] = {
    "pin": _pin,
    "unpin": _without,
    "up": _moved(-1),
    "down": _moved(1),
}
