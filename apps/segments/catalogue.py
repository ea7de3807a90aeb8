"""What filters can ask about and lists can show: every field of a record, from one catalogue.

The attributes of the record itself are fields from the start. Upper floors register theirs: tags, events, the
companies of a person. A field is found by its address; nobody builds hundreds of fields to read one filter.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import Exists

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.models import Attribute
from apps.attributes.options import choices as held_choices
from apps.attributes.values import Value
from apps.workspace.models import Seat, Teammate, Workspace

from .comparisons import COMPARISONS, Comparison, Moment
from .language import Condition

CUSTOM = "custom_attributes."

# The headings of the pickers, in their order; each about has its own two for attributes.
STANDARD_GROUP = {"person": "Standard people attributes", "company": "Standard company attributes"}
CUSTOM_GROUP = {"person": "Custom people attributes", "company": "Custom company attributes"}
EVENTS, COMPANY, TAGS, SEGMENTS, OWNER_AND_TYPE = "Events", "Company", "Tags", "Segments", "Owner and type"
GROUPS = (*STANDARD_GROUP.values(), *CUSTOM_GROUP.values(), EVENTS, COMPANY, TAGS, SEGMENTS, OWNER_AND_TYPE)
STRAYS_WITHIN = 0.5  # seconds that a menu waits for values that are no option any more


@dataclass(frozen=True)
class Relation:
    """Other rows that belong to a record, through which a field is reached: a person's companies, their events.

    `rows` are they, in a query over the records. `some` says there: at least one of them meets what is asked of it;
    `Q()`: there is any.
    Conditions of one And group with the same `key` must hold for the same row (FILT-13).
    """

    key: str
    rows: Callable[[], QuerySet]

    def some(self, met: Q) -> Exists:
        return Exists(self.rows().filter(met))


Choice = tuple[str | int, str]  # the value that a condition keeps, and what stands on the screen


@dataclass(frozen=True)
class Field:
    """One thing that can be asked or shown.

    `value` is its expression in a query over the records (or over the rows of its relation). Where a field is no plain
    value, `ask` answers instead: a tag, a segment. A field without comparisons is only shown.
    """

    address: str
    label: str
    group: str  # its heading in the picker, one of GROUPS
    kind: str  # which comparisons it knows
    value: Any = None
    relation: Relation | None = None
    ask: Callable[[Condition, Moment], Q] | None = None
    choices: Callable[[], Sequence[Choice]] | None = None  # what there is to choose from, for `choice` values
    gone: Callable[[Any], str] | None = None  # what to call a value that is not among them any more
    outlives: bool = False  # records hold such a value still, so that it can be asked for
    definition: Definition | None = None  # the attribute behind it: its kind shows its values
    description: str = ""
    icon: str = "type"
    column: Any = None  # as a column of a list: an expression over the records; None where it is fetched otherwise

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        return COMPARISONS.get(self.kind, ())

    def comparison(self, name: str) -> Comparison | None:
        return next((one for one in self.comparisons if one.name == name), None)

    def said(self, value: Any) -> str:
        """A condition's value in words."""
        label = self._label(value)
        if label is None:
            return self.gone(value) if self.gone else f"{value} (no longer there)"
        return label

    def offers(self, value: Any) -> bool:
        """Whether a condition's value is there to be chosen. A list may hold any text beside its options (FILT-08)."""
        return self._label(value) is not None

    def _label(self, value: Any) -> str | None:
        if self.choices is None or self.kind == "list":  # an option is its own label; do not ask for all of them
            return str(value)
        return next((label for known, label in self.choices() if str(known) == str(value)), None)


@dataclass(frozen=True)
class Provider:
    """Fields from an upper floor. `prefix` is the first part of their addresses: "tag", "event", "company"."""

    prefix: str
    find: Callable[[Workspace, str], Field | None]  # by whole address
    every: Callable[[Workspace], Iterable[Field]]  # for the pickers: none that is archived


_providers: dict[tuple[str, str], Provider] = {}


def register(about: str, provider: Provider) -> None:
    """`about`: the records that the fields are asked of, "person" or "company"."""
    _providers[about, provider.prefix] = provider


Offered = Callable[[Workspace, Sequence[Definition]], Sequence[Definition]]
_on_offer: dict[str, Offered] = {}


def offer_only(about: str, which: Offered) -> None:
    """Leave attributes out of the pickers that nobody has a value of yet; a filter that asks for them is read still."""
    _on_offer[about] = which


def find(workspace: Workspace, about: str, address: str) -> Field | None:
    """The field with an address; None where there is none any more, or never was."""
    provider = _providers.get((about, _prefix(address)))
    if provider:
        return provider.find(workspace, address)
    return attribute_field(workspace, about, address)


def fields(workspace: Workspace, about: str) -> list[Field]:
    """Every field that can be picked, group after group."""
    found = [field for field in attribute_fields(workspace, about) if (about, _prefix(field.address)) not in _providers]
    for (whose, _), one in _providers.items():
        found += one.every(workspace) if whose == about else ()
    return sorted(found, key=lambda field: GROUPS.index(field.group) if field.group in GROUPS else len(GROUPS))


def _prefix(address: str) -> str:
    return address.partition(".")[0]


# ---- attributes ------------------------------------------------------------------------------------------------------


def attribute_field(workspace: Workspace, about: str, address: str) -> Field | None:
    """The field of one attribute; archived ones take no part (FILT-17)."""
    known = catalogue_of(workspace, about)
    is_custom = address.startswith(CUSTOM)
    definition = known.get(address.removeprefix(CUSTOM))
    if definition is None or definition.custom is not is_custom or definition.archived:
        return None
    return _of(workspace, definition)


def attribute_fields(workspace: Workspace, about: str) -> list[Field]:
    """A field for every attribute in use that there is to see (ATT-04, ATT-40, ATT-45)."""
    active = catalogue_of(workspace, about).active
    on_offer = _on_offer[about](workspace, active) if about in _on_offer else active
    return [_of(workspace, definition) for definition in on_offer]


def related(field: Field, prefix: str, group: str, relation: Relation, column: Any = None) -> Field:
    """An attribute's field as it is reached from other records: a company's, asked of its people."""
    return replace(
        field,
        address=f"{prefix}.{field.address}",
        label=_led(prefix.capitalize(), field),
        group=group,
        relation=relation,
        column=column,
    )


def _led(owner: str, field: Field) -> str:
    """A label behind the name of what it is a label of; a custom attribute's name stays as it is written."""
    label = field.label
    if label.lower().startswith(owner.lower()):
        return label
    is_ours = field.definition is not None and not field.definition.custom and not label.isupper()
    return f"{owner} {label[0].lower() + label[1:] if is_ours else label}"


def _of(workspace: Workspace, definition: Definition) -> Field:
    value = Value(definition)
    return Field(
        address=CUSTOM + definition.key if definition.custom else definition.key,
        label=definition.label,
        group=_group(definition),
        kind=definition.kind.name,
        value=value,
        column=value,
        definition=definition,
        description=definition.description,
        icon=definition.kind.icon,
        choices=_choices(workspace, definition),
        gone=_left if definition.kind.name == "member" else None,
        outlives=definition.kind.name == "member",
    )


def _group(definition: Definition) -> str:
    if definition.kind.name == "member":
        return OWNER_AND_TYPE
    return (CUSTOM_GROUP if definition.custom else STANDARD_GROUP)[definition.about]


def _choices(workspace: Workspace, definition: Definition) -> Callable[[], Sequence[Choice]] | None:
    if definition.kind.name == "member":
        return lambda: [(seat.teammate_id, str(seat.teammate)) for seat in _seats(workspace)]
    if definition.kind.name == "list":
        return lambda: _options(workspace, definition)
    return None


def _left(teammate: int) -> str:
    found = Teammate.objects.filter(pk=teammate).first()
    return f"{found}, who has left" if found else "a teammate who is gone"


def _options(workspace: Workspace, definition: Definition) -> Sequence[Choice]:
    """The options, then the values that records hold beside them, where they are found at once (FILT-08)."""
    attribute = Attribute.objects.get(workspace=workspace, about=definition.about, name=definition.key)
    return [(one.value, one.value) for one in held_choices(attribute, STRAYS_WITHIN)]


def _seats(workspace: Workspace) -> QuerySet[Seat]:
    return Seat.objects.filter(workspace=workspace).select_related("teammate").order_by("teammate__name", "pk")
