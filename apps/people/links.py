"""Links that lead straight to a person: what they mean, and how a link to copy is made (LINK-01…10)."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.attributes import other_ids
from apps.attributes.paging import newest_first
from apps.workspace.hosts import origin
from apps.workspace.models import Workspace

from .lists import SORTED_BY
from .models import Person, PersonQuerySet, Role
from .surviving import led_to


def meant(workspace: Workspace, asked: Mapping[str, str]) -> list[Person]:
    """Whom a direct link means: by id, else by user_id, else by email (LINK-08); nobody that lists do not show.

    The strongest identifier that is given decides alone. An email means users; leads only where no user has it
    (LINK-07). Several come back only for an email: the last seen first, and at most one more than a page of them.
    What nobody has any more leads to the survivor of whoever had it and was merged (BEY-07).
    """
    people = Person.objects.of(workspace).listed()
    for key, field in (("id", "public_id"), ("user_id", "external_id")):
        if asked.get(key):
            found = _holders(people, field, asked[key]) or _survivors(workspace, field, asked[key])
            return found or (_known_elsewhere(workspace, asked[key]) if key == "id" else [])
    address = asked.get("email", "").lower()  # as it is kept (IDN-08)
    if not address:
        return []
    holders = _holders(people.filter(role=Role.USER), "email", address) or _holders(people, "email", address)
    return holders or _survivors(workspace, "email", address)


def _holders(people: PersonQuerySet, field: str, value: str) -> list[Person]:
    if "\x00" in value:  # the database cannot even be asked
        return []
    return _some(people.filter(**{field: value}))


def _known_elsewhere(workspace: Workspace, public_id: str) -> list[Person]:
    """Whom an id meant where they were moved in from (BEY-17), or who survived them since."""
    pk = other_ids.key_of(workspace, Person.about, public_id)
    if pk is None:
        return []
    return _some(Person.objects.of(workspace).listed().filter(pk=pk)) or _some(led_to(workspace, pk=pk))


def _survivors(workspace: Workspace, field: str, value: str) -> list[Person]:
    return [] if "\x00" in value else _some(led_to(workspace, **{field: value}))


def _some(people: PersonQuerySet) -> list[Person]:
    return list(people.order_by(*newest_first(SORTED_BY))[: settings.PAGE_SIZE + 1])


def profile_of(workspace: Workspace, person: Person) -> str:
    """The path of a person's profile (LINK-04)."""
    return reverse("people:profile", args=[workspace.app_id, person.public_id])


def link_to(person: Person, request: HttpRequest) -> str:
    """The link to copy: by user_id where there is one, else by id (LINK-10), on the host of the region (LINK-09)."""
    workspace = person.workspace
    who = {"user_id": person.external_id} if person.external_id else {"id": person.public_id}
    path = reverse("people:show", args=[workspace.app_id])
    return f"{origin(workspace, 'app', request)}{path}?{urlencode(who)}"
