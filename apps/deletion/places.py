"""What becomes of everything that the floors below keep, when a person is destroyed: see `reach`.

Those above register their own.
"""

from collections import Counter

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection

from apps.attributes.models import (
    Attribute,
    ColumnClearance,
    OptionRename,
    RecordChange,
    RefusedWrite,
    TypeChange,
)
from apps.bulk.models import BulkChange, Former
from apps.companies.models import Company, Membership
from apps.conversations.models import Conversation, Month, Rating
from apps.duplicates.models import BulkMerge, Look, Pair, Part, Trace
from apps.events.models import Event, EventName, EventSummary
from apps.lists.models import ColumnChoice
from apps.people import presence
from apps.people.models import DetailsChoice, Merge, Person
from apps.qualification.models import Question
from apps.segments.models import Pins, Segment, ValueIndex
from apps.subscriptions.models import Choice, SubscriptionType
from apps.tags.models import LONGEST_NAME, Note, Tag, TagClearance, Tagging
from apps.workspace.jobs import Job
from apps.workspace.models import (
    AccessToken,
    AuditEntry,
    ComplianceDocument,
    Notification,
    Seat,
    SignInLink,
    Teammate,
    Workspace,
)

from . import asked_for
from .models import Deletion, Receipt
from .reach import Going, cleaned, elsewhere, goes, names_taken_out, spared


def register_all() -> None:
    _register_what_goes()
    _register_what_is_cleaned()
    _register_what_is_spared()
    _register_what_is_no_table()


def _register_what_goes() -> None:
    goes(
        Person,
        "profile with all its values",
        "profiles with all their values",
        take=_profiles_taken,
        count=lambda going: len(going.whose),
    )
    goes(RecordChange, "entry of the history", "entries of the history")
    goes(RefusedWrite, "refused value", "refused values", sweep=_refused_values_cleaned)
    goes(Tagging, "tag", "tags")
    goes(Note, "note", "notes", sweep=_notes_on_others_cleaned)
    goes(Membership, "membership in a company", "memberships in companies")
    goes(Event, "event", "events")
    goes(EventSummary, "event summary", "event summaries")
    goes(Choice, "subscription", "subscriptions")
    goes(Conversation, "conversation", "conversations")
    goes(Merge, "merge with what undoing it would need", "merges with what undoing them would need")
    goes(Former, "former state kept to undo a bulk change", "former states kept to undo bulk changes")
    goes(Pair, "pair of likely duplicates", "pairs of likely duplicates")
    goes(Trace, "digest of an email or phone", "digests of emails and phones")
    goes(Part, "merge in a bulk merge", "merges in bulk merges")
    goes(Deletion, "request to be deleted", "requests to be deleted")


def _register_what_is_cleaned() -> None:
    cleaned(
        AuditEntry,
        "activity log entry that mentioned them",
        "activity log entries that mentioned them",
        why="the log keeps who did what and when; the person stays in it by Intercom ID alone (DEL-22)",
        fields=("metadata",),
    )
    cleaned(
        BulkChange,
        "bulk change that searched for them",
        "bulk changes that searched for them",
        why="what was done to many is told of all of them",
        sweep=asked_for.bulk_changes_cleaned,
    )
    cleaned(
        Rating,
        "rating that is nobody's now",
        "ratings that are nobody's now",
        why="how content people were is kept, and what they remarked (DEL-08)",
        sweep=_remarks_cleaned,
        take=_ratings_let_go,
    )
    cleaned(
        Notification,
        "notification that mentioned them",
        "notifications that mentioned them",
        why="it tells a teammate what became of their work",
        fields=("message",),
    )
    cleaned(
        Segment,
        "segment that asked for them by name",
        "segments that asked for them by name",
        why="a segment asks for others as well",
        sweep=asked_for.segments_cleaned,
    )

    cleaned(
        Tag,
        "tag named after them",
        "tags named after them",
        why="others carry it as well",
        sweep=_tags_cleaned,
    )


def _register_what_is_spared() -> None:
    definition = "a definition that teammates make: it says what can be known of people, and nothing of anybody"
    spared(Attribute, Question, EventName, SubscriptionType, why=definition)
    of_teammates = "of those who sign in, not of those whom they look at"
    spared(Teammate, Seat, SignInLink, AccessToken, ColumnChoice, DetailsChoice, Pins, why=of_teammates)
    spared(Permission, Group, Session, why=of_teammates)
    spared(Month, why="how many conversations began in a month: those of deleted people count on (DEL-09)")
    spared(Workspace, why="the rules of a workspace")
    spared(ComplianceDocument, why="papers about the installation, which operators upload")
    spared(Company, why="of a group of people: it outlives its members, and its totals are not reduced (DEL-19)")
    moved = "work on an attribute; the values it moves stand in the profile's own row and go with it"
    spared(TypeChange, ColumnClearance, OptionRename, why=moved)
    spared(TagClearance, why="work on a tag, by its number")
    spared(Look, BulkMerge, why="work on duplicates, in numbers; whom it is about stands in its pairs and parts")
    spared(ValueIndex, why="that a column is indexed; what the index holds goes with the profile's row")
    spared(Receipt, why="what is left of a deletion: an Intercom ID, times and counts (BEY-09)")
    spared(ContentType, why="Django's own list of tables")
    spared(LogEntry, why="what operators did in the Django admin, where people's rows are shown and never changed")


def _register_what_is_no_table() -> None:
    elsewhere(
        "Presence",
        "sign of being online",
        "signs of being online",
        why="in Redis, by Intercom ID, for two minutes after the last heartbeat",
        sweep=_presence_forgotten,
    )
    elsewhere(
        "Errors of jobs",
        "error of a job that told of them",
        "errors of jobs that told of them",
        why="why it broke off is kept",
        sweep=_errors_of_jobs_cleaned,
    )
    elsewhere("Queue", why="tasks name a job or nothing at all: what they are about stands in the tables")
    samples = "counts by a digest of what was asked, and samples of values for a minute, of live people alone"
    elsewhere("Cache", why=samples)


# ---- their own ways --------------------------------------------------------------------------------------------------


def _profiles_taken(going: Going) -> Counter[int]:
    """The rows with every value, the columns of type changes included: nothing refers to them any more."""
    with connection.cursor() as cursor:
        statement = "DELETE FROM people_person WHERE workspace_id = %s AND id = ANY(%s::bigint[]) RETURNING id"
        # those who were merged first: they refer to who survived
        cursor.execute(statement, [going.workspace.pk, going.array])
        return going.by_person({pk: 1 for (pk,) in cursor.fetchall()})


LET_RATINGS_GO = """
    WITH theirs AS (
        SELECT id, person_id FROM conversations_rating
        WHERE workspace_id = %s AND person_id = ANY(%s::bigint[]) FOR UPDATE
    ), kept AS (
        UPDATE conversations_rating AS rating SET person_id = NULL, conversation_id = NULL
        FROM theirs WHERE rating.id = theirs.id
    )
    SELECT person_id, count(*) FROM theirs GROUP BY person_id
"""


def _remarks_cleaned(going: Going) -> Counter[int]:
    """Their own ratings are counted when they are let go."""
    names_taken_out(Rating, ("remark",), going)
    return Counter()


def _ratings_let_go(going: Going) -> Counter[int]:
    """They stay, of nobody."""
    with connection.cursor() as cursor:
        cursor.execute(LET_RATINGS_GO, [going.workspace.pk, going.array])
        return going.by_person(dict(cursor.fetchall()))


def _refused_values_cleaned(going: Going) -> Counter[int]:
    """What was refused to somebody else, or to nobody, may be this person's email: as long as it is kept at all."""
    refused = RefusedWrite.objects.filter(workspace=going.workspace, redacted_at=None).exclude(record_id__in=going.pks)
    mentions: Counter[int] = Counter()
    mended = []
    for pk, *texts in refused.values_list("pk", "raw", "message").iterator():
        if not any(map(going.names.may_be_in, texts)):
            continue
        (raw, by_raw), (message, by_message) = map(going.names.taken_out, texts)
        if who := by_raw | by_message:
            mended.append(RefusedWrite(pk=pk, raw=raw[:255], message=message[:500]))
            mentions.update(who)
    RefusedWrite.objects.bulk_update(mended, ["raw", "message"], batch_size=500)
    return mentions


def _notes_on_others_cleaned(going: Going) -> Counter[int]:
    """What teammates wrote about somebody in a note on somebody else, or on a company; their own notes go."""
    others = Note.objects.exclude(about=Person.about, record_id__in=going.pks)
    return names_taken_out(Note, ("text",), going, among=others)


def _tags_cleaned(going: Going) -> Counter[int]:
    """Of what means somebody and nothing else, as the name of a segment: "New York" may be a city."""
    mentions: Counter[int] = Counter()
    for tag in Tag.objects.filter(workspace=going.workspace).order_by("pk"):
        name, who = going.names.identifiers.taken_out(tag.name)
        if who:  # no two of them are called the same (TAG-02)
            Tag.objects.filter(pk=tag.pk, name=tag.name).update(name=f"{name[: LONGEST_NAME - 24]} #{tag.pk}")
            mentions.update(who)
    return mentions


def _errors_of_jobs_cleaned(going: Going) -> Counter[int]:
    """What the database refuses it may name."""
    mentions: Counter[int] = Counter()
    for model in apps.get_models():
        if issubclass(model, Job):
            broken = model._default_manager.exclude(error="")
            mentions += names_taken_out(model, ("error",), going, among=broken)
    return mentions


def _presence_forgotten(going: Going) -> Counter[int]:
    forgotten = presence.forget(going.workspace, list(going.public_ids))
    return Counter(going.public_ids[public_id] for public_id in forgotten)
