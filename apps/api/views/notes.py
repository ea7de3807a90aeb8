"""Notes on contacts and companies (NOTE-01)."""

from dataclasses import replace

from apps.attributes.models import Attributed
from apps.companies.models import Company
from apps.people.models import Person
from apps.tags import noting
from apps.workspace.hands import Hand
from apps.workspace.problems import Missing, Problem

from .. import replying
from ..calls import Answer, Call, since
from ..finding import find_admin, find_company, find_contact, find_note, no_such_resource
from ..note_bodies import as_text
from ..paging import ATTACHED_SIZE, numbered, turn


def list_contact_notes(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}/notes."""
    return _list(call, find_contact(call, contact_id))


def create_contact_note(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/notes."""
    return _create(call, find_contact(call, contact_id))


@since("2.15")
def list_company_notes(call: Call, company_id: str) -> Answer:
    """GET /companies/{id}/notes."""
    return _list(call, find_company(call, company_id))


@since("2.16")
def create_company_note(call: Call, company_id: str) -> Answer:
    """POST /companies/{id}/notes."""
    return _create(call, find_company(call, company_id))


def show_note(call: Call, note_id: str) -> Answer:
    """GET /notes/{id}; those of contacts that are gone are gone as well."""
    note = find_note(call, note_id)
    if note.about == Company.about:
        return replying.note(note, _owner(call, Company, note.record_id))
    return replying.note(note, find_contact(call, _owner(call, Person, note.record_id).public_id))


def _owner(call: Call, model: type[Attributed], pk: int) -> Attributed:
    record = model._default_manager.filter(workspace=call.workspace, pk=pk).first()
    if record is None:
        raise no_such_resource()
    return record


def _list(call: Call, record: Attributed) -> Answer:
    """The newest first."""
    notes = noting.notes_of(record).select_related("author").order_by("-created_at", "-pk")
    page, about = turn(notes, numbered(call.query, ATTACHED_SIZE))
    return replying.listed(replying.note(note, record) for note in page) | about


def _create(call: Call, record: Attributed) -> Answer:
    body = call.body.get("body")
    if body is None:
        raise Problem("A note needs a body: its text.", code="parameter_missing", field="body")
    try:
        note = noting.add(record, as_text(body), by=_author(call), now=call.now)
    except Problem as problem:
        if problem.field == "text":
            problem.field = "body"  # what it is called here
        raise
    return replying.note(note, record)


def _author(call: Call) -> Hand:
    """The teammate whom the body names, else the one whom the token belongs to."""
    admin_id = call.body.get("admin_id")
    if admin_id is None or admin_id == "":
        return call.by
    try:
        admin = find_admin(call, admin_id)
    except Missing:
        raise no_such_resource() from None
    return replace(call.by, name=str(admin), teammate_id=admin.pk)
