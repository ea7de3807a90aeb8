"""The people list: who is on it, and what stands in it (UI-02, FILT-20)."""

from apps.lists.kinds import ListKind, register

from . import presence
from .models import Person

SORTED_BY = "last_seen_at"
# What a row's first cell needs: the picture or tile, the label, the address of the profile.
FACE = ("public_id", "role", "avatar", "name", "email", "external_id", "pseudonym")

PEOPLE = ListKind(
    about="person",
    model=Person,
    page="people:list",
    profile="people:profile",
    noun="person",
    plural="people",
    home="users",
    listed=lambda workspace: Person.objects.of(workspace).listed(),
    first_column="Name",
    first_field="name",
    actions_template="people/_list_actions.html",
    empty_template="people/_nobody.html",
    face=FACE,
    columns=(
        *("email", "last_seen_at", "created_at", "signed_up_at"),
        *("session_count", "city", "country", "tag"),
    ),
    sort=f"-{SORTED_BY}",
    found_by=("name", "email", "external_id"),
    found_in="name, email, user ID or tag",
    walked_by=frozenset({"role"}),
    online=presence.online,
    online_page="people:online",
)


def register_list() -> None:
    register(PEOPLE)
