"""The segments of people that every workspace has (SEG-03)."""

from collections.abc import Iterable

from apps.attributes.models import Attributed
from apps.segments import sections
from apps.segments.language import Condition, all_of
from apps.segments.predefined import Own, Predefined, register
from apps.workspace.pages import PageRequest

from .models import Person, Role
from .sections import Profile

USERS = Predefined("users", "All users", all_of(Condition("role", "is", Role.USER.value)), is_badge=False)
LEADS = Predefined("leads", "All leads", all_of(Condition("role", "is", Role.LEAD.value)), is_badge=False)
NEW = Predefined("new", "New", all_of(Condition("signed_up_at", "less_than", 1)))
ACTIVE = Predefined("active", "Active", all_of(Condition("last_seen_at", "less_than", 30)))
SLIPPING_AWAY = Predefined(
    "slipping-away",
    "Slipping away",
    all_of(Condition("last_seen_at", "more_than", 30), Condition("last_seen_at", "less_than", 60)),
)


def register_segments() -> None:
    segments = (USERS, LEADS, NEW, ACTIVE, SLIPPING_AWAY)
    register(
        "person",
        Own("people:list", lambda workspace: Person.objects.of(workspace).listed(), segments, counted_with=("role",)),
    )


def echo(request: PageRequest, subject: Attributed, about: str, keys: set[str]) -> Iterable[str]:
    """Badges and section again, whichever value was edited on a person's page, theirs or their company's (UPD-05)."""
    return sections.echo(Profile(request, subject)) if isinstance(subject, Person) else ()
