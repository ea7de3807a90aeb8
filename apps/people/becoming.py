"""Who a browser turns out to be: its visitor or lead becomes the user who logs in there, or is merged into them.

A ping that names somebody brings two things about: the visitor or lead of its cookie is that user from now on
(IDN-11), and leads with the user's email are merged into the user (IDN-12). `returning` asks both in its one
statement, so that the most frequent ping of all costs no look-up.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from apps.attributes.models import State
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor

from .identity import NOBODY, Claim, Fate, Standing
from .merging import take_in
from .models import Role

# Of a ping that is about to touch `people_person`: whether there is anything to bring about.
STILL_ANONYMOUS = """EXISTS (
    SELECT FROM people_person AS anonymous
    WHERE anonymous.workspace_id = %s AND anonymous.visitor_id = %s AND anonymous.state IN ('active', 'archived')
)"""
HAS_NAMESAKES = """EXISTS (
    SELECT FROM people_person AS lead
    WHERE lead.workspace_id = people_person.workspace_id AND lead.email = people_person.email
      AND lead.role = 'lead' AND lead.state = 'active'
)"""

BROWSERS = """
    SELECT visitor_id, id, public_id, state FROM people_person
    WHERE workspace_id = %s AND visitor_id = ANY(%s) AND role <> 'user'
"""
# The leads with a user's email, if of all users with that email this one was seen last.
NAMESAKES = """
    SELECT own.id, lead.id FROM people_person AS own
    JOIN people_person AS lead ON lead.workspace_id = own.workspace_id AND lead.email = own.email
        AND lead.role = 'lead' AND lead.state = 'active'
    WHERE own.workspace_id = %s AND own.id = ANY(%s) AND NOT EXISTS (
        SELECT FROM people_person AS other
        WHERE other.workspace_id = own.workspace_id AND other.email = own.email AND other.id <> own.id
          AND other.role = 'user' AND other.state = 'active'
          AND other.last_seen_at > coalesce(own.last_seen_at, '-infinity')
    )
"""
# Named by an email alone, somebody is who has that email: what a teammate noted of the lead gives way.
BECOME = """
    UPDATE people_person
    SET role = 'user', state = 'active', visitor_id = NULL, updated_at = %s,
        holders = CASE WHEN %s THEN holders - 'email' ELSE holders END,
        is_mobile_unidentified = CASE WHEN is_mobile_unidentified IS NOT NULL THEN false END
    WHERE workspace_id = %s AND id = %s AND role <> 'user' AND state IN ('active', 'archived')
    RETURNING public_id
"""


def settled(
    workspace: Workspace, claims: Sequence[Claim], standings: Sequence[Standing], *, by: Hand, now: datetime
) -> list[Standing]:
    """Who is meant by each ping, once its browser's visitor or lead is them as well.

    Newcomers' claims must be locked. Whom the door will turn away is left as they are. Two queries, whatever the number
    of pings, as long as there is nothing to bring about.
    """
    named = [c.is_named and s.fate in (Fate.FOUND, Fate.NOBODY) for c, s in zip(claims, standings, strict=True)]
    browsers = _browsers(workspace, {c.visitor_id for c, is_open in zip(claims, named, strict=True) if is_open})
    leads = namesakes(workspace, [s.pk for s, is_open in zip(standings, named, strict=True) if is_open and s.pk])
    settled = list(standings)
    for place, (claim, standing) in enumerate(zip(claims, standings, strict=True)):
        browser = browsers.get(claim.visitor_id or "")
        if not named[place]:
            continue
        if standing.pk is None and browser:
            settled[place] = _become(workspace, claim, browser, now)
        elif standing.pk:
            theirs = leads.get(standing.pk, set()) | ({browser.pk} if browser and browser.pk else set())
            take_in(workspace, theirs, standing.pk, by=by, now=now)
    return settled


def _browsers(workspace: Workspace, cookies: set[str | None]) -> dict[str, Standing]:
    """Who some cookies stand for so far."""
    wanted = [cookie for cookie in cookies if cookie]
    if not wanted:
        return {}
    with prepared_cursor() as cursor:
        cursor.execute(BROWSERS, [workspace.pk, wanted])
        return {cookie: _anonymous(*row) for cookie, *row in cursor.fetchall()}


def _anonymous(pk: int, public_id: str, state: str) -> Standing:
    return Standing(Fate.BLOCKED if state == State.BLOCKED else Fate.FOUND, pk, public_id, state)


def _become(workspace: Workspace, claim: Claim, browser: Standing, now: datetime) -> Standing:
    """The browser's visitor or lead as the user of that name. Nobody where they cannot be: a user is made then."""
    if browser.fate is Fate.BLOCKED:  # another name does not unblock them (IDN-22)
        return browser
    named_by_email = not claim.external_id
    with prepared_cursor() as cursor:
        cursor.execute(BECOME, [now, named_by_email, workspace.pk, browser.pk])
        became = cursor.fetchone()
    return browser._replace(state=State.ACTIVE, role=Role.USER) if became else NOBODY


def namesakes(workspace: Workspace, users: Iterable[int]) -> dict[int, set[int]]:
    """The leads that are merged into some users at this very ping: user → leads (IDN-12)."""
    wanted = list(users)
    found: dict[int, set[int]] = {}
    if wanted:
        with prepared_cursor() as cursor:
            cursor.execute(NAMESAKES, [workspace.pk, wanted])
            for user, lead in cursor.fetchall():
                found.setdefault(user, set()).add(lead)
    return found
