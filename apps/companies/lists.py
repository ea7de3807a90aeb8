"""The company list: who is on it, and what stands in it (CO-06, CO-07)."""

from django.db.models import Exists, OuterRef

from apps.attributes.models import AttributedQuerySet
from apps.lists.kinds import ListKind, register
from apps.people.models import Person
from apps.workspace.models import Workspace

from .models import Company


def listed(workspace: Workspace) -> AttributedQuerySet:
    """The companies that somebody on a list of people belongs to (CO-06)."""
    members = Person.objects.listed().filter(memberships__company=OuterRef("pk"))
    return Company.objects.of(workspace).listed().filter(Exists(members))


COMPANIES = ListKind(
    about="company",
    model=Company,
    page="companies:list",
    profile="companies:profile",
    is_square=True,
    noun="company",
    plural="companies",
    home="all",
    home_title="Companies",
    lede="Company data can’t be imported by CSV: it comes from your app, the REST API and qualification.",
    listed=listed,
    first_column="Company name",
    first_field="name",
    actions_template="",
    empty_template="companies/_none.html",
    face=("public_id", "name", "company_id"),
    columns=("people", "session_count", "last_request_at", "plan", "monthly_spend", "created_at", "tag"),
    sort="-last_request_at",
    found_by=("name", "company_id"),
    found_in="name, company ID or tag",
)


def register_list() -> None:
    register(COMPANIES)
