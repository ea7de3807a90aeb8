"""The people list: who is on it, what is shown of them, and one page of it at a time (UI-02, UI-05, FILT-20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, F, Func, Q, Value
from django.db.models.functions import Lower

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.paging import Page, Place, page_of
from apps.attributes.values import Value as AttributeValue
from apps.attributes.values import loaded
from apps.workspace.models import Workspace

from .models import Person, PersonQuerySet, Role


@dataclass(frozen=True)
class Listing:
    """A list that every workspace has: its name in the address, its title, whom it holds."""

    slug: str
    title: str
    role: Role
    noun: str


USERS = Listing("users", "All users", Role.USER, "user")
LEADS = Listing("leads", "All leads", Role.LEAD, "lead")
LISTINGS = {listing.slug: listing for listing in (USERS, LEADS)}

# What stands beside the name unless a teammate chose otherwise.
COLUMNS = ("email", "last_seen_at", "created_at", "signed_up_at", "session_count", "city", "country")
SORTED_BY = "last_seen_at"
# What a row's first cell needs: the picture or tile, the label, the address of the profile.
FACE = ("public_id", "role", "avatar", "name", "email", "external_id", "pseudonym")
LONGEST_SEARCH = 300  # no name, email or user_id is longer
FEW = 5_000  # so many matches are sorted sooner than they are met on a walk through a million people in order


@dataclass(frozen=True, slots=True)
class Row:
    """One person, and the values of the columns shown, in their order."""

    person: Person
    cells: Sequence[tuple[Definition, Any]]


@dataclass(frozen=True, slots=True)
class Look:
    """What a teammate sees of a list: one page, how many match, and how many match in the other list."""

    listing: Listing
    search: str
    columns: Sequence[Definition]
    rows: Sequence[Row]
    page: Page
    count: int
    other: Listing
    other_count: int
    sorted_by: str = SORTED_BY


def look(
    workspace: Workspace, listing: Listing, search: str, *, after: Place | None = None, before: Place | None = None
) -> Look:
    """One page of a list, and the counts of both: two queries."""
    columns = columns_shown(workspace)
    matching = found(Person.objects.of(workspace).active(), search)
    counts = count_by_role(matching)
    count = counts.get(listing.role, 0)
    people = matching.filter(role=listing.role) if count else matching.none()
    if search and 0 < count <= FEW:
        people = found_first(people)
    people = with_columns(people, columns)
    page = page_of(people, SORTED_BY, settings.PAGE_SIZE, after=after, before=before)
    other = LEADS if listing is USERS else USERS
    rows = [row_of(person, columns) for person in page.rows]
    return Look(listing, search, columns, rows, page, count, other, counts.get(other.role, 0))


def columns_shown(workspace: Workspace) -> list[Definition]:
    """The attributes that stand beside the name."""
    catalogue = catalogue_of(workspace, "person")
    return [catalogue[key] for key in COLUMNS]


def sought(text: str) -> str:
    """What somebody typed into the search, made fit to be looked for: no value has a NUL character in it."""
    return text.replace("\x00", "").strip()


def found(people: PersonQuerySet, search: str) -> PersonQuerySet:
    """Those with the text somewhere in name, email or user_id, in whatever case (FILT-20); all where there is none."""
    if not search:
        return people
    if len(search) > LONGEST_SEARCH:
        return people.none()
    part = Lower(Value(search))
    names = {f"{field}_in_lower_case": Lower(field) for field in ("name", "email", "external_id")}
    anywhere = Q()
    for name in names:
        anywhere |= Q((f"{name}__contains", part))
    return people.alias(**names).filter(anywhere)


def found_first(people: PersonQuerySet) -> PersonQuerySet:
    """The same people, looked up before they are sorted: walking the order until a page of rare ones is met is slow."""
    pks = ArraySubquery(people.order_by().values("pk"))
    is_one = Func(F("pk"), pks, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    return Person.objects.filter(is_one)


def count_by_role(people: PersonQuerySet) -> dict[str, int]:
    """How many users and how many leads, in one pass; visitors are on no list (IDN-09)."""
    listed = people.filter(role__in=[listing.role for listing in LISTINGS.values()])
    return dict(listed.order_by().values_list("role").annotate(Count("pk")))


def with_columns(people: PersonQuerySet, columns: Sequence[Definition]) -> PersonQuerySet:
    """Fetch a row's face and the columns shown, and nothing else of the several hundred that the table has."""
    values = {_name(place): AttributeValue(column) for place, column in enumerate(columns)}
    return people.only(*FACE, SORTED_BY).annotate(**values)


def row_of(person: Person, columns: Sequence[Definition]) -> Row:
    stored = (getattr(person, _name(place)) for place in range(len(columns)))
    return Row(person, [(column, loaded(column, value)) for column, value in zip(columns, stored, strict=True)])


def _name(place: int) -> str:
    return f"column_{place}"
