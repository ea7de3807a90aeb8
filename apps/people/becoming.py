"""Who a browser turns out to be: its visitor or lead becomes the user who logs in there, or is merged into them.

A ping that names somebody brings two things about: the visitor or lead of its cookie is that user from now on
(IDN-11), and leads with the user's email are merged into the user (IDN-12). `returning` asks both in its one
statement, so that the most frequent ping of all costs no look-up.
"""

from dataclasses import replace
from datetime import datetime

from apps.attributes.models import State
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.prepared import prepared_cursor

from .identity import NOBODY, Claim, Fate, Standing
from .merging import LIVING, take_in
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

BROWSER = """
    SELECT id, public_id, state FROM people_person WHERE workspace_id = %s AND visitor_id = %s AND role <> 'user'
"""
# The leads with a user's email, if of all users with that email this one was seen last.
NAMESAKES = """
    SELECT lead.id FROM people_person AS own
    JOIN people_person AS lead ON lead.workspace_id = own.workspace_id AND lead.email = own.email
        AND lead.role = 'lead' AND lead.state = 'active'
    WHERE own.workspace_id = %s AND own.id = %s AND NOT EXISTS (
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
        holders = CASE WHEN %s THEN holders - 'email' ELSE holders END
    WHERE workspace_id = %s AND id = %s AND role <> 'user' AND state IN ('active', 'archived')
    RETURNING public_id
"""


def settled(workspace: Workspace, claim: Claim, standing: Standing, *, by: Hand, now: datetime) -> Standing:
    """Who is meant by a ping, once its browser's visitor or lead is them as well.

    A newcomer's claim must be locked. Whom the door will turn away is left as they are.
    """
    if not claim.is_named or standing.fate not in (Fate.FOUND, Fate.NOBODY):
        return standing
    browser = _browser(workspace, claim.visitor_id)
    if standing.pk is None:
        return _become(workspace, claim, browser, now)
    leads = namesakes(workspace, standing.pk)
    if browser.state in LIVING and browser.pk is not None:
        leads.add(browser.pk)
    if leads:
        take_in(workspace, leads, standing.pk, by=by, now=now)
    return standing


def _browser(workspace: Workspace, visitor_id: str | None) -> Standing:
    """Who a cookie stands for so far."""
    row = visitor_id and _first(BROWSER, [workspace.pk, visitor_id])
    if not row:
        return NOBODY
    pk, public_id, state = row
    return Standing(Fate.BLOCKED if state == State.BLOCKED else Fate.FOUND, pk, public_id, state)


def _become(workspace: Workspace, claim: Claim, browser: Standing, now: datetime) -> Standing:
    """The browser's visitor or lead as the user of that name. Nobody where there is none: a user is made then."""
    if browser.fate is Fate.BLOCKED:  # another name does not unblock them (IDN-22)
        return browser
    if browser.pk is None or browser.state not in LIVING:
        return NOBODY
    named_by_email = not claim.external_id
    if not _first(BECOME, [now, named_by_email, workspace.pk, browser.pk]):
        return NOBODY
    return replace(browser, state=State.ACTIVE, role=Role.USER)


def namesakes(workspace: Workspace, user: int) -> set[int]:
    """The leads that are merged into a user at this very ping (IDN-12)."""
    with prepared_cursor() as cursor:
        cursor.execute(NAMESAKES, [workspace.pk, user])
        return {pk for (pk,) in cursor.fetchall()}


def _first(statement: str, params: list) -> tuple | None:
    with prepared_cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()
