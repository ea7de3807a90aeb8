"""What the demo's people did in the last two months, as events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import F, Max

from apps.attributes.sources import Source
from apps.events import keeping
from apps.events.models import Event, EventName, EventSummary
from apps.events.recording import Occurrence, record
from apps.people.models import Role
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace

from .cast import DAY, HISTORY, Cast, Character
from .story import BILLING, Told

SEED = "deeds of their own, so that they change nothing else in the story"
SPAN = timedelta(days=60)
ARCHIVED = "clicked old calendar"

Metadata = dict[str, Any]
Say = Callable[[Random, datetime], Metadata]


@dataclass(frozen=True, slots=True)
class Deed:
    """An event: who does it how often, and what comes with it."""

    name: str
    description: str
    role: Role
    share: float  # of those who were around
    most: int  # times in two months, by whoever does it
    say: Say = field(default=lambda pick, at: {})
    via: Source = Source.PING
    until: int = 0  # days ago: since when nobody does it any more


def _view(pick: Random, at: datetime) -> Metadata:
    return {"view": pick.choice(["month", "week", "week", "day"]), "rooms": pick.randint(1, 4)}


def _channel(pick: Random, at: datetime) -> Metadata:
    channel = pick.choice(["instagram", "newsletter", "poster"])
    return {"channel": channel, "link": f"https://book.example.com/from/{channel}"}


def _voucher(pick: Random, at: datetime) -> Metadata:
    price = {"amount": pick.choice([2500, 4000, 7550, 12000]), "currency": pick.choice(["eur", "eur", "gbp"])}
    return {"price": price, "expires_date": int((at + 365 * DAY).timestamp()), "occasion": pick.choice(OCCASIONS)}


def _report(pick: Random, at: datetime) -> Metadata:
    number = f"P-{pick.randint(2000, 2999)}"
    return {
        "report": {"value": number, "url": f"https://billing.example.com/payouts/{number}"},
        "rows": pick.randint(3, 900),
    }


def _plans(pick: Random, at: datetime) -> Metadata:
    return {"looked_at": pick.choice(["Solo", "Workshop", "House"]), "seconds": pick.randint(4, 240)}


OCCASIONS = ["birthday", "wedding", "thank you"]
DEEDS = [
    Deed("opened-calendar", "Looked at the calendar of their rooms", Role.USER, 0.85, 30, _view),
    Deed("shared-booking-page", "Sent the address of their page to guests", Role.USER, 0.3, 5, _channel),
    Deed("sold-gift-voucher", "A guest paid for a voucher", Role.USER, 0.2, 6, _voucher, Source.REST),
    Deed("downloaded-payout-report", "Took the figures along for the accountant", Role.USER, 0.35, 4, _report),
    Deed("invited-colleague", "Let somebody else into the account", Role.USER, 0.12, 2),
    Deed("cancelled-all-of-a-day", "Closed on short notice: every guest was told", Role.USER, 0.05, 1),
    Deed("compared-plans", "Looked at what it costs", Role.LEAD, 0.7, 4, _plans),
    Deed(ARCHIVED, "The calendar before this one; gone since the spring", Role.USER, 0.25, 6, until=35),
]


def act(workspace: Workspace, told: Told) -> list[EventName]:
    """Record what was done, each deed at a moment when whoever did it was around. Returns the events' names."""
    pick = Random(SEED)  # noqa: S311 - nothing here is secret
    for via, hand in ((Source.PING, NOBODY), (Source.REST, BILLING)):
        done = [one for deed in DEEDS if deed.via is via for one in _done(pick, deed, told.cast, told.now)]
        record(workspace, done, source=via, by=hand, now=told.now)
    made = list(EventName.objects.filter(workspace=workspace, name__in=[deed.name for deed in DEEDS]))
    _date_back(workspace, told.cast, made)
    _describe(made, by=told.founder, now=told.now)
    return made


def _done(pick: Random, deed: Deed, actors: Cast, now: datetime) -> Iterator[Occurrence]:
    until = now - deed.until * DAY
    for character in actors.having(deed.role):
        since, last = max(character.came, now - SPAN), min(_last_seen(character), until)
        if last <= since or pick.random() > deed.share:
            continue
        for _ in range(pick.randint(1, deed.most)):
            at = since + (last - since) * pick.random()
            yield Occurrence(character.pk, deed.name, at, deed.say(pick, at))


def _last_seen(character: Character) -> datetime:
    return character.last_seen or character.came


def _date_back(workspace: Workspace, actors: Cast, made: list[EventName]) -> None:
    """As with attributes and tags: all of this came when it happened, and not just now."""
    people = [character.pk for character in actors.people]
    Event.objects.filter(workspace=workspace, person__in=people).update(created_at=F("at"))
    summed = EventSummary.objects.filter(workspace=workspace, name__in=made).order_by()
    last = dict(summed.values_list("name").annotate(Max("last_at")))
    for name in made:
        name.created_at, name.received_at = last[name.pk] - HISTORY, last[name.pk]
    EventName.objects.bulk_update(made, ["created_at", "received_at"])


def _describe(made: list[EventName], *, by: Hand, now: datetime) -> None:
    told_of = {deed.name: deed.description for deed in DEEDS}
    for name in made:
        keeping.describe(name, told_of[name.name], by=by, now=now)
        if name.name == ARCHIVED:
            keeping.archive(name, by=by, now=now)
