"""The Companies section of a profile: which ones, with plan and last seen (CO-08, MSG-12)."""

from collections.abc import Iterable

from apps.attributes.models import Attributed
from apps.people.models import Person
from apps.people.sections import Context, Profile, Section, fragment
from apps.workspace.pages import PageRequest

from .qualifying import memberships

MOST_SHOWN = 50


def companies(profile: Profile) -> Context:
    found = memberships(profile.person).select_related("company")
    listed = found.only(
        *("person", "last_seen_at", "created_at"),
        *(f"company__{name}" for name in ("public_id", "name", "company_id", "plan", "last_request_at")),
    )
    count = found.count()
    return {"memberships": list(listed[:MOST_SHOWN]), "count": count, "more": max(0, count - MOST_SHOWN)}


COMPANIES = Section(
    20,
    "companies",
    "Companies",
    "companies/_companies.html",
    companies,
    actions="companies/_companies_actions.html",
)


def echo(request: PageRequest, subject: Attributed, about: str, keys: set[str]) -> Iterable[str]:
    """The section again, where a company's name or plan was edited on a person's panel."""
    if isinstance(subject, Person) and about == "company" and keys & {"name", "plan"}:
        yield fragment(COMPANIES.slug, Profile(request, subject), oob=True)
