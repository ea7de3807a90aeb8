"""Of those who may be one person: who stays, and which merges that makes (BEY-08)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from apps.people.models import Person, Role
from apps.workspace.models import Workspace

from .models import Pair

TWO_LEADS = "Both are leads, and only a user can stay."


@dataclass(frozen=True, slots=True)
class Planned:
    """One merge that is to be; or, with a reason, that is not."""

    gone: Person
    kept: Person
    reason: str = ""


def who_stays(people: Iterable[Person]) -> list[Person]:
    """Who stays first: a user before a lead, then who was seen last, then who is known for longest."""
    return sorted(people, key=_rank)


def _rank(person: Person) -> tuple[bool, float, float, int]:
    seen = person.last_seen_at.timestamp() if person.last_seen_at else float("-inf")
    return person.role != Role.USER, -seen, person.created_at.timestamp(), person.pk


def direction(pair: Pair) -> Planned:
    """What merging the two of a pair comes to."""
    kept, gone = who_stays(pair.both)
    return Planned(gone, kept, "" if kept.role == Role.USER else TWO_LEADS)


def plan(workspace: Workspace, pairs: Collection[Pair]) -> list[Planned]:
    """The merges that some pairs come to. Whoever hangs together by them becomes one, as whoever of them stays."""
    groups = list(_groups(pairs))
    apart = _said_to_be_two(workspace, groups)
    return [planned for group in groups for planned in _of_group(group, apart)]


def _groups(pairs: Collection[Pair]) -> Iterator[list[Person]]:
    people = {person.pk: person for pair in pairs for person in pair.both}
    known: dict[int, set[int]] = {pk: set() for pk in people}
    for pair in pairs:
        known[pair.lower_id].add(pair.higher_id)
        known[pair.higher_id].add(pair.lower_id)
    while known:
        reached, ahead = set(), {next(iter(known))}
        while ahead:
            reached |= ahead
            ahead = set().union(*(known.pop(pk) for pk in ahead)) - reached
        yield [people[pk] for pk in reached]


def _said_to_be_two(workspace: Workspace, groups: list[list[Person]]) -> set[frozenset[int]]:
    everybody = [person.pk for group in groups for person in group]
    judged = Pair.objects.filter(workspace=workspace, dismissed_at__isnull=False)
    found = judged.filter(lower__in=everybody, higher__in=everybody)
    return {frozenset(pair) for pair in found.values_list("lower", "higher")}


def _of_group(group: list[Person], apart: set[frozenset[int]]) -> Iterator[Planned]:
    kept, *others = who_stays(group)
    together = [kept]
    for gone in others:
        known = next((one for one in together if frozenset((one.pk, gone.pk)) in apart), None)
        if kept.role != Role.USER:
            yield Planned(gone, kept, TWO_LEADS)
        elif known:
            yield Planned(gone, kept, f"{gone.label} and {known.label} were said to be two.")
        else:
            together.append(gone)
            yield Planned(gone, kept)


def said_to_be_two(workspace: Workspace, one: Person, other: Person) -> bool:
    return bool(_said_to_be_two(workspace, [[one, other]]))


def digest(planned: Iterable[Planned]) -> str:
    """What a preview said, in short: the same only where the same would be done."""
    said = ",".join(f"{one.gone.pk}>{one.kept.pk}" for one in planned if not one.reason)
    return sha256(said.encode()).hexdigest()[:32]
