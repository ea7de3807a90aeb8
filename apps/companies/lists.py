"""The company list: who is on it, and one page of it at a time (CO-06, CO-07, UI-05)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.models import AttributedQuerySet
from apps.attributes.paging import Page, Place, page_of
from apps.attributes.rows import FEW, Row, containing, found_first, row_of, with_columns
from apps.people.models import Person
from apps.workspace.models import Workspace

from .fields import PEOPLE
from .models import Company, Membership

# What stands beside the name, after the number of people.
COLUMNS = ("session_count", "last_request_at", "plan", "monthly_spend", "created_at")
SORTED_BY = "last_request_at"
FACE = ("public_id", "name", "company_id")
FOUND_BY = ("name", "company_id")


@dataclass(frozen=True, slots=True)
class Look:
    """What a teammate sees of the list: one page, and how many match."""

    search: str
    columns: Sequence[Definition]
    rows: Sequence[Row]
    page: Page
    count: int
    title: str = "Companies"
    sorted_by: str = SORTED_BY


def look(workspace: Workspace, search: str, *, after: Place | None = None, before: Place | None = None) -> Look:
    """One page of the list, the count of all, and how many people each has: three queries."""
    catalogue = catalogue_of(workspace, "company")
    columns = [catalogue[key] for key in COLUMNS]
    matching = containing(listed(workspace), FOUND_BY, search)
    count = matching.count()
    companies = matching if count else matching.none()
    if search and 0 < count <= FEW:
        companies = found_first(companies)
    companies = with_columns(companies.only(*FACE, SORTED_BY), columns)
    page = page_of(companies, SORTED_BY, settings.PAGE_SIZE, after=after, before=before)
    counts = people_of(company.pk for company in page.rows)
    rows = [_row(company, columns, counts.get(company.pk, 0)) for company in page.rows]
    return Look(search, [PEOPLE, *columns], rows, page, count)


def listed(workspace: Workspace) -> AttributedQuerySet:
    """The companies that somebody on a list of people belongs to (CO-06)."""
    members = Person.objects.listed().filter(memberships__company=OuterRef("pk"))
    return Company.objects.of(workspace).listed().filter(Exists(members))


def people_of(pks: Iterable[int]) -> dict[int, int]:
    """How many people on the lists belong to each of some companies. One query."""
    wanted = list(pks)
    if not wanted:
        return {}
    members = Membership.objects.filter(company__in=wanted, person__in=Person.objects.listed())
    return dict(members.values_list("company").annotate(Count("pk")))


def _row(company: Company, columns: Sequence[Definition], people: int) -> Row:
    row = row_of(company, columns)
    return Row(company, [(PEOPLE, people), *row.cells])
