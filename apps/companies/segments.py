"""The segments of companies that every workspace has (SEG-04)."""

from collections.abc import Iterable

from apps.attributes.models import Attributed
from apps.segments import sections
from apps.segments.language import EVERYBODY, Condition, Filter, Group, all_of
from apps.segments.predefined import Own, Predefined, register
from apps.workspace.pages import PageRequest

from .lists import listed
from .models import Company
from .profiles import CompanyProfile

ALL = Predefined("all", "All", EVERYBODY, is_badge=False)
# A company is as new as the customer's app says, as a person is by when they signed up. Where the app does not say,
# it is as new as it is here.
NEW = Predefined(
    "new",
    "New",
    Filter(
        (
            Group((Condition("remote_created_at", "less_than", 1),)),
            Group((Condition("remote_created_at", "is_unknown"), Condition("created_at", "less_than", 1))),
        ),
        any=True,
    ),
)
ACTIVE = Predefined("active", "Active", all_of(Condition("last_request_at", "less_than", 30)))
SLIPPING_AWAY = Predefined(
    "slipping-away",
    "Slipping away",
    all_of(Condition("last_request_at", "more_than", 30), Condition("last_request_at", "less_than", 60)),
)


def register_segments() -> None:
    register("company", Own("companies:list", listed, (ALL, NEW, ACTIVE, SLIPPING_AWAY)))


def echo(request: PageRequest, subject: Attributed, about: str, keys: set[str]) -> Iterable[str]:
    """Badges and section again, whichever value was edited on a company's page (UPD-05)."""
    return sections.echo(CompanyProfile(request, subject)) if isinstance(subject, Company) else ()
