"""Merging a lead, or a visitor, into the user they turn out to be (IDN-10…14).

What the user lacks is copied, what belongs to the lead moves (`following`), visits are added up. Identifiers stay where
they are. The lead's row stays too, in state MERGED: its id is still known, and the two can be told apart again. A
visitor, whom nobody ever saw, is gone for good.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import move_changes, move_refusals
from apps.attributes.models import RecordChange, RefusedWrite, State
from apps.attributes.writing import adopt
from apps.tags.models import Note, Tagging
from apps.tags.moving import move_notes, move_tags
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Missing, Problem

from . import following, visits
from .following import Merging, moves, stays
from .models import Merge, Person, Role

# Who somebody is, since when, and what holds of their own address: never copied (IDN-14, ATT-49).
OWN = frozenset(
    {
        *("id", "role", "external_id", "email", "email_domain", "pseudonym", "created_at", "updated_at"),
        *("signed_up_at", "first_name", "last_name", "is_mobile_unidentified"),
        *("has_hard_bounced", "marked_email_as_spam"),
    }
)
ADDED_UP = ("session_count", "ios_sessions", "android_sessions")
LATEST = (
    *("last_seen_at", "web_seen_at", "last_contacted_at", "last_replied_at"),
    *("last_email_opened_at", "last_email_clicked_at", "ios_last_seen_at", "android_last_seen_at"),
    *("ios_counted_at", "android_counted_at"),
)
# What tells one thing together: of a group that the user has any of, nothing is copied.
GROUPS = (
    visits.PLACE,
    visits.BROWSER,
    visits.FIRST,
    ("ios_app_name", "ios_app_version", "ios_device", "ios_os_version", "ios_sdk_version"),
    ("android_app_name", "android_app_version", "android_device", "android_os_version", "android_sdk_version"),
)
LIVING = (State.ACTIVE, State.ARCHIVED)

# A session that is under way is the user's now: the ping that follows does not count it once more (SESS-05).
SUMS = ", ".join(f"{name} = coalesce(kept.{name} + gone.{name}, kept.{name}, gone.{name})" for name in ADDED_UP)
FIRST_TOLD = ", ".join(f"{name} = coalesce(kept.{name}, gone.{name})" for name in ("referred_at", "campaign_at"))
MOVED_ON = ", ".join(f"{name} = greatest(kept.{name}, gone.{name})" for name in LATEST)
ADD_UP = f"""
    UPDATE people_person AS kept SET {SUMS}, {MOVED_ON}, {FIRST_TOLD},
        session_started_at = CASE WHEN kept.web_seen_at >= gone.web_seen_at OR gone.web_seen_at IS NULL
            THEN kept.session_started_at ELSE gone.session_started_at END
    FROM people_person AS gone WHERE kept.id = %s AND gone.id = %s
"""  # noqa: S608 - our own columns


class InvalidMerge(Problem):
    """These two are not merged, whoever asks (IDN-13)."""

    code = "invalid_merge"

    def __init__(self) -> None:
        super().__init__("Merging can only be performed on a lead into a user")


def check_mergeable(lead: Person, user: Person) -> None:
    """Raises InvalidMerge for anything but a lead, or visitor, into a user (IDN-13)."""
    if lead.role == Role.USER or user.role != Role.USER or lead.workspace_id != user.workspace_id:
        raise InvalidMerge


@transaction.atomic
def merge(lead: Person, user: Person, *, by: Hand, now: datetime) -> Person:
    """Merge a lead into a user, for good measure as often as you like: the user as they stand now.

    Raises InvalidMerge (IDN-13), Missing for a lead that is gone, Conflict for somebody blocked or to be deleted.
    """
    check_mergeable(lead, user)
    locked = _locked(user.workspace, [lead.pk, user.pk])
    standing, into = locked.get(lead.pk), locked.get(user.pk)
    if standing is None or into is None:
        raise Missing("One of the two was deleted meanwhile.")
    check_mergeable(standing, into)
    if standing.state == State.MERGED and standing.merged_into_id == into.pk:
        return into
    if standing.state == State.MERGED:
        raise Missing("This lead was merged into another user already.")
    for person in (standing, into):
        if person.state != State.ACTIVE:
            raise Conflict(f"{person.label} is {person.get_state_display().lower()}, so they cannot be merged.")
    _merge(standing, into, by, now)
    into.refresh_from_db()
    return into


@transaction.atomic
def take_in(workspace: Workspace, leads: Iterable[int], user: int, *, by: Hand, now: datetime) -> int:
    """Merge whoever of some leads and visitors is still there into a user: how many. What a ping brings about."""
    wanted = list(leads)
    if not wanted:
        return 0
    locked = _locked(workspace, [*wanted, user])
    into = locked.pop(user, None)
    if into is None or into.role != Role.USER or into.state not in LIVING:
        return 0
    found = [lead for lead in locked.values() if lead.role != Role.USER and lead.state in LIVING]
    for lead in found:
        _merge(lead, into, by, now)
    return len(found)


def _locked(workspace: Workspace, pks: list[int]) -> dict[int, Person]:
    """People held in the order of their keys, also against those who are about to add something to them."""
    people = Person.objects.of(workspace).filter(pk__in=pks).only(*Person.head, "visitor_id", "merged_into")
    locked = {person.pk: person for person in people.order_by("pk").select_for_update(of=("self",))}
    for person in locked.values():
        person.workspace = workspace
    return locked


def _merge(lead: Person, user: Person, by: Hand, now: datetime) -> None:
    workspace = user.workspace
    copied = adopt(Person, workspace, lead.pk, user.pk, _groups(workspace), now=now)
    sessions = _add_up(lead, user)
    moved = following.move_all(Merging(workspace, lead.pk, user.pk))
    if lead.role == Role.VISITOR:
        following.destroy(workspace, [lead.pk])
        return
    Merge.objects.create(
        workspace=workspace,
        lead=lead,
        at=now,
        by_id=by.teammate_id,
        hand=by.name[:120],
        visitor_id=lead.visitor_id,
        state_before=lead.state,
        sessions=sessions,
        copied=sorted(copied.changed),
        moved=moved,
    )
    merged = {"state": State.MERGED, "merged_into": user, "visitor_id": None, "updated_at": now}
    Person.objects.filter(pk=lead.pk).update(**merged)
    record(Activity.PERSON_MERGE, workspace=workspace, by=by, now=now, contact=user.public_id, lead=lead.public_id)


def _groups(workspace: Workspace) -> Iterator[tuple[str, ...]]:
    """What may be copied: the groups, and every other attribute by itself, archived ones included."""
    yield from GROUPS
    elsewhere = OWN.union(ADDED_UP, LATEST, *GROUPS)
    for key in catalogue_of(workspace, Person.about).by_key:
        if key not in elsewhere:
            yield (key,)


def register_own() -> None:
    """What the floors below keep of people, and what people keep of each other."""
    moves(RecordChange, lambda m: move_changes(Person.about, m.workspace, m.lead, m.user))
    moves(RefusedWrite, lambda m: move_refusals(Person.about, m.workspace, m.lead, m.user))
    moves(Tagging, lambda m: move_tags(Person, m.workspace, m.lead, m.user))
    moves(Note, lambda m: move_notes(Person, m.workspace, m.lead, m.user))
    stays(Merge, "it tells of the lead")
    stays(Person, "whoever was merged into the lead before: nobody ever was, only users are merged into")


def _add_up(lead: Person, user: Person) -> int:
    """Add the lead's visits to the user's: how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_count FROM people_person WHERE id = %s", [lead.pk])
        [sessions] = cursor.fetchone()
        cursor.execute(ADD_UP, [user.pk, lead.pk])
    return sessions
