"""Who is meant: by user_id, else by email, else by the browser's cookie (IDN-01…08)."""

import hashlib
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from apps.attributes.kinds import KINDS, Setting
from apps.attributes.models import State
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.attributes.writing import is_blank
from apps.workspace.fetching import fetch
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor
from apps.workspace.problems import Conflict, Problem

from .models import Person, Role
from .surviving import Alias, survivors

UTC_ZONE = ZoneInfo("UTC")
SETTINGS = {source: Setting(source, UTC_ZONE) for source in Source}
ALONE = 16  # batches with more newcomers than this arrive one batch at a time


class Claim(NamedTuple):
    """Who somebody says they are, made good: an empty claim is a visitor without a cookie."""

    external_id: str | None = None
    email: str | None = None
    visitor_id: str | None = None

    @property
    def is_named(self) -> bool:
        return bool(self.external_id or self.email)

    @property
    def names(self) -> list[tuple[str, str]]:
        """Every name that is claimed, with what it is."""
        return [(kind, name) for kind, name in zip(self._fields, self, strict=True) if name]

    @property
    def strongest(self) -> tuple[str, str | None]:
        """What decides who is meant."""
        if self.external_id:
            return "external_id", self.external_id
        return ("email", self.email) if self.email else ("visitor_id", self.visitor_id)


class Fate(Enum):
    """What stands behind a claim."""

    FOUND = auto()
    NOBODY = auto()
    AMBIGUOUS = auto()  # an email of several users (MSG-18)
    BLOCKED = auto()
    IN_GRACE = auto()  # waiting to be deleted, or the identifiers of somebody who is (DEL-17)
    PASSED_OVER = auto()  # known where only newcomers are meant, or not known where only the known are (IMP-22)


class Standing(NamedTuple):
    """A claim, and who was found behind it; with an alias where a merged user's name led to them (BEY-07)."""

    fate: Fate
    pk: int | None = None
    public_id: str | None = None
    state: str = State.ACTIVE
    role: str = Role.USER
    alias: Alias | None = None


FATES = {State.BLOCKED.value: Fate.BLOCKED, State.PENDING_DELETION.value: Fate.IN_GRACE}
NOBODY = Standing(Fate.NOBODY)
BLOCKED = Standing(Fate.BLOCKED)
IN_GRACE = Standing(Fate.IN_GRACE)
AMBIGUOUS = Standing(Fate.AMBIGUOUS)


class Unfit(Problem):
    """An identifier that cannot be kept, where nothing else tells who is meant; the door notes its report (BEY-02)."""

    def __init__(self, field: str, raw: Any, refusal: Refusal) -> None:
        super().__init__(f"{field} {refusal.message}", field=field)
        self.report = Report(refused={field: refusal}, raw={field: raw})


def claim(external_id: Any, email: Any, visitor_id: str | None, source: Source) -> Claim:
    """What was sent as identifiers, as a claim.

    A user_id that is no text or number stops the request, and so does an email that is none where nothing else tells
    who is meant: raises Unfit.
    """
    name = "user_id" if source.is_ping else "external_id"
    user_id = None if is_blank(external_id, source) else _clean("identifier", external_id, name, source)
    try:
        address = None if is_blank(email, source) else _clean("email", email, "email", source)
    except Unfit:
        if not user_id:
            raise
        address = None  # the write refuses that key alone (MSG-13)
    return Claim(user_id, address, visitor_id)


def _clean(kind: str, raw: Any, field: str, source: Source) -> str:
    try:
        if isinstance(raw, bool):
            raise Refusal(Reason.INVALID, "is true or false; send text")
        return KINDS[kind].clean(raw, SETTINGS[source])
    except Refusal as refusal:
        raise Unfit(field, raw, refusal) from None


# Who has which of some names. Of many each is looked up by itself: what a planner thinks of them all together, before
# it knows the table's figures, is a reading of the whole table.
FEW = """
    SELECT {column}, id, public_id, state, role FROM people_person
    WHERE workspace_id = %s AND {column} = ANY(%s) AND NOT (state = 'merged' AND role <> 'user') ORDER BY id
"""
MANY = """
    SELECT named.* FROM (SELECT %s::bigint AS workspace, unnest(%s::text[]) AS name) AS wanted CROSS JOIN LATERAL (
        SELECT {column}, id, public_id, state, role FROM people_person
        WHERE workspace_id = wanted.workspace AND {column} = wanted.name
          AND NOT (state = 'merged' AND role <> 'user')
        OFFSET 0
    ) AS named ORDER BY named.id
"""


# ---- finding ---------------------------------------------------------------------------------------------------------


def find(workspace: Workspace, claims: Sequence[Claim]) -> list[Standing]:
    """Who stands behind each claim: at most three queries, whatever their number, and more only for merged users."""
    by_user_id = people_by(workspace, "external_id", {c.external_id for c in claims if c.external_id})
    unsolved = {c.email for c in claims if c.email and c.external_id not in by_user_id}
    by_email = people_by(workspace, "email", unsolved)
    by_cookie = people_by(workspace, "visitor_id", {c.visitor_id for c in claims if c.visitor_id and not c.is_named})
    return [_standing(c, by_user_id, by_email, by_cookie) for c in claims]


class Row(NamedTuple):
    pk: int
    public_id: str
    state: str
    role: str
    alias: Alias | None = None


Found = dict[str, list[Row]]


def people_by(workspace: Workspace, column: str, wanted: set[str]) -> Found:
    """Who has which of some names; for a merged user it is their survivor. A merged lead's names lead nowhere."""
    if not wanted:
        return {}
    found: Found = {}
    with prepared_cursor() as cursor:
        cursor.execute((FEW if len(wanted) <= ALONE else MANY).format(column=column), [workspace.pk, list(wanted)])
        rows = [(name, Row(*row)) for name, *row in cursor.fetchall()]
    kept = survivors(workspace, [row.pk for _, row in rows if row.state == State.MERGED])
    for name, row in rows:
        if row.state != State.MERGED:
            found.setdefault(name, []).append(row)
        elif row.pk in kept:
            survivor = kept[row.pk]
            led = Row(survivor.pk, survivor.public_id, survivor.state, survivor.role, survivor.alias)
            found.setdefault(name, []).append(led)
    return found


def _standing(claim: Claim, by_user_id: Found, by_email: Found, by_cookie: Found) -> Standing:
    if claim.external_id:
        if rows := by_user_id.get(claim.external_id):
            return _of(rows[0])
        return IN_GRACE if _any_in_grace(_users(by_email, claim)) else NOBODY
    if claim.email:
        return _by_email(_users(by_email, claim), _leads(by_email, claim))
    rows = by_cookie.get(claim.visitor_id or "", [])
    return _of(rows[0]) if rows else NOBODY


def _users(by_email: Found, claim: Claim) -> list[Row]:
    """The users with an email; where there are none, those to whom it leads."""
    rows = [row for row in by_email.get(claim.email or "", []) if row.role == Role.USER]
    own = [row for row in rows if row.alias is None]
    return own or list({row.pk: row for row in rows}.values())


def _leads(by_email: Found, claim: Claim) -> list[Row]:
    return [row for row in by_email.get(claim.email or "", []) if row.role != Role.USER]


def _by_email(users: list[Row], leads: list[Row]) -> Standing:
    """The one live user with an email; else the one who is hidden: blocked, in grace, archived.

    An email alone never means a lead; but where one is blocked, nobody comes back under it (IDN-22).
    """
    live = [row for row in users if row.state == State.ACTIVE]
    if len(live) > 1:
        return AMBIGUOUS
    if live:
        return _of(live[0])
    if any(lead.state == State.BLOCKED for lead in leads):
        return BLOCKED
    for state in (State.BLOCKED, State.PENDING_DELETION, State.ARCHIVED):
        if hidden := [row for row in users if row.state == state]:
            return _of(hidden[0]) if state != State.ARCHIVED or len(hidden) == 1 else AMBIGUOUS
    return NOBODY


def find_leads(workspace: Workspace, claims: Sequence[Claim]) -> list[Standing]:
    """Whom the emails of a file of leads mean: the live lead, else the user of that email (IMP-10).

    An archived lead is nobody: another one is made (IMP-14, IDN-20).
    """
    by_email = people_by(workspace, "email", {c.email for c in claims if c.email})
    return [_of_leads(_users(by_email, c), _leads(by_email, c)) if c.email else NOBODY for c in claims]


def _of_leads(users: list[Row], leads: list[Row]) -> Standing:
    live = [lead for lead in leads if lead.state == State.ACTIVE]
    if len(live) > 1:
        return AMBIGUOUS
    return _of(live[0]) if live else _by_email(users, leads)


def turned_away(workspace: Workspace, email: str | None) -> Standing | None:
    """Why nobody begins as a lead with an email: it is that of somebody blocked or in grace (IDN-22, DEL-17)."""
    [standing] = find(workspace, [Claim(email=email)])
    return standing if standing.fate in (Fate.BLOCKED, Fate.IN_GRACE) else None


def _of(row: Row) -> Standing:
    return Standing(FATES.get(row.state, Fate.FOUND), *row)


def _any_in_grace(users: list[Row]) -> bool:
    return any(row.state == State.PENDING_DELETION for row in users)


# ---- claiming --------------------------------------------------------------------------------------------------------


class Taken(Conflict):
    """A user holds this identifier already (IDN-05); the message names them by their id (IDN-07)."""

    def __init__(self, holder: Person, key: str) -> None:
        kind = "A contact" if holder.state == State.ACTIVE else "An archived contact"
        super().__init__(f"{kind} matching those details already exists with id={holder.public_id}")
        self.holder = holder
        self.key = key


def lock(workspace: Workspace, claims: Iterable[Claim]) -> None:
    """Until the transaction ends nobody else makes a person of these claims. Take it before rows are locked.

    A few newcomers lock their own identifiers; many lock the workspace's door, for a lock a row would fill the table.
    """
    names = sorted({name for c in claims for name in (c.external_id, c.email, c.visitor_id) if name})
    with connection.cursor() as cursor:
        if len(names) > ALONE:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_key(workspace, "")])
            return
        one_by_one = ["pg_advisory_xact_lock_shared(%s)", *["pg_advisory_xact_lock(%s)"] * len(names)]  # in their order
        cursor.execute(f"SELECT {', '.join(one_by_one)}", [_lock_key(workspace, name) for name in ("", *names)])


def _lock_key(workspace: Workspace, name: str) -> int:
    digest = hashlib.blake2b(f"{workspace.pk}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def check_free(workspace: Workspace, claim: Claim, *, own: Person | None = None) -> None:
    """Raises Taken when a user holds these identifiers already (IDN-04…06), naming the holder's id (IDN-07).

    An equal email is allowed when both carry different user_ids and the holder is live. `own` is not in its own way.
    """
    found = _holders(workspace, claim)
    for holder in found:
        if claim.external_id and holder.external_id == claim.external_id:
            _check_user_id_free(workspace, holder, own)
    for holder in found:
        if holder == own or not claim.email or holder.email != claim.email or holder.role != Role.USER:
            continue
        if holder.state == State.MERGED:
            continue
        both_named = claim.external_id and holder.external_id
        if not both_named or holder.state in (State.ARCHIVED, State.PENDING_DELETION):
            raise Taken(holder, "email")


HOLDERS = "it.workspace_id = %s AND (it.external_id = %s OR it.email = %s AND it.role = 'user') ORDER BY it.id"


def _holders(workspace: Workspace, claim: Claim) -> list[Person]:
    """Whoever has that user_id, and the users with that email, in one query."""
    return fetch(Person, HOLDERS, [workspace.pk, claim.external_id, claim.email]) if claim.is_named else []


def _check_user_id_free(workspace: Workspace, holder: Person, own: Person | None) -> None:
    """A merged user's user_id leads to whom they were merged into: it stays that user's, who can come back."""
    if holder.state == State.MERGED:
        holder = Person.objects.get(pk=survivors(workspace, [holder.pk])[holder.pk].pk)
    elif holder == own:
        return
    raise Taken(holder, "external_id")
