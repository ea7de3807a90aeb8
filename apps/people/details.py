"""Which standard attributes a teammate wants to see in Details, and in what order (ATT-02)."""

from collections.abc import Callable, Iterable

from apps.attributes.definitions import Catalogue, Definition
from apps.attributes.facts import Fact
from apps.attributes.sources import Source
from apps.qualification.panel import Cell
from apps.workspace.models import Seat, Workspace
from apps.workspace.permissions import Grant, can

from .mobile import on_offer
from .models import DetailsChoice, Person

DEFAULT = [
    *("owner_id", "external_id", "email", "phone", "last_seen_at", "created_at", "signed_up_at", "last_contacted_at"),
    *("city", "country", "timezone", "browser", "browser_language", "os", "unsubscribed_from_emails"),
]


def offered(workspace: Workspace, catalogue: Catalogue) -> list[Definition]:
    """The standard attributes there are to see: those of the mobile apps once one has sent something (ATT-04)."""
    return on_offer(workspace, catalogue.standard)


def keys_of(seat: Seat) -> list[str]:
    choice = DetailsChoice.objects.filter(seat=seat).first()
    return choice.keys if choice else DEFAULT


def chosen(seat: Seat, catalogue: Catalogue) -> list[Definition]:
    """The attributes in the teammate's order."""
    found = (catalogue.get(key) for key in keys_of(seat))
    return [definition for definition in found if definition and not definition.custom]


def owner_cell(seat: Seat, person: Person, fact: Fact | None) -> Cell | None:
    """The owner, to be picked where it stands (IDN-24)."""
    if fact is None:
        return None
    allowed = can(seat, Grant.EDIT_DATA) and Source.MANUAL in fact.definition.writable
    return Cell(person, fact.definition, fact, editable=allowed)


def change(seat: Seat, act: str, key: str, known: Iterable[Definition]) -> bool:
    """Carry out one step of editing the list. False for a step or an attribute that there is not."""
    if act not in STEPS or key not in {definition.key for definition in known}:
        return False
    keys = STEPS[act](list(keys_of(seat)), key)
    DetailsChoice.objects.update_or_create(seat=seat, defaults={"keys": keys})
    return True


def reset(seat: Seat) -> None:
    """Back to the list that everybody starts with."""
    DetailsChoice.objects.filter(seat=seat).delete()


def _add(keys: list[str], key: str) -> list[str]:
    return keys if key in keys else [*keys, key]


def _remove(keys: list[str], key: str) -> list[str]:
    return [other for other in keys if other != key]


def _moved(by: int) -> Callable[[list[str], str], list[str]]:
    def move(keys: list[str], key: str) -> list[str]:
        if key not in keys:
            return keys
        place = keys.index(key) + by
        others = _remove(keys, key)
        others.insert(max(0, place), key)
        return others

    return move


STEPS: dict[str, Callable[[list[str], str], list[str]]] = {
    "add": _add,
    "remove": _remove,
    "up": _moved(-1),
    "down": _moved(1),
}
