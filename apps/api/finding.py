"""What an address or a body names by its id. Another workspace's is nobody's. Raises Missing, each in its own words."""

import re
from typing import Any, TypeVar

from apps.attributes import other_ids
from apps.attributes.models import PUBLIC_ID, Attribute, Attributed, State
from apps.companies.models import Company
from apps.people.models import Person
from apps.subscriptions.models import SubscriptionType
from apps.tags.models import Note, Tag
from apps.workspace.fetching import fetch_one
from apps.workspace.models import Teammate
from apps.workspace.problems import Missing, Problem

from .calls import Call
from .errors import MergedAway
from .versions import at_least

KEY = re.compile(r"\d{1,18}", re.ASCII)
NOBODYS = 0  # no row has this key
Record = TypeVar("Record", bound=Attributed)


def here(record: Record, call: Call) -> Record:
    """The record with the call's workspace, whose catalogue is fresh, so that it is not read again."""
    record.workspace = call.workspace
    return record


def key_of(raw: Any) -> int:
    """The key in an id of digits; nobody's for what is no such id."""
    text = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    return int(text) if KEY.fullmatch(text) else NOBODYS


def given(call: Call, name: str, what: str) -> str:
    """An id that the body must name. Raises Problem."""
    raw = call.body.get(name)
    if raw is None or raw == "":
        raise Problem(f"{name} is missing: send {what}.", code="parameter_missing", field=name)
    if not isinstance(raw, str | int) or isinstance(raw, bool):
        raise Problem(f"{name} must be text: {what}.", field=name)
    return str(raw)


# ---- people and companies --------------------------------------------------------------------------------------------


def _by_id(call: Call, model: type[Record], public_id: str, condition: str) -> Record | None:
    """Whose an id is, or was where they were moved in from (BEY-17)."""
    found = None
    if PUBLIC_ID.fullmatch(public_id):
        named = f"it.workspace_id = %s AND it.public_id = %s AND {condition}"
        found = fetch_one(model, named, [call.workspace.pk, public_id])
    if found is None and (pk := other_ids.key_of(call.workspace, model.about, public_id)):
        found = fetch_one(model, f"it.workspace_id = %s AND it.id = %s AND {condition}", [call.workspace.pk, pk])
    return found


def find_contact(call: Call, contact_id: str, *, even_in_grace: bool = False) -> Person:
    """A lead or a user by Intercom's id. Raises Missing; from 2.16 on MergedAway for a lead that was merged."""
    person = _by_id(call, Person, contact_id, "it.role <> 'visitor'")
    if person is None or (person.state == State.PENDING_DELETION and not even_in_grace):
        raise no_such_contact()
    if person.state == State.MERGED:
        into = Person.objects.of(call.workspace).filter(pk=person.merged_into_id or NOBODYS).first()
        raise MergedAway(into.public_id) if into and at_least(call.version, "2.16") else no_such_contact()
    return here(person, call)


def no_such_contact() -> Missing:
    return Missing("User Not Found")


def find_company(call: Call, company_id: str) -> Company:
    """A company by Intercom's id; archived ones are gone (CO-08)."""
    company = _by_id(call, Company, company_id, "it.state = 'active'")
    if company is None:
        raise no_such_company()
    return here(company, call)


def no_such_company() -> Missing:
    return Missing("Company Not Found", code="company_not_found")


# ---- what hangs on them ----------------------------------------------------------------------------------------------


def find_tag(call: Call, tag_id: Any) -> Tag:
    tag = Tag.objects.filter(workspace=call.workspace, pk=key_of(tag_id)).first()
    if tag is None:
        raise no_such_resource()
    tag.workspace = call.workspace
    return tag


def find_note(call: Call, note_id: str) -> Note:
    note = Note.objects.select_related("author").filter(workspace=call.workspace, pk=key_of(note_id)).first()
    if note is None:
        raise no_such_resource()
    return note


def find_subscription(call: Call, subscription_id: str) -> SubscriptionType:
    found = SubscriptionType.objects.filter(workspace=call.workspace, pk=key_of(subscription_id)).first()
    if found is None:
        raise no_such_resource()
    return found


def no_such_resource() -> Missing:
    return Missing("Resource Not Found")


# ---- the workspace's own ---------------------------------------------------------------------------------------------


def find_admin(call: Call, admin_id: Any) -> Teammate:
    """A teammate with a seat here."""
    seated = Teammate.objects.filter(seats__workspace=call.workspace, is_active=True, pk=key_of(admin_id))
    if (admin := seated.first()) is None:
        raise Missing("Admin not found", code="admin_not_found")
    return admin


def find_attribute(call: Call, attribute_id: str) -> Attribute:
    mine = Attribute.objects.select_related("workspace").filter(workspace=call.workspace)
    attribute = mine.filter(pk=key_of(attribute_id)).first()
    if attribute is None:
        raise Missing("We couldn't find that data attribute to update", code="field_not_found")
    return attribute
