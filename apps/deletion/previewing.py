"""What would go with a person, before anything does (BEY-09, DEL-08…10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from apps.people.following import Tally
from apps.people.models import Person

from . import reach
from .gathering import gathered
from .models import GRACE


@dataclass(frozen=True)
class Preview:
    """One person who was chosen, what goes with them, and what must be typed to mean it."""

    person: Person
    now: datetime

    @property
    def identifier(self) -> str:
        """The user ID, else the email, else the Intercom ID (DEL-21)."""
        return self.person.external_id or self.person.email or self.person.public_id

    @property
    def identifier_label(self) -> str:
        if self.person.external_id:
            return "user ID"
        return "email" if self.person.email else "Intercom ID"

    @property
    def due_at(self) -> datetime:
        return self.now + GRACE

    @property
    def grace(self) -> timedelta:
        return GRACE

    @cached_property
    def tallies(self) -> list[Tally]:
        """How much of everything there is something of; people who were merged into them are counted with them."""
        going = gathered(self.person.workspace, [self.person.pk], self.now)
        counted = ((place, place.count(going)) for place in reach.told() if place.count)
        return [Tally(place.one, place.many, number) for place, number in counted if number]

    def is_confirmed_by(self, typed: str) -> bool:
        """Whatever the case of an email, as everywhere (IDN-08)."""
        said = typed.strip()
        return said == self.identifier or ("@" in said and said.lower() == self.identifier.lower())
