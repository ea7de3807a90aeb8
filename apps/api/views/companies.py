"""Companies: made or changed by their company_id, read, listed and deleted; and what hangs on them."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower

from apps.attributes.models import PUBLIC_ID, State
from apps.attributes.reports import Refusal, Report
from apps.attributes.sources import Source
from apps.companies.arrivals import Arrived, amend, company_id_of, receive, receive_new, seen
from apps.companies.lists import listed
from apps.companies.models import Company
from apps.companies.removing import remove
from apps.people.models import Person
from apps.segments.compiling import Unanswerable, compiled
from apps.segments.language import Unreadable
from apps.segments.membership import badges_of_each
from apps.tags.models import Tagging
from apps.workspace.problems import Problem

from .. import reading, replying, scrolling, segment_ids
from ..calls import Answer, Call
from ..errors import Refused
from ..finding import find_company, find_tag, here, no_such_company, no_such_resource
from ..judging import check_taken, skipped
from ..paging import ATTACHED_SIZE, COMPANIES_SIZE, numbered, turn
from ..versions import at_least

MOST_LISTED = 10_000
SEEN = "update_last_request_at"
NEWEST_ACTIVITY = (F("last_request_at").desc(nulls_last=True), "-pk")
OLDEST_ACTIVITY = (F("last_request_at").asc(nulls_first=True), "pk")


# ---- one company -----------------------------------------------------------------------------------------------------


def upsert_company(call: Call) -> Answer:
    """POST /companies: the one with this company_id, made where there is none (CO-05)."""
    sent, is_seen = _sent(call)
    with transaction.atomic():
        standing = _company_by_id(call)
        sent.check_known(call.companies, standing.pk if standing else None)
        arrived = _write_company(call, standing, sent)
        check_taken(call.companies, None if arrived.created else arrived.company.pk, arrived.report)
        if is_seen:
            seen(arrived.company, now=call.now, begins_session=False)
    answer = replying.company_anew(call, arrived.company.pk, is_new=arrived.created)
    return answer | skipped(call, arrived.report)


def _sent(call: Call) -> tuple[reading.Sent, bool]:
    """What the body says of a company, and from 2.16 on whether it was seen just now."""
    also = frozenset({SEEN} if at_least(call.version, "2.16") else ())
    sent = reading.company(call.body, call.companies, also)
    return sent, SEEN in also and bool(reading.flag(call.body, SEEN))


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
        report = amend(here(standing, call), sent.offer, call.source, by=call.by, now=call.now)
        return Arrived(standing, report, created=False)
    company_id = _company_id(call, "company_id") or _company_id(call, "id")
    if company_id is None:
        raise Problem("A company needs a company_id (or an id).", code="parameter_missing", field="company_id")
    write = receive_new if standing is None else receive  # archived, it comes back
    return write(call.workspace, company_id, sent.offer, call.source, by=call.by, now=call.now)


def _company_id(call: Call, name: str) -> str | None:
    raw = call.body.get(name)
    try:
        return company_id_of(raw, Source.REST)
    except Refusal as refusal:
        report = Report(refused={"company_id": refusal}, raw={"company_id": raw})
        raise Refused(call.companies, None, report) from None


def show_company(call: Call, company_id: str) -> Answer:
    """GET /companies/{id}."""
    return replying.company(call, find_company(call, company_id))


def update_company(call: Call, company_id: str) -> Answer:
    """PUT /companies/{id}: only what is named changes; the company_id never does (CO-02)."""
    company = find_company(call, company_id)
    sent, is_seen = _sent(call)
    sent.check_known(call.companies, company.pk)
    with transaction.atomic():
        report = amend(company, sent.offer, call.source, by=call.by, now=call.now)
        check_taken(call.companies, company.pk, report)
        if is_seen:
            seen(company, now=call.now, begins_session=False)
    return replying.company_anew(call, company.pk) | skipped(call, report)


def delete_company(call: Call, company_id: str) -> Answer:
    """DELETE /companies/{id}: its people stay, without it (CO-08)."""
    company = find_company(call, company_id)
    remove(company, by=call.by, now=call.now)
    return replying.deleted_company(company)


# ---- many ------------------------------------------------------------------------------------------------------------


def retrieve_companies(call: Call) -> Answer:
    """GET /companies: the one with a company_id or name; else those with a tag, in a segment, or all."""
    query = call.query
    if company_id := query.get("company_id"):
        return _the_one(call, Q(company_id=company_id))
    if name := query.get("name"):
        return _the_one(call, Q(name__lower=Lower(Value(name)), name=name))
    if tag_id := query.get("tag_id"):
        carriers = Tagging.objects.filter(workspace=call.workspace, about="company", tag=find_tag(call, tag_id))
        return _page(call, _active(call).filter(pk__in=carriers.values("record_id")))
    if segment_id := query.get("segment_id"):
        return _page(call, _in_segment(call, segment_id))
    return list_companies(call)


def _active(call: Call) -> QuerySet[Company]:
    companies: QuerySet[Company] = Company.objects.of(call.workspace).active()
    return companies


def _the_one(call: Call, which: Q) -> Answer:
    company = _active(call).filter(which).order_by("pk").first()
    if company is None:
        raise no_such_company()
    return replying.company(call, here(company, call))


def _in_segment(call: Call, segment_id: str) -> QuerySet[Company]:
    standing = segment_ids.find(call.workspace, "company", segment_id)
    if standing is None:
        raise no_such_resource()
    try:
        asked = compiled(call.workspace, "company", standing.filter, replying.moment_of(call))
    except (Unanswerable, Unreadable) as problem:
        raise Problem(f"The segment {standing.name} cannot be asked: {problem}", field="segment_id") from None
    found: QuerySet[Company] = listed(call.workspace).filter(asked)
    return found


def list_companies(call: Call) -> Answer:
    """POST /companies/list: those with people, the latest activity first (CO-06, CO-07)."""
    return _page(call, listed(call.workspace))


def _page(call: Call, companies: QuerySet[Company]) -> Answer:
    order = call.query.get("order") or "desc"
    if order not in ("asc", "desc"):
        raise Problem("order must be asc or desc.", field="order")
    in_order = companies.order_by(*(NEWEST_ACTIVITY if order == "desc" else OLDEST_ACTIVITY))
    page, about = turn(in_order, numbered(call.query, COMPANIES_SIZE), most=MOST_LISTED)
    return replying.listed(replying.companies(call, page)) | about


def scroll_companies(call: Call) -> Answer:
    """GET /companies/scroll: all of them, a hundred at a time, by one program at a time."""
    page, param = scrolling.scroll(call.workspace, _active(call), call.query.get("scroll_param"))
    answer: dict[str, Any] = {"type": "list", "data": replying.companies(call, page), "pages": None}
    return answer | {"total_count": None} | ({"scroll_param": param} if param else {})


# ---- what hangs on them ----------------------------------------------------------------------------------------------


def list_company_contacts(call: Call, company_id: str) -> Answer:
    """GET /companies/{id}/contacts."""
    members = Person.objects.of(call.workspace).listed().filter(memberships__company=find_company(call, company_id))
    page, about = turn(members.order_by("-pk"), numbered(call.query, ATTACHED_SIZE))
    return replying.listed(replying.contacts(call, page)) | about


def list_company_segments(call: Call, company_id: str) -> Answer:
    """GET /companies/{id}/segments."""
    company = find_company(call, company_id)
    inside = badges_of_each(Company, call.workspace, [company.pk], replying.moment_of(call))[company.pk]
    return replying.listed(replying.segment(call, one) for one in inside)


def attached(call: Call) -> Company:
    """The company that a body names to be attached."""
    company_id = call.body.get("id")
    if company_id is None or company_id == "":
        raise Problem("company not specified", code="parameter_not_found", field="id")
    if not isinstance(company_id, str) or not PUBLIC_ID.fullmatch(company_id):
        raise no_such_company()
    return find_company(call, company_id)
