"""The API's endpoints: read, one call of the core, reply. What goes round them is in `calls`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction

from apps.attributes import defining
from apps.attributes.definitions import Catalogue
from apps.attributes.models import About, Attribute, Attributed, State
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.companies.arrivals import Arrived, company_id_of, receive
from apps.companies.arrivals import amend as amend_company
from apps.companies.models import Company
from apps.deletion import grace
from apps.people.arrivals import admit, amend
from apps.people.identity import Unfit
from apps.people.models import Person, Role
from apps.workspace.patience import patience
from apps.workspace.problems import Missing, Problem

from . import reading, replying, searching
from .calls import Call
from .errors import Refused

IDENTIFIERS = {"external_id", "email"}
INTERCOM_ID = re.compile(r"[0-9a-f]{24}")
SEARCH_WITHIN = 20.0  # seconds for each query of a search
Answer = dict[str, Any]
Record = TypeVar("Record", bound=Attributed)


# ---- contacts --------------------------------------------------------------------------------------------------------


def create_contact(call: Call) -> Answer:
    """POST /contacts (IDN-05, API-04)."""
    if not {"role", *IDENTIFIERS} & call.body.keys():
        raise Problem("A contact needs a role, an external_id or an email.", code="parameter_missing")
    sent = reading.contact(call.body, call.people)
    sent.check_known(call.people, None)
    with _taking_identifiers(call, None):
        role = sent.role or Role.USER.value
        person, report = admit(call.workspace, role, sent.offer, call.source, by=call.by, now=call.now)
        check_taken(call.people, None, report)
    return replying.contact(call, person) | skipped(call, report)


def show_contact(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}, archived ones included (IDN-07); those in grace are gone (DEL-05)."""
    return replying.contact(call, find_contact(call, contact_id))


def update_contact(call: Call, contact_id: str) -> Answer:
    """PUT /contacts/{id}: only what is named changes (UPD-10). In grace, identifiers only (DEL-13, DEL-14)."""
    person = find_contact(call, contact_id, even_in_grace=True)
    in_grace = person.state == State.PENDING_DELETION
    if in_grace and not (call.body and call.body.keys() <= IDENTIFIERS):
        raise no_such_contact()
    sent = reading.contact(call.body, call.people)
    sent.check_known(call.people, person.pk)
    with _taking_identifiers(call, person.pk):
        report = amend(person, sent.offer, call.source, by=call.by, now=call.now, role=sent.role)
        check_taken(call.people, person.pk, report)
    person.refresh_from_db()
    answer = replying.renamed_contact(person) if in_grace else replying.contact(call, person)
    return answer | skipped(call, report)


def delete_contact(call: Call, contact_id: str) -> Answer:
    """DELETE /contacts/{id}: hidden at once, destroyed in seven days (DEL-04); again is harmless (DEL-23)."""
    person = find_contact(call, contact_id, even_in_grace=True)
    grace.request(person, by=call.by, now=call.now)
    return replying.deleted_contact(person)


def search_contacts(call: Call) -> Answer:
    """POST /contacts/search."""
    if call.body.get("sort") is not None:
        raise Problem("Sorting is not supported; leave sort out. The newest contacts come first.", field="sort")
    wanted = searching.place(call.body.get("pagination"))
    people = searching.matching(call.workspace, call.body.get("query"), call.now)
    with patience(SEARCH_WITHIN):
        page, about = searching.read_page(people, wanted)
    return {"type": "list", "data": replying.contacts(call, page), **about}


@contextmanager
def _taking_identifiers(call: Call, record_id: int | None) -> Iterator[None]:
    """All or nothing; an identifier that stops the call is remembered like any refused value (BEY-02)."""
    try:
        with transaction.atomic():
            yield
    except Unfit as unfit:
        raise Refused(call.people, record_id, unfit.report) from None


def find_contact(call: Call, contact_id: str, *, even_in_grace: bool = False) -> Person:
    """A lead or a user by Intercom's id. Raises Missing."""
    gone = {State.MERGED} if even_in_grace else {State.MERGED, State.PENDING_DELETION}
    people = Person.objects.of(call.workspace).exclude(state__in=gone).exclude(role=Role.VISITOR)
    person = people.filter(public_id=contact_id).first() if INTERCOM_ID.fullmatch(contact_id) else None
    if person is None:
        raise no_such_contact()
    return _here(person, call)


def no_such_contact() -> Missing:
    return Missing("User Not Found")


# ---- companies -------------------------------------------------------------------------------------------------------


def upsert_company(call: Call) -> Answer:
    """POST /companies: the one with this company_id, made where there is none (CO-05)."""
    sent = reading.company(call.body, call.companies)
    with transaction.atomic():
        standing = _company_by_id(call)
        sent.check_known(call.companies, standing.pk if standing else None)
        arrived = _write_company(call, standing, sent)
        check_taken(call.companies, None if arrived.created else arrived.company.pk, arrived.report)
    arrived.company.refresh_from_db()
    return replying.company(call, arrived.company) | skipped(call, arrived.report)


def _company_by_id(call: Call) -> Company | None:
    """The company that stands already: by company_id, else by `id`, be it Intercom's or the customer's (CO-04)."""
    companies = Company.objects.of(call.workspace)
    company_id = _company_id(call, "company_id")
    if company_id is None and (either := _company_id(call, "id")):
        by_public_id = companies.active().filter(public_id=either).first()
        return by_public_id or companies.filter(company_id=either).first()
    return companies.filter(company_id=company_id).first() if company_id else None


def _write_company(call: Call, standing: Company | None, sent: reading.Sent) -> Arrived:
    if standing is not None and standing.state == State.ACTIVE:
        report = amend_company(_here(standing, call), sent.offer, call.source, by=call.by, now=call.now)
        return Arrived(standing, report, created=False)
    company_id = _company_id(call, "company_id") or _company_id(call, "id")
    if company_id is None:
        raise Problem("A company needs a company_id (or an id).", code="parameter_missing", field="company_id")
    return receive(call.workspace, company_id, sent.offer, call.source, by=call.by, now=call.now)


def _company_id(call: Call, name: str) -> str | None:
    raw = call.body.get(name)
    try:
        return company_id_of(raw, Source.REST)
    except Refusal as refusal:
        report = Report(refused={"company_id": refusal}, raw={"company_id": raw})
        raise Refused(call.companies, None, report) from None


# ---- data attributes -------------------------------------------------------------------------------------------------


def list_data_attributes(call: Call) -> Answer:
    """GET /data_attributes: the standard ones, then the workspace's own (API-06)."""
    asked = call.query.get("model")
    abouts = [reading.model(asked)] if asked else list(About.values)
    attributes = Attribute.objects.filter(workspace=call.workspace, about__in=abouts).order_by("pk")
    if call.query.get("include_archived", "").lower() not in ("true", "1"):
        attributes = attributes.filter(archived_at=None)
    standard = [answer for about in abouts for answer in replying.standard_attributes(about)]
    return {"type": "list", "data": standard + [replying.data_attribute(attribute) for attribute in attributes]}


def create_data_attribute(call: Call) -> Answer:
    """POST /data_attributes (API-05). The Messenger may write it only if the body says so (MSG-06)."""
    body = call.body
    name = reading.attribute_name(body)
    about = reading.model(body.get("model"))
    kind = reading.kind(body)
    options = reading.options(body) or []
    description = reading.description(body) or ""
    protected = not reading.flag(body, "messenger_writable")
    try:
        attribute = defining.define(
            call.workspace,
            about,
            name,
            kind,
            source=Source.REST,
            by=call.by,
            now=call.now,
            description=description,
            options=options,
            protected=protected,
        )
    except defining.NameTaken as taken:
        raise Problem(f"You already have '{name}' in your {taken.remedy}", field="name") from None
    except Refusal as refusal:
        raise Problem(f"'{name}' {refusal.message}") from None
    return replying.data_attribute(attribute)


def update_data_attribute(call: Call, attribute_id: str) -> Answer:
    """PUT /data_attributes/{id}: all but the name and the type, which are fixed (API-06, ATT-18)."""
    attribute = _find_attribute(call, attribute_id)
    body = call.body
    archived, writable = reading.flag(body, "archived"), reading.flag(body, "messenger_writable")
    description, options = reading.description(body), reading.options(body)
    protected = None if writable is None else not writable
    if options is not None and attribute.kind != "list":
        raise Problem("Only a list has options; leave them out.", field="options")
    try:
        with transaction.atomic():
            if (description, options, protected) != (None, None, None):
                attribute = defining.edit(
                    attribute, by=call.by, now=call.now, description=description, options=options, protected=protected
                )
            if archived is not None:
                move = defining.archive if archived else defining.unarchive
                attribute = move(attribute, by=call.by, now=call.now)
    except Refusal as refusal:
        raise Problem(f"'{attribute.name}' {refusal.message}") from None
    return replying.data_attribute(attribute)


def _find_attribute(call: Call, attribute_id: str) -> Attribute:
    mine = Attribute.objects.select_related("workspace").filter(workspace=call.workspace)
    usable = attribute_id.isascii() and attribute_id.isdigit() and len(attribute_id) <= 18
    attribute = mine.filter(pk=int(attribute_id)).first() if usable else None
    if attribute is None:
        raise Missing("We couldn't find that data attribute to update", code="field_not_found")
    return attribute


# ---- the one who calls -----------------------------------------------------------------------------------------------


def show_me(call: Call) -> Answer:
    """GET /me: the teammate whom the token belongs to."""
    return replying.me(call.token.teammate, call.workspace)


# ---- judging reports -------------------------------------------------------------------------------------------------


def check_taken(known: Catalogue, record_id: int | None, report: Report) -> None:
    """Raises Refused when a value was refused, but for what precedence withholds from a workflow (API-14)."""
    if any(refusal.reason is not Reason.YIELDED for refusal in report.refused.values()):
        raise Refused(known, record_id, report)


def skipped(call: Call, report: Report) -> Answer:
    """What a workflow is told of the values that were kept from it; nobody else yields to anyone."""
    return {"skipped": sorted(report.refused)} if call.source is Source.OPERATOR else {}


def _here(record: Record, call: Call) -> Record:
    """The record with the call's workspace, whose catalogue is fresh, so that it is not read again."""
    record.workspace = call.workspace
    return record
