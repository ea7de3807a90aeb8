"""The companies of a contact (API-11)."""

from apps.companies.arrivals import join, leave
from apps.companies.models import Company

from .. import replying
from ..calls import Answer, Call
from ..finding import find_company, find_contact
from ..paging import ATTACHED_SIZE, linked, numbered, turn
from .companies import attached


def list_contact_companies(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}/companies: under both names that programs look for."""
    person = find_contact(call, contact_id)
    joined = Company.objects.of(call.workspace).active().filter(memberships__person=person)
    page, about = turn(joined.order_by("memberships__pk"), numbered(call.query, ATTACHED_SIZE))
    companies = replying.companies(call, page)
    return replying.listed(companies) | {"companies": companies} | linked(about, call.address, call.query)


def attach_company(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/companies. Twice is harmless (CO-10)."""
    person, company = find_contact(call, contact_id), attached(call)
    join(person, company, now=call.now)
    return replying.company(call, company)


def detach_company(call: Call, contact_id: str, company_id: str) -> Answer:
    """DELETE /contacts/{id}/companies/{company id}: the link and nothing else (CO-08)."""
    person, company = find_contact(call, contact_id), find_company(call, company_id)
    leave(person, company)
    return replying.company(call, company)
