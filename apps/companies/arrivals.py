"""Companies arriving beside a person, by REST, or as a name that a teammate types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.attributes import writing
from apps.attributes.kinds import KINDS, Setting
from apps.attributes.models import State, new_public_id
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.attributes.writing import is_blank, write
from apps.people.identity import UTC_ZONE, Claim, lock
from apps.people.models import Person
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing, Problem

from .models import Company, Membership

MOST_COMPANIES = 1_000  # of one person (CO-10)
Offer = Mapping[str, Any]

# The person is held: nobody is merged into another, or destroyed, while they join.
JOIN = """
    WITH held AS (
        SELECT id FROM people_person
        WHERE workspace_id = %(workspace)s AND id = %(person)s AND state <> 'merged' FOR KEY SHARE
    )
    INSERT INTO companies_membership AS standing (workspace_id, person_id, company_id, created_at, last_seen_at)
    SELECT %(workspace)s, id, %(company)s, %(now)s, %(seen)s FROM held
    ON CONFLICT (person_id, company_id) DO UPDATE
    SET last_seen_at = greatest(excluded.last_seen_at, standing.last_seen_at)
"""

SEEN = """
    UPDATE companies_company
    SET last_request_at = greatest(last_request_at, %s), session_count = session_count + %s WHERE id = %s
"""


@dataclass(slots=True)
class Arrived:
    """A company that was written, and what became of its values."""

    company: Company
    report: Report
    created: bool


def company_id_of(raw: Any, source: Source) -> str | None:
    """A company_id as sent, made good; None where there is none. Raises Refusal for one that cannot be kept."""
    if is_blank(raw, source) or isinstance(raw, bool):
        return None
    return KINDS["identifier"].clean(raw, Setting(source, UTC_ZONE))


@transaction.atomic
def receive(
    workspace: Workspace, company_id: str, offer: Offer, source: Source, *, now: datetime, by: Hand = NOBODY
) -> Arrived:
    """Make or update the company with this company_id (CO-05, MSG-11). One that was archived comes back."""
    company = _find(workspace, company_id)
    if company is None:
        return receive_new(workspace, company_id, offer, source, now=now, by=by)
    return _write(company, offer, source, by, now)


@transaction.atomic
def receive_new(
    workspace: Workspace, company_id: str, offer: Offer, source: Source, *, now: datetime, by: Hand = NOBODY
) -> Arrived:
    """The same, of a company that was just looked for in vain: it is made, unless somebody else was quicker."""
    lock(workspace, [Claim(external_id=f"company:{company_id}")])
    company = _find(workspace, company_id)
    if company is None:
        return _make(workspace, {"company_id": company_id}, offer, source, by, now)
    return _write(company, offer, source, by, now)


def _write(company: Company, offer: Offer, source: Source, by: Hand, now: datetime) -> Arrived:
    workspace = company.workspace
    if company.state != State.ACTIVE:
        company.state = State.ACTIVE
        company.save(update_fields=["state"])
    report = write(Company, workspace, {company.pk: offer}, source, by=by, now=now)[company.pk]
    return Arrived(company, report, created=False)


def _find(workspace: Workspace, company_id: str) -> Company | None:
    company = Company.objects.of(workspace).filter(company_id=company_id).first()
    if company is not None:
        company.workspace = workspace
    return company


def _make(
    workspace: Workspace, columns: dict[str, Any], offer: Offer, source: Source, by: Hand, now: datetime
) -> Arrived:
    [pk] = next_keys(1)
    birth = {"workspace_id": workspace.pk, "public_id": new_public_id(), "state": State.ACTIVE, **columns}
    report = write(Company, workspace, {pk: offer}, source, by=by, now=now, births={pk: birth})[pk]
    made = Company.from_db(None, ["id", *birth], [pk, *birth.values()])  # its values are read when they are asked for
    made.workspace = workspace
    return Arrived(made, report, created=True)


def next_keys(amount: int) -> list[int]:
    """Keys of companies that are about to be made."""
    if not amount:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('companies_company_id_seq') FROM generate_series(1, %s)", [amount])
        return [key for (key,) in cursor.fetchall()]


def amend(company: Company, offer: Offer, source: Source, *, by: Hand, now: datetime) -> Report:
    """Change one company's values; its company_id never changes (CO-02)."""
    return write(Company, company.workspace, {company.pk: offer}, source, by=by, now=now)[company.pk]


def release(company: Company, key: str, *, by: Hand, now: datetime) -> Report:
    """Re-sync one of a company's values (QUAL-15)."""
    return writing.release(Company, company.workspace, company.pk, key, by=by, now=now)


def join(person: Person, company: Company, *, now: datetime, seen: bool = False) -> None:
    """Make a person a member. Twice is harmless.

    Raises Problem past a thousand companies (CO-10), Missing for somebody who is gone.
    """
    others = Membership.objects.filter(person=person).exclude(company=company)
    if others.count() >= MOST_COMPANIES:
        raise Problem(
            f"A contact can belong to at most {MOST_COMPANIES} companies.", code="contact_company_limit_exceeded"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            JOIN,
            {
                "workspace": person.workspace_id,
                "person": person.pk,
                "company": company.pk,
                "now": now,
                "seen": now if seen else None,
            },
        )
        if not cursor.rowcount:
            raise Missing("This person was deleted meanwhile.")


def leave(person: Person, company: Company) -> None:
    """Take the link away and nothing else (CO-08)."""
    Membership.objects.filter(person=person, company=company).delete()


def seen(company: Company, *, now: datetime, begins_session: bool) -> None:
    """A ping named this company: it was seen, and counts a session where that ping began one (SESS-10, SESS-15)."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [now, int(begins_session), company.pk])


@transaction.atomic
def name_company(person: Person, name: str, *, by: Hand, now: datetime) -> Company:
    """Attach a person to the company of that name; where there is none, make one without company_id (QUAL-26).

    Raises Refusal for a name that cannot be kept.
    """
    name = name.strip()
    if not name:
        raise Refusal(Reason.INVALID, "needs a name")
    workspace = person.workspace
    lock(workspace, [Claim(external_id=f"company name:{name.lower()}")])
    company = Company.objects.of(workspace).active().filter(name__lower=name.lower()).order_by("pk").first()
    if company is None:
        arrived = _make(workspace, {}, {"name": name}, Source.MANUAL, by, now)
        if refusal := arrived.report.refused.get("name"):
            raise refusal
        company = arrived.company
    join(person, company, now=now)
    return company
