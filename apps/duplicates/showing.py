"""A page of the queue: both of each pair, with what is alike about them, read in one statement for all."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from apps.attributes.models import State
from apps.companies.models import Membership
from apps.people.lists import FACE
from apps.people.models import Person
from apps.workspace.models import Workspace

from .alike import Reason
from .choosing import Planned, direction
from .models import Pair

COUNTED = 1_000  # more are "1,000+": a pair is compared anew to be counted, and every page tells both numbers
COMPARED = 5_000  # pairs, the newest, that a count goes through: most may be alike no more, after a large merge
READ = (*FACE, "phone", "last_seen_at", "created_at", "workspace_id", "state", "merged_into_id")


def shown(pairs: QuerySet) -> QuerySet:
    """With as much of both as a page names."""
    own = ("workspace_id", "reasons", "found_at", "dismissed_at", "dismissed_hand", "lower", "higher")
    both = (f"{side}__{field}" for side in ("lower", "higher") for field in READ)
    return pairs.select_related("lower", "higher").only(*own, *both)


@dataclass(frozen=True)
class Said:
    """A pair as a page shows it."""

    pair: Pair
    companies: list[str]

    @cached_property
    def merge(self) -> Planned:
        return direction(self.pair)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What is alike, in words, with what it is; the latest look's where nothing is any more."""
        return [(Reason(reason).label, self._what(reason)) for reason in self.pair.alike_by]

    def _what(self, reason: Reason) -> str:
        lower, higher = self.pair.both
        if reason == Reason.EMAIL:
            return lower.email or ""
        if reason == Reason.PHONE:
            phones = dict.fromkeys((lower.phone, higher.phone))
            return " · ".join(filter(None, phones))
        names = " · ".join(filter(None, dict.fromkeys((lower.name, higher.name))))
        return f"{names} at {', '.join(self.companies)}"


def said(workspace: Workspace, pairs: Iterable[Pair]) -> list[Said]:
    found = list(pairs)
    for pair in found:
        pair.workspace = pair.lower.workspace = pair.higher.workspace = workspace
    companies = _shared(workspace, [pair for pair in found if Reason.NAME in pair.alike_by])
    return [Said(pair, companies.get(pair.pk, [])) for pair in found]


MOST_NAMED = 2  # companies: to know one of them is enough


def _shared(workspace: Workspace, pairs: list[Pair]) -> dict[int, list[str]]:
    """The names of the companies that both of each pair belong to."""
    people = {person.pk for pair in pairs for person in pair.both}
    if not people:
        return {}
    theirs = Membership.objects.filter(workspace=workspace, person__in=people, company__state=State.ACTIVE)
    belong: dict[int, dict[int, str]] = {}
    for membership in theirs.select_related("company").only("person", "company__name", "company__company_id"):
        belong.setdefault(membership.person_id, {})[membership.company_id] = membership.company.label
    return {pair.pk: _names(belong, *pair.both) for pair in pairs}


def _names(belong: dict[int, dict[int, str]], one: Person, other: Person) -> list[str]:
    shared = belong.get(one.pk, {}).keys() & belong.get(other.pk, {}).keys()
    return sorted(belong[one.pk][company] for company in shared)[:MOST_NAMED]


Count = tuple[int, bool]  # how many, and whether there may be more


def waiting_count(workspace: Workspace) -> Count:
    """How many nobody has judged; in a long queue of the newest ones alone."""
    newest = Pair.objects.unjudged(workspace).order_by("-found_at", "-pk").values("pk")[:COMPARED]
    compared = Pair.objects.unjudged(workspace).values("pk")[: COMPARED + 1].count()
    number, more = _counted(Pair.objects.waiting(workspace).filter(pk__in=newest))
    return number, more or compared > COMPARED


def dismissed_count(workspace: Workspace) -> Count:
    return _counted(Pair.objects.dismissed(workspace))


def _counted(pairs: QuerySet) -> Count:
    number = len(pairs.values_list("pk")[: COUNTED + 1])
    return min(number, COUNTED), number > COUNTED
