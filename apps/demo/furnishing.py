"""The attributes and the qualification data that the demo's people are described with."""

from dataclasses import dataclass
from datetime import datetime

from apps.attributes.catalogue import catalogue_of
from apps.attributes.defining import archive, define
from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.qualification import choosing
from apps.qualification.models import Question
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace

from .words import INTENTS, MOODS, STUDIO_KINDS


@dataclass(frozen=True, slots=True)
class Furniture:
    """One attribute to be made; `via` is where it came from first."""

    about: str
    name: str
    kind: str
    description: str
    via: Source = Source.MANUAL
    options: tuple[str, ...] = ()
    protected: bool = False


ARCHIVED = "old_ledger_number"
ATTRIBUTES = [
    Furniture("person", "bookings_taken", "number", "Bookings that guests made on their page", Source.PING),
    Furniture("person", "calendar_connected", "boolean", "Whether their own calendar is linked", Source.PING),
    Furniture("person", "first_booking_at", "date", "When the first guest booked with them", Source.PING),
    Furniture("person", "booking_page", "text", "The address that their guests see", Source.PING),
    Furniture("person", "guest_rating", "decimal", "What their guests give them, out of five", Source.REST),
    Furniture("person", "invoice_due_at", "date", "When their next invoice is due", Source.REST),
    Furniture("person", "newsletter_topic", "text", "What they asked to hear about", Source.CSV),
    Furniture(
        "person",
        "payout_verified",
        "boolean",
        "Whether the bank has confirmed their account; only the server may say so",
        protected=True,
    ),
    Furniture("person", "studio_kind", "list", "What they teach or rent out", options=tuple(STUDIO_KINDS)),
    Furniture("person", "buying_intent", "list", "How near they are to starting", options=tuple(INTENTS)),
    Furniture("person", "team_goal", "text", "In their words: what should be better in a year"),
    Furniture("person", ARCHIVED, "text", "Their number in the system before this one", Source.CSV),
    Furniture("company", "rooms_run", "number", "Rooms that can be booked", Source.REST),
    Furniture("company", "online_share", "decimal", "Percent of the bookings that come in online", Source.REST),
    Furniture("company", "contract_signed_at", "date", "When the present contract was signed", Source.REST),
    Furniture("company", "pays_by_transfer", "boolean", "Pays by bank transfer, not by card", Source.REST),
    Furniture("company", "account_mood", "list", "How the last call with them went", options=tuple(MOODS)),
]
QUESTIONS = [
    ("person", "studio_kind"),
    ("person", "buying_intent"),
    ("person", "team_goal"),
    ("company", "account_mood"),
]


def furnish(
    workspace: Workspace, *, by: Hand, now: datetime, since: datetime
) -> tuple[list[Attribute], list[Question]]:
    """Make the attributes and put some of them among the qualification data.

    The activity log has the moment at which that was really done; the attributes themselves say `since`, for they
    carry values that are older than the demo.
    """
    made = [
        define(
            workspace,
            piece.about,
            piece.name,
            piece.kind,
            source=piece.via,
            by=by,
            now=now,
            description=piece.description,
            options=piece.options,
            protected=piece.protected,
        )
        for piece in ATTRIBUTES
    ]
    Attribute.objects.filter(pk__in=[attribute.pk for attribute in made]).update(created_at=since, updated_at=since)
    asked = [choosing.add(workspace, catalogue_of(workspace, about)[key], by=by, now=now) for about, key in QUESTIONS]
    return made, asked


def retire(workspace: Workspace, *, by: Hand, now: datetime) -> None:
    """Archive the attribute that nobody needs any more; its values stay, hidden (ATT-43)."""
    archive(Attribute.objects.get(workspace=workspace, about="person", name=ARCHIVED), by=by, now=now)
    workspace.refresh_from_db(fields=["attributes_version"])
