"""The people list: who is on it, what is shown of them, and one page of it at a time (UI-02, UI-05, FILT-20)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.paging import Page, Place, page_of
from apps.attributes.rows import FEW, Row, containing, found_first, row_of, with_columns
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
FOUND_BY = ("name", "email", "external_id")


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

    @property
    def title(self) -> str:
        return self.listing.title


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
    people = with_columns(people.only(*FACE, SORTED_BY), columns)
    page = page_of(people, SORTED_BY, settings.PAGE_SIZE, after=after, before=before)
    other = LEADS if listing is USERS else USERS
    rows = [row_of(person, columns) for person in page.rows]
    return Look(listing, search, columns, rows, page, count, other, counts.get(other.role, 0))


def columns_shown(workspace: Workspace) -> list[Definition]:
    """The attributes that stand beside the name."""
    catalogue = catalogue_of(workspace, "person")
    return [catalogue[key] for key in COLUMNS]


def found(people: PersonQuerySet, search: str) -> PersonQuerySet:
    """Those with the text somewhere in name, email or user_id, in whatever case (FILT-20); all where there is none."""
    return containing(people, FOUND_BY, search)


def count_by_role(people: PersonQuerySet) -> dict[str, int]:
    """How many users and how many leads, in one pass; visitors are on no list (IDN-09)."""
    listed = people.filter(role__in=[listing.role for listing in LISTINGS.values()])
    return dict(listed.order_by().values_list("role").annotate(Count("pk")))
