"""The column picker: what stands in a list, and what could (UI-03, ATT-40, ATT-45, EVT-09)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from apps.segments.catalogue import Field
from apps.workspace.models import Seat, Workspace
from apps.workspace.problems import Problem

from .choosing import Chosen, choose_columns, chosen_by, reset_columns
from .columns import MOST, Column, every, slug
from .kinds import ListKind

OFFERED = 8  # of a group, where nothing is searched


@dataclass(frozen=True, slots=True)
class Offer:
    """A field that can stand in the list, and whether it does."""

    field: Field
    label: str
    is_shown: bool

    @property
    def slug(self) -> str:
        return slug(self.field.address)


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    offers: Sequence[Offer]
    more: int = 0


@dataclass(frozen=True)
class Picker:
    """The columns of a list as one teammate sees them, and all that could be columns, searched."""

    seat: Seat
    workspace: Workspace
    kind: ListKind
    search: str = ""

    @cached_property
    def chosen(self) -> Chosen:
        return chosen_by(self.seat, self.workspace, self.kind)

    @property
    def shown(self) -> Sequence[Column]:
        return self.chosen.columns

    @cached_property
    def groups(self) -> list[Group]:
        found: dict[str, list[Offer]] = {}
        shown = {column.address for column in self.shown}
        for field in every(self.workspace, self.kind.about):
            label = Column(field, "").label
            if self.search.casefold() in f"{label} {field.description}".casefold():
                found.setdefault(field.group, []).append(Offer(field, label, field.address in shown))
        return [self._group(name, offers) for name, offers in found.items()]

    def _group(self, name: str, offers: list[Offer]) -> Group:
        most = len(offers) if self.search else OFFERED
        return Group(name, offers[:most], len(offers) - min(most, len(offers)))


# ---- one step a click ------------------------------------------------------------------------------------------------


def step(picker: Picker, params: QueryDict) -> None:
    """Carry out one step of editing the columns. Raises Problem."""
    if "reset" in params:
        reset_columns(picker.seat, picker.workspace, picker.kind)
        return
    addresses = [column.address for column in picker.shown]
    act = next((name for name in STEPS if name in params), "")
    if not act:
        raise Problem(f"Say what to do with the columns: {', '.join(STEPS)} or reset.")
    wanted = STEPS[act](addresses, params.getlist(act))
    if len(wanted) > MOST:
        raise Problem(f"A list shows at most {MOST} columns. Take one away first.")
    choose_columns(picker.seat, picker.workspace, picker.kind, wanted)


def _add(addresses: list[str], given: list[str]) -> list[str]:
    return list(dict.fromkeys([*addresses, *given]))


def _remove(addresses: list[str], given: list[str]) -> list[str]:
    return [address for address in addresses if address not in given]


def _order(addresses: list[str], given: list[str]) -> list[str]:
    """As given; what stands in the list and was not named comes after."""
    named = [address for address in dict.fromkeys(given) if address in addresses]
    return [*named, *_remove(addresses, named)]


def _moved(by: int) -> Callable[[list[str], list[str]], list[str]]:
    def move(addresses: list[str], given: list[str]) -> list[str]:
        if not given or given[0] not in addresses:
            return addresses
        others = _remove(addresses, given[:1])
        others.insert(max(0, addresses.index(given[0]) + by), given[0])
        return others

    return move


# the first that is named is done: the rows of the list carry the order beside the button that was pressed
STEPS: dict[str, Callable[[list[str], list[str]], list[str]]] = {
    "add": _add,
    "remove": _remove,
    "up": _moved(-1),
    "down": _moved(1),
    "order": _order,
}
