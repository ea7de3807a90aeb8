"""A look through everybody for those who may be one person: stage by stage, each in bounded steps (BEY-08).

1. `reading`: everybody by their key, some thousands at a time. Whoever has a phone, or an email that somebody else has
   too, leaves a `Trace`.
2. `matching`: the traces, some thousands at a time; each is paired with the first few of the same digest. So a group of
   any size costs what its members cost, and a small one is paired in full.
3. `naming`: companies by their key, a few at a time. Within a company names are compared by pairs; in a large one each
   with those that follow it in the order of names.
4. `clearing`: pairs that were not met any more go, unless somebody has judged them; so do the traces.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from apps.attributes.models import State
from apps.companies.models import Company, Membership
from apps.people.models import Person, Role
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.jobs import UNDER_WAY
from apps.workspace.models import Workspace

from .alike import DIGITS, FEWEST_DIGITS, NEAR, Reason
from .models import Look, Pair, Trace

READ_AT_ONCE = 10_000  # people
COMPANIES_AT_ONCE = 500
MATCHED_AT_ONCE = 5_000  # traces
COMPARED_AT_ONCE = 200_000  # pairs of names
CLEARED_AT_ONCE = 20_000
FIRST_FEW = 5  # of those who share an email or phone everybody is paired with so many
MOST_SHARING = 20  # whose phone more people have than these, that is a switchboard, and says nothing of anybody
ALL_PAIRS = 300  # members of a company up to which every name is compared with every other
NEIGHBOURS = 20  # names that each is compared with in a larger one
MOST_MEMBERS = 20_000  # a company of more is no team: names in it are not compared
EVERY = timedelta(hours=24)
KEPT = 10  # looks

LISTED = f"state = '{State.ACTIVE}' AND role <> '{Role.VISITOR}'"


def latest(workspace: Workspace) -> Look | None:
    """The look that is under way, or the last one."""
    return Look.objects.filter(workspace=workspace).order_by("-pk").first()


def begin(workspace: Workspace, *, by: Hand = NOBODY, now: datetime) -> Look:
    """Start a look; where one is under way, that one is meant."""
    under_way = Look.objects.filter(workspace=workspace, state__in=UNDER_WAY)
    if found := under_way.first():
        return found
    total = Person.objects.of(workspace).listed().count()
    try:
        with transaction.atomic():
            look = Look.objects.create(workspace=workspace, by_id=by.teammate_id, total=total, created_at=now)
            look.wake()
            return look
    except IntegrityError:  # somebody else began one just now
        return under_way.get()


def begin_where_due(now: datetime) -> int:
    """Start a look wherever the last one began a day ago, or there was none: how many."""
    recent = Look.objects.filter(created_at__gt=now - EVERY).values("workspace")
    due = Workspace.objects.exclude(pk__in=recent)
    for workspace in due:
        begin(workspace, now=now)
    return len(due)


def step(look: Look, now: datetime) -> bool:
    """The next stretch of the present stage, or the first of the next one."""
    if STAGES[look.stage](look, now):
        return True
    look.stage, look.cursor = FOLLOWED_BY[look.stage], 0
    return look.stage != "done"


def close(look: Look) -> None:
    """However it ended: nothing of what it read is kept."""
    Trace.objects.filter(look=look).delete()


# ---- the stages: each does a stretch and says whether there was one --------------------------------------------------


LEAVE_TRACES = f"""
    INSERT INTO duplicates_trace (workspace_id, look_id, person_id, reason, digest)
    SELECT %(workspace)s, %(look)s, id, reason, hashtextextended(said, 0) FROM (
        SELECT id, '{Reason.EMAIL}' AS reason, email AS said FROM people_person AS one
        WHERE id = ANY(%(people)s) AND EXISTS (
            SELECT FROM people_person AS other WHERE other.workspace_id = %(workspace)s AND other.email = one.email
            AND other.id <> one.id AND other.{LISTED.replace("role", "other.role")})
        UNION ALL
        SELECT id, '{Reason.PHONE}', {DIGITS.format("phone")} FROM people_person
        WHERE id = ANY(%(people)s) AND length({DIGITS.format("phone")}) >= {FEWEST_DIGITS}
    ) AS told ORDER BY id
"""  # noqa: S608 - our own words


def _read(look: Look, now: datetime) -> bool:
    people = Person.objects.of(look.workspace).listed().filter(pk__gt=look.cursor).order_by("pk")
    pks = list(people.values_list("pk", flat=True)[:READ_AT_ONCE])
    if not pks:
        return False
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_TRACES, {"workspace": look.workspace_id, "look": look.pk, "people": pks})
    look.cursor = pks[-1]
    look.done = min(look.total, look.done + len(pks))
    return True


KEEP = """
    INSERT INTO duplicates_pair AS pair
        (workspace_id, lower_id, higher_id, reasons, found_at, met_in, dismissed_hand)
    SELECT %(workspace)s, lower, higher, array_agg(DISTINCT reason), %(now)s, %(look)s, ''
    FROM ({found}) AS found GROUP BY lower, higher ORDER BY lower, higher
    ON CONFLICT (lower_id, higher_id) DO UPDATE SET met_in = excluded.met_in, reasons = CASE
        WHEN pair.met_in <> excluded.met_in THEN excluded.reasons
        ELSE ARRAY(SELECT DISTINCT unnest(pair.reasons || excluded.reasons)) END
    RETURNING (xmax = 0)
"""

SHARING = f"""
    SELECT first.person_id AS lower, one.person_id AS higher, one.reason
    FROM duplicates_trace AS one CROSS JOIN LATERAL (
        SELECT other.person_id FROM duplicates_trace AS other
        WHERE other.look_id = one.look_id AND other.reason = one.reason AND other.digest = one.digest
            AND other.person_id < one.person_id
        ORDER BY other.person_id LIMIT {FIRST_FEW}
    ) AS first
    WHERE one.id = ANY(%(traces)s) AND (one.reason <> '{Reason.PHONE}' OR NOT EXISTS (
        SELECT FROM duplicates_trace AS other
        WHERE other.look_id = one.look_id AND other.reason = one.reason AND other.digest = one.digest
        OFFSET {MOST_SHARING}))
"""  # noqa: S608


def _match(look: Look, now: datetime) -> bool:
    traces = Trace.objects.filter(look=look, pk__gt=look.cursor).order_by("pk")
    pks = list(traces.values_list("pk", flat=True)[:MATCHED_AT_ONCE])
    if not pks:
        return False
    _keep(look, now, SHARING, traces=pks)
    look.cursor = pks[-1]
    return True


NAMESAKES = f"""
    WITH members AS MATERIALIZED (
        SELECT membership.company_id, person.id, person.name, lower(person.name) AS called,
            row_number() OVER (PARTITION BY company_id ORDER BY lower(person.name), person.id) AS place,
            count(*) OVER (PARTITION BY company_id) AS many
        FROM companies_membership AS membership JOIN people_person AS person ON person.id = membership.person_id
        WHERE membership.company_id = ANY(%(companies)s) AND person.workspace_id = %(workspace)s
            AND person.{LISTED.replace("role", "person.role")} AND person.name IS NOT NULL
    ), neighbours AS (
        SELECT *, generate_series(
            place + 1, least(many, place + CASE WHEN many <= {ALL_PAIRS} THEN many ELSE {NEIGHBOURS} END)) AS next
        FROM members
    )
    SELECT DISTINCT least(one.id, other.id) AS lower, greatest(one.id, other.id) AS higher, '{Reason.NAME}' AS reason
    FROM neighbours AS one JOIN members AS other ON other.company_id = one.company_id AND other.place = one.next
    WHERE one.called = other.called OR similarity(one.name, other.name) >= {NEAR}
"""  # noqa: S608


def _name(look: Look, now: datetime) -> bool:
    companies = Company.objects.of(look.workspace).active().filter(pk__gt=look.cursor).order_by("pk")
    pks = list(companies.values_list("pk", flat=True)[:COMPANIES_AT_ONCE])
    if not pks:
        return False
    meant, look.cursor = _affordable(look.workspace, pks)
    if meant:
        _keep(look, now, NAMESAKES, companies=meant)
    return True


def _affordable(workspace: Workspace, pks: list[int]) -> tuple[list[int], int]:
    """The companies from the first on whose names can be compared in one step, and the last that was passed."""
    counted = Membership.objects.filter(workspace=workspace, company__in=pks).values("company")
    members: dict[Any, int] = dict(counted.annotate(number=Count("pk")).values_list("company", "number"))
    meant: list[int] = []
    left, passed = COMPARED_AT_ONCE, pks[0]
    for pk in pks:
        number = members.get(pk, 0)
        if 1 < number <= MOST_MEMBERS:
            left -= number * min(number - 1, ALL_PAIRS if number <= ALL_PAIRS else NEIGHBOURS)
            if left < 0 and meant:
                break
            meant.append(pk)
        passed = pk
    return meant, passed


def _keep(look: Look, now: datetime, found: str, **asked: list[int]) -> None:
    with connection.cursor() as cursor:
        told: dict[str, Any] = {"workspace": look.workspace_id, "look": look.pk, "now": now, **asked}
        cursor.execute(KEEP.replace("{found}", found), told)
        look.found += sum(is_new for (is_new,) in cursor.fetchall())


def _clear(look: Look, now: datetime) -> bool:
    for rows in (
        Trace.objects.filter(workspace=look.workspace, look__lte=look.pk),
        Pair.objects.filter(workspace=look.workspace, dismissed_at=None).exclude(met_in=look.pk),
    ):
        pks = list(rows.values_list("pk", flat=True)[:CLEARED_AT_ONCE])
        if pks and rows.filter(pk__in=pks).delete()[0]:
            return True
    kept = Look.objects.filter(workspace=look.workspace).order_by("-pk").values("pk")[:KEPT]
    Look.objects.filter(workspace=look.workspace).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return False


STAGES: dict[str, Callable[[Look, datetime], bool]] = {
    "reading": _read,
    "matching": _match,
    "naming": _name,
    "clearing": _clear,
}
FOLLOWED_BY = dict(zip(STAGES, [*list(STAGES)[1:], "done"], strict=True))
