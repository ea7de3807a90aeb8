"""What an attribute is while people are written and read: standard and custom alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .kinds import KINDS, Kind
from .sources import EVERY_SOURCE, Source

if TYPE_CHECKING:
    from .models import Attribute

# What may write a custom attribute; the platform's own hand writes computed ones alone.
ANY_HAND = EVERY_SOURCE - {Source.AUTO}


@dataclass(frozen=True, slots=True)
class Shadow:
    """The second column that an attribute's writers fill while its kind changes, and while that can be undone."""

    kind: Kind
    column: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """One attribute of people or of companies: its key, its kind, its column and who may write it."""

    about: str
    key: str
    label: str
    kind: Kind
    column: str
    writable: frozenset[Source]
    custom: bool = False
    description: str = ""
    options: tuple[str, ...] = ()
    protected: bool = False
    archived: bool = False
    pk: int | None = None
    shadow: Shadow | None = None
    ping_key: str | None = None  # the snippet's name of it
    rest_key: str | None = None  # the REST API's name of it

    @property
    def slug(self) -> str:
        """A name for it in a page's ids: keys may hold any character."""
        return f"c{self.pk}" if self.custom else self.key

    @cached_property
    def full_name(self) -> str:
        """REST's name of it, with the path."""
        return f"custom_attributes.{self.key}" if self.custom else self.rest_key or self.key


def custom(attribute: "Attribute") -> Definition:
    return Definition(
        about=attribute.about,
        key=attribute.name,
        label=attribute.name,
        kind=KINDS[attribute.kind],
        column=attribute.column,
        writable=ANY_HAND,
        custom=True,
        description=attribute.description,
        options=tuple(attribute.options),
        protected=attribute.messenger_protected,
        archived=attribute.archived_at is not None,
        pk=attribute.pk,
        shadow=_shadow(attribute),
        ping_key=attribute.name,
        rest_key=attribute.name,
    )


def _shadow(attribute: "Attribute") -> Shadow | None:
    if not attribute.shadow_column:
        return None
    return Shadow(KINDS[attribute.shadow_kind], attribute.shadow_column, tuple(attribute.shadow_options))


class Catalogue:
    """Every attribute of people, or of companies, in one workspace."""

    def __init__(self, about: str, definitions: Iterable[Definition]) -> None:
        self.about = about
        self.by_key = {definition.key: definition for definition in definitions}

    def __getitem__(self, key: str) -> Definition:
        return self.by_key[key]

    def get(self, key: str) -> Definition | None:
        return self.by_key.get(key)

    def find(self, key: str, source: Source) -> Definition | None:
        """The attribute that a source means by a key: pings use the snippet's names, all others the keys."""
        return (self.by_ping_key if source.is_ping else self.by_key).get(key)

    @cached_property
    def by_ping_key(self) -> dict[str, Definition]:
        return {definition.ping_key: definition for definition in self.by_key.values() if definition.ping_key}

    @cached_property
    def standard(self) -> list[Definition]:
        return [definition for definition in self.by_key.values() if not definition.custom]

    @cached_property
    def custom(self) -> list[Definition]:
        """The custom attributes in use, by name; archived ones are left out (ATT-40)."""
        ours = (definition for definition in self.by_key.values() if definition.custom and not definition.archived)
        return sorted(ours, key=lambda definition: definition.key.lower())

    @cached_property
    def active(self) -> list[Definition]:
        return [*self.standard, *self.custom]
