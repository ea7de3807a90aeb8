"""Contacts: users and leads, made, read, changed, hidden, merged and deleted."""

import re
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length

from apps.attributes.models import State
from apps.deletion import grace
from apps.people import states
from apps.people.arrivals import admit, amend
from apps.people.merging import merge
from apps.people.models import Merge, Person, Role
from apps.workspace.problems import Problem

from .. import reading, replying, searching, sorting
from ..calls import Answer, Call, since
from ..finding import find_contact, given, here, no_such_contact
from ..judging import check_taken, skipped, taking_identifiers
from ..paging import ATTACHED_SIZE, CONTACTS_SIZE, SEARCH_SIZE, place, read_page, size_of
from ..versions import at_least

IDENTIFIERS = {"external_id", "email"}
CURSOR = re.compile(r"\d{1,18}", re.ASCII)


def create_contact(call: Call) -> Answer:
    """POST /contacts (IDN-05, API-04)."""
    if not {"role", *IDENTIFIERS} & call.body.keys():
        raise Problem("A contact needs a role, an external_id or an email.", code="parameter_missing")
    sent = reading.contact(call.body, call.people)
    sent.check_known(call.people, None)
    with taking_identifiers(call, None):
        role = sent.role or Role.USER.value
        person, report = admit(call.workspace, role, sent.offer, call.source, by=call.by, now=call.now)
        check_taken(call.people, None, report)
    return replying.contact(call, person) | skipped(call, report)


def list_contacts(call: Call) -> Answer:
    """GET /contacts: the newest first; archived, blocked and deleted ones are on no list."""
    return _page(call, Person.objects.of(call.workspace).listed(), call.query, CONTACTS_SIZE)


def search_contacts(call: Call) -> Answer:
    """POST /contacts/search: the newest first, or in the order that `sort` asks for."""
    people = searching.matching(call.workspace, call.body.get("query"), call.now)
    wanted = call.body.get("pagination")
    if call.body.get("sort") is None:
        return _page(call, people, wanted, SEARCH_SIZE)
    sort = sorting.sort_of(call.workspace, call.body["sort"])
    page, about = sorting.read_sorted(people, sort, wanted, SEARCH_SIZE)
    return {"type": "list", "data": replying.contacts(call, page), **about}


def _page(call: Call, people: Any, pagination: Any, usual: int) -> Answer:
    page, about = read_page(people, place(pagination, usual))
    return {"type": "list", "data": replying.contacts(call, page), **about}


def show_contact(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}, archived ones included (IDN-07); those in grace are gone (DEL-05)."""
    return replying.contact(call, find_contact(call, contact_id))


@since("2.13")
def show_contact_by_external_id(call: Call, external_id: str) -> Answer:
    """GET /contacts/find_by_external_id/{external_id}: live users only (API-03).

    A slash at the end is the id's own where somebody has that id, else the address's.
    """
    if "\x00" in external_id:
        raise no_such_contact()
    people = Person.objects.of(call.workspace).active().filter(role=Role.USER)
    meant = people.filter(external_id__in={external_id, external_id.removesuffix("/")})
    person = meant.order_by(Length("external_id").desc()).first()
    if person is None:
        raise no_such_contact()
    return replying.contact(call, here(person, call))


def update_contact(call: Call, contact_id: str) -> Answer:
    """PUT /contacts/{id}: only what is named changes (UPD-10). In grace, identifiers only (DEL-13, DEL-14)."""
    person = find_contact(call, contact_id, even_in_grace=True)
    in_grace = person.state == State.PENDING_DELETION
    if in_grace and not (call.body and call.body.keys() <= IDENTIFIERS):
        raise no_such_contact()
    sent = reading.contact(call.body, call.people)
    sent.check_known(call.people, person.pk)
    with taking_identifiers(call, person.pk):
        report = amend(person, sent.offer, call.source, by=call.by, now=call.now, role=sent.role)
        check_taken(call.people, person.pk, report)
    if in_grace:
        person.refresh_from_db()
        return replying.renamed_contact(person) | skipped(call, report)
    return replying.contact_anew(call, person.pk) | skipped(call, report)


def delete_contact(call: Call, contact_id: str) -> Answer:
    """DELETE /contacts/{id}: hidden at once, destroyed in seven days (DEL-04); again is harmless (DEL-23)."""
    person = find_contact(call, contact_id, even_in_grace=True)
    grace.request(person, by=call.by, now=call.now)
    return replying.contact_now(person, deleted=True)


# ---- hiding ----------------------------------------------------------------------------------------------------------


def archive_contact(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/archive (IDN-19)."""
    person = states.archive(find_contact(call, contact_id), by=call.by, now=call.now)
    return replying.contact_now(person, archived=True)


def unarchive_contact(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/unarchive (IDN-21). Who waits to be deleted is restored in the app, or not at all."""
    person = find_contact(call, contact_id, even_in_grace=True)
    if person.state == State.PENDING_DELETION:
        raise Problem(
            "This contact is marked for permanent deletion and cannot be unarchived; restore it in the app.",
            code="not_restorable",
        )
    return replying.contact_now(states.unarchive(person, by=call.by, now=call.now), archived=False)


@since("2.13")
def block_contact(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/block: archived, and their pings are refused (IDN-22)."""
    person = states.block(find_contact(call, contact_id), by=call.by, now=call.now)
    return replying.contact_now(person, blocked=True)


# ---- merging ---------------------------------------------------------------------------------------------------------


def merge_contacts(call: Call) -> Answer:
    """POST /contacts/merge: a lead into a user, and nobody else (IDN-13, IDN-14)."""
    lead, user = (find_contact(call, given(call, name, f"the id of the {who}")) for name, who in MERGED)
    if at_least(call.version, "2.16") and lead.role == Role.LEAD and not _share(lead, user):
        raise Problem("The two contacts share neither email nor phone.", code="invalid_merge")
    return replying.contact_anew(call, merge(lead, user, by=call.by, now=call.now).pk)


MERGED = (("from", "lead"), ("into", "user"))


def _share(lead: Person, user: Person) -> bool:
    return any(getattr(lead, key) and getattr(lead, key) == getattr(user, key) for key in ("email", "phone"))


@since("2.16")
def list_merges(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}/merge_history: the leads that were merged into a user."""
    user = find_contact(call, contact_id)
    size, cursor = size_of(call.query.get("per_page"), ATTACHED_SIZE), call.query.get("cursor", "")
    order = call.query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise Problem("order must be asc or desc.", field="order")
    merges = Merge.objects.filter(workspace=call.workspace, lead__merged_into=user).select_related("lead")
    if cursor and not CURSOR.fullmatch(cursor):
        raise Problem("Invalid cursor; send the next_cursor of the page before.", code="client_error", field="cursor")
    if cursor:
        merges = merges.filter(Q(pk__gt=int(cursor)) if order == "asc" else Q(pk__lt=int(cursor)))
    found = list(merges.order_by("pk" if order == "asc" else "-pk")[: size + 1])
    page, more = found[:size], len(found) > size
    return replying.merges(page) | {"next_cursor": str(page[-1].pk) if more else None, "has_more": more}
