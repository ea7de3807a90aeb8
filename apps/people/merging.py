"""Merging a lead, or a visitor, into the user they turn out to be (IDN-10…14); a teammate merges users too (BEY-07).

What the user lacks is copied, what belongs to the lead moves (`following`), visits are added up. Identifiers stay where
they are: `surviving` tells to whom they lead. The lead's row stays too, in state MERGED, and its `Merge` beside it, so
that the two can be told apart again (`parting`). A visitor, whom nobody ever saw, is gone for good.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import move_changes, move_changes_back, move_refusals, move_refusals_back
from apps.attributes.models import OtherId, RecordChange, RefusedWrite, State
from apps.attributes.writing import adopt
from apps.tags.models import Note, Tagging
from apps.tags.moving import count_tags, move_notes, move_notes_back, move_tags, move_tags_back
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Missing, Problem

from . import following, visits
from .following import Merging, Tally, moves, rows_of, stays
from .models import Merge, Person, Role
from .surviving import predecessors

UNDOABLE = timedelta(days=7)

# Who somebody is, since when, and what holds of their own address: never copied (IDN-14, ATT-49).
OWN = frozenset(
    {
        *("id", "role", "external_id", "email", "email_domain", "pseudonym", "created_at", "updated_at"),
        *("signed_up_at", "first_name", "last_name", "is_mobile_unidentified"),
        *("has_hard_bounced", "marked_email_as_spam"),
    }
)
# Of two users a teammate may want these of the other as well; what holds of an address goes with it.
OF_USERS = (("email", "has_hard_bounced", "marked_email_as_spam"), ("signed_up_at",))
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
FIRST_TOLD_AT = ("referred_at", "campaign_at")
VISITS = (*ADDED_UP, *LATEST, *FIRST_TOLD_AT, "session_started_at", "page_url")  # all that adding up may move

# A session that is under way is the user's now: the ping that follows does not count it once more (SESS-05).
SUMS = ", ".join(f"{name} = coalesce(kept.{name} + gone.{name}, kept.{name}, gone.{name})" for name in ADDED_UP)
FIRST_TOLD = ", ".join(f"{name} = coalesce(kept.{name}, gone.{name})" for name in FIRST_TOLD_AT)
MOVED_ON = ", ".join(f"{name} = greatest(kept.{name}, gone.{name})" for name in LATEST)
ADD_UP = f"""
    UPDATE people_person AS kept SET {SUMS}, {MOVED_ON}, {FIRST_TOLD},
        session_started_at = CASE WHEN kept.web_seen_at >= gone.web_seen_at OR gone.web_seen_at IS NULL
            THEN kept.session_started_at ELSE gone.session_started_at END,
        page_url = CASE WHEN kept.web_seen_at >= gone.web_seen_at OR gone.page_url IS NULL
            THEN kept.page_url ELSE gone.page_url END
    FROM people_person AS gone WHERE kept.id = %s AND gone.id = %s
"""  # noqa: S608 - our own columns


class InvalidMerge(Problem):
    """These two are not merged, whoever asks (IDN-13)."""

    code = "invalid_merge"

    def __init__(self, message: str = "Merging can only be performed on a lead into a user") -> None:
        super().__init__(message)


def check_mergeable(lead: Person, user: Person) -> None:
    """Raises InvalidMerge for anything but a lead, or visitor, into a user (IDN-13)."""
    if lead.role == Role.USER or user.role != Role.USER or lead.workspace_id != user.workspace_id:
        raise InvalidMerge


def check_mergeable_by_hand(gone: Person, kept: Person) -> None:
    """Raises InvalidMerge, in words for a teammate, for all but a lead or a user into another user (BEY-07)."""
    if gone.workspace_id != kept.workspace_id:
        raise InvalidMerge("These two belong to different workspaces.")
    if gone.pk == kept.pk:
        raise InvalidMerge("Nobody is merged into themselves. Choose somebody else.")
    if kept.role != Role.USER:
        raise InvalidMerge(f"{kept.label} is a {kept.get_role_display().lower()}. Choose a user: only a user can stay.")
    if gone.role == Role.VISITOR:
        raise InvalidMerge("A visitor is merged when they log in, and not by hand.")


Check = Callable[[Person, Person], None]


@transaction.atomic
def merge(lead: Person, user: Person, *, by: Hand, now: datetime) -> Person:
    """Merge a lead into a user, for good measure as often as you like: the user as they stand now.

    Raises InvalidMerge (IDN-13), Missing for a lead that is gone, Conflict for somebody blocked or to be deleted.
    """
    return _merge_checked(lead, user, check_mergeable, (), by, now)


@transaction.atomic
def merge_by_hand(gone: Person, kept: Person, *, by: Hand, now: datetime, instead: Collection[str] = ()) -> Person:
    """Merge a lead or a user into a user: who stays, as they stand now (BEY-07). Raises as `merge` does.

    `instead` are the attributes whose value the other user's replaces; a lead's replaces none (IDN-14).
    """
    return _merge_checked(gone, kept, check_mergeable_by_hand, instead, by, now)


def _merge_checked(
    lead: Person, user: Person, check: Check, instead: Collection[str], by: Hand, now: datetime
) -> Person:
    check(lead, user)
    locked = lock_people(user.workspace, [lead.pk, user.pk])
    standing, into = locked.get(lead.pk), locked.get(user.pk)
    if standing is None or into is None:
        raise Missing("One of the two was deleted meanwhile.")
    check(standing, into)
    if standing.state == State.MERGED and standing.merged_into_id == into.pk:
        return into
    check_present(standing, into)
    _merge(standing, into, by, now, instead if standing.role == Role.USER else ())
    into.refresh_from_db()
    return into


def check_present(gone: Person, kept: Person) -> None:
    """Raises Missing for somebody who was merged already, Conflict for who is hidden."""
    if gone.state == State.MERGED:
        raise Missing(f"This {gone.get_role_display().lower()} was merged into another user already.")
    if kept.state == State.MERGED:
        raise Conflict(f"{kept.label} was merged into somebody else meanwhile. Choose that person instead.")
    for person in (gone, kept):
        if person.state == State.PENDING_DELETION:  # and is named nowhere any more (DEL-05)
            raise Conflict("One of the two is waiting to be deleted, so they cannot be merged.")
        if person.state != State.ACTIVE:
            raise Conflict(f"{person.label} is {person.get_state_display().lower()}, so they cannot be merged.")


@transaction.atomic
def take_in(workspace: Workspace, leads: Iterable[int], user: int, *, by: Hand, now: datetime) -> int:
    """Merge whoever of some leads and visitors is still there into a user: how many. What a ping brings about."""
    wanted = list(leads)
    if not wanted:
        return 0
    locked = lock_people(workspace, [*wanted, user])
    into = locked.pop(user, None)
    if into is None or into.role != Role.USER or into.state not in LIVING:
        return 0
    found = [lead for lead in locked.values() if lead.role != Role.USER and lead.state in LIVING]
    for lead in found:
        _merge(lead, into, by, now)
    return len(found)


def lock_people(workspace: Workspace, pks: Iterable[int]) -> dict[int, Person]:
    """People held in the order of their keys, also against those who are about to add something to them."""
    people = Person.objects.of(workspace).filter(pk__in=pks).only(*Person.head, "visitor_id", "merged_into")
    locked = {person.pk: person for person in people.order_by("pk").select_for_update(of=("self",))}
    for person in locked.values():
        person.workspace = workspace
    return locked


def _merge(lead: Person, user: Person, by: Hand, now: datetime, instead: Collection[str] = ()) -> None:
    workspace = user.workspace
    formers = adopt(Person, workspace, lead.pk, user.pk, groups_of(lead), now=now, instead=instead)
    sessions, visits = _add_up(lead, user)
    moved = following.move_all(Merging(workspace, lead.pk, user.pk, now))
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
        copied=sorted(formers),
        formers={key: asdict(former) for key, former in formers.items()},
        visits=visits,
        moved=moved,
        undo_until=now + UNDOABLE,
    )
    merged = {"state": State.MERGED, "merged_into": user, "visitor_id": None, "updated_at": now}
    Person.objects.filter(pk=lead.pk).update(**merged)
    who = {"contact": user.public_id, lead.role: lead.public_id}
    record(Activity.PERSON_MERGE, workspace=workspace, by=by, now=now, **who)


def groups_of(gone: Person) -> Iterator[tuple[str, ...]]:
    """What of somebody may be copied: the groups, and every other attribute by itself, archived ones included."""
    grouped = (*GROUPS, *OF_USERS) if gone.role == Role.USER else GROUPS
    yield from grouped
    elsewhere = OWN.union(ADDED_UP, LATEST, *grouped)
    for key in catalogue_of(gone.workspace, Person.about).by_key:
        if key not in elsewhere:
            yield (key,)


def _add_up(lead: Person, user: Person) -> tuple[int, dict[str, Any]]:
    """Add the lead's visits to the user's: how many there were, and what it moved of the user's: [before, after]."""
    columns = ", ".join(VISITS)
    with connection.cursor() as cursor:
        asked = f"SELECT id, session_count, {columns} FROM people_person WHERE id = ANY(%s)"  # noqa: S608
        cursor.execute(asked, [[lead.pk, user.pk]])
        before = {pk: (sessions, values) for pk, sessions, *values in cursor.fetchall()}
        cursor.execute(f"{ADD_UP} RETURNING {', '.join(f'kept.{name}' for name in VISITS)}", [user.pk, lead.pk])
        after = cursor.fetchone()
    pairs = zip(VISITS, before[user.pk][1], after, strict=True)
    return before[lead.pk][0], {name: [plain(was), plain(is_now)] for name, was, is_now in pairs if was != is_now}


def plain(visit: Any) -> Any:
    """A count or an instant as JSON has it."""
    return visit.isoformat() if isinstance(visit, datetime) else visit


# ---- what the floors below keep of people, and what people keep of each other ----------------------------------------


def register_own() -> None:
    moves(
        RecordChange,
        lambda m: move_changes(Person.about, m.workspace, m.lead, m.user),
        lambda m, told: move_changes_back(
            Person.about, m.workspace, m.lead, m.user, predecessors(m.workspace, [m.lead])
        ),
    )
    moves(
        RefusedWrite,
        lambda m: move_refusals(Person.about, m.workspace, m.lead, m.user),
        lambda m, told: move_refusals_back(Person.about, m.workspace, m.lead, m.user, told),
    )
    moves(
        Tagging,
        lambda m: move_tags(Person, m.workspace, m.lead, m.user),
        lambda m, told: move_tags_back(Person, m.workspace, m.lead, m.user, told, m.at),
        tally=lambda m: Tally("tag", "tags", *count_tags(Person, m.workspace, m.lead, m.user)),
    )
    moves(
        Note,
        lambda m: move_notes(Person, m.workspace, m.lead, m.user),
        lambda m, told: move_notes_back(Person, m.workspace, m.lead, m.user, told),
        tally=lambda m: Tally("note", "notes", rows_of(Note, m.workspace, [m.lead]).count()),
    )
    stays(Merge, "it tells of who was merged")
    stays(OtherId, "it leads to who was merged, and so to who survived")
    stays(Person, "who was merged into somebody before is still found through them: see `surviving`")
