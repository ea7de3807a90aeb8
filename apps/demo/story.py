"""What happened to the demo's people since they came: scenes, each a batch of offers from one source at one moment.

The rules decide what becomes of them: several are there to be refused, so that the log of refusals has its lines.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from apps.attributes.sources import Source
from apps.people.models import Role
from apps.workspace.hands import NOBODY, Hand

from .cast import DAY, HISTORY, HOUR, Cast, Character, Studio
from .words import GOALS, INTENTS, MOODS, STUDIO_KINDS, TOPICS

BILLING = Hand(name="Billing sync")
WORKFLOW = Hand(name="Qualify new leads")
WEEKLY_PINGS = 18
MILLISECONDS = 1000

Offer = dict[str, Any]


@dataclass(slots=True)
class Scene:
    """Values offered to some people, or to some studios, by one source at one moment."""

    at: datetime
    source: Source
    by: Hand = NOBODY
    people: list[tuple[Character, Offer]] = field(default_factory=list)
    studios: list[tuple[Studio, Offer]] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """What a scene is thought up from, and how far the counters have come."""

    pick: Random
    cast: Cast
    now: datetime
    founder: Hand
    owners: list[int]
    bookings: dict[int, int] = field(default_factory=dict)  # by the character's place in the cast

    def some(self, people: Iterable[Character], amount: int, moment: datetime) -> list[Character]:
        """A few of those who had come by then."""
        here = [character for character in people if character.came < moment]
        return self.pick.sample(here, min(amount, len(here)))

    def writing(
        self, at: datetime, source: Source, by: Hand, people: list[Character], say: Callable[[Character], Offer]
    ) -> Scene:
        return Scene(at, source, by, people=[(character, say(character)) for character in people])


def scenes(told: Told) -> list[Scene]:
    """Everything that happens after people came, in the order of time."""
    acts = (_pings, _signed_pings, _billing, _files, _workflow, _founder, _clashes, _studios)
    return sorted((scene for act in acts for scene in act(told)), key=lambda scene: scene.at)


# ---- what people's own browsers send ---------------------------------------------------------------------------------


def _pings(told: Told) -> Iterable[Scene]:
    """Users come back, week by week, and their pages count the bookings."""
    users = told.cast.having(Role.USER)
    numbers = {id(user): number for number, user in enumerate(users)}
    for week in range(WEEKLY_PINGS):
        at = told.now - HISTORY * (WEEKLY_PINGS - week - 0.97) / WEEKLY_PINGS + told.pick.randint(0, 9) * HOUR / 4
        around = [user for user in users if user.was_around(at)]
        visitors = told.pick.sample(around, min(40, len(around)))
        yield told.writing(at, Source.PING, NOBODY, visitors, lambda user: _counted(told, numbers[id(user)], at))  # noqa: B023 - called at once


def _counted(told: Told, number: int, at: datetime) -> Offer:
    before = told.bookings.get(number, 0)
    after = told.bookings[number] = before + told.pick.choice([0, 1, 3, 8, 21])
    offer: Offer = {"bookings_taken": after, "calendar_connected": after > 3}
    if after and not before:
        offer["first_booking_at"] = int((at - told.pick.randint(1, 40) * HOUR).timestamp())
    return offer


def _signed_pings(told: Told) -> Iterable[Scene]:
    """A protected value comes in a token that the server signed (MSG-10)."""
    users = told.cast.having(Role.USER)
    for days in (66, 31, 9):
        at = told.now - days * DAY
        around = [user for user in users if user.was_around(at)]
        chosen = told.pick.sample(around, min(22, len(around)))
        yield told.writing(at, Source.SIGNED_PING, NOBODY, chosen, lambda user: {"payout_verified": True})


# ---- what systems and files bring ------------------------------------------------------------------------------------


def _billing(told: Told) -> Iterable[Scene]:
    """A nightly job on the REST API: ratings, and invoices that fall due after today."""
    pick, users = told.pick, told.cast.having(Role.USER)
    for days in (75, 40, 12, 1):
        at = told.now - days * DAY - 5 * HOUR
        due = [int((told.now + ahead * DAY).timestamp()) for ahead in (2, 3, 9, 16, 30)]
        yield told.writing(
            at,
            Source.REST,
            BILLING,
            told.some(users, 55, at),
            lambda user: {"guest_rating": round(pick.uniform(3.1, 5), 1), "invoice_due_at": pick.choice(due)},  # noqa: B023
        )


def _files(told: Told) -> Iterable[Scene]:
    pick, users = told.pick, told.cast.having(Role.USER)
    ledger = told.now - 120 * DAY
    yield told.writing(
        ledger,
        Source.CSV,
        told.founder,
        told.some(users, 30, ledger),
        lambda user: {"old_ledger_number": f"L-{pick.randint(1000, 9999)}"},
    )
    letters = told.now - 38 * DAY
    yield told.writing(
        letters,
        Source.CSV,
        told.founder,
        told.some(users, 70, letters),
        lambda user: {"newsletter_topic": pick.choice(TOPICS), "unsubscribed_from_emails": pick.random() < 0.1},
    )


def _workflow(told: Told) -> Iterable[Scene]:
    """The bot asks leads, and fills what is empty (QUAL-10)."""
    pick, leads = told.pick, told.cast.having(Role.LEAD)
    for days in (58, 24, 6):
        at = told.now - days * DAY
        yield told.writing(
            at,
            Source.OPERATOR,
            WORKFLOW,
            told.some(leads, 16, at),
            lambda lead: {"buying_intent": pick.choice(INTENTS), "studio_kind": pick.choice(STUDIO_KINDS)},
        )


# ---- what the founder does by hand -----------------------------------------------------------------------------------


def _founder(told: Told) -> Iterable[Scene]:
    pick = told.pick
    for days in (52, 30, 21, 13, 5, 2):
        at = told.now - days * DAY + pick.randint(0, 150) * timedelta(minutes=1)
        chosen = told.some(told.cast.having(Role.LEAD), 7, at) + told.some(told.cast.having(Role.USER), 9, at)
        yield told.writing(at, Source.MANUAL, told.founder, chosen, lambda person: _qualified(told, person))


def _qualified(told: Told, person: Character) -> Offer:
    pick = told.pick
    offer: Offer = {"buying_intent": pick.choice(INTENTS)}
    if pick.random() < 0.5:
        offer["team_goal"] = pick.choice(GOALS)
    if pick.random() < 0.4:
        offer["studio_kind"] = pick.choice(STUDIO_KINDS)
    if person.phone and pick.random() < 0.25:
        offer["phone"] = ""  # wrong number: the blank is the founder's too, and stays (QUAL-17)
    if told.owners and pick.random() < 0.5:
        offer["owner_id"] = pick.choice(told.owners)
    return offer


def _clashes(told: Told) -> Iterable[Scene]:
    """Hands that meet: what a teammate set stays, a protected value too, and what does not fit is refused."""
    now, founder = told.now, told.founder
    leads, users = told.cast.having(Role.LEAD), told.cast.having(Role.USER)
    corrected = [user for user in users if user.name and user.was_around(now - 6 * DAY)][:5]
    guesses = [lead for lead in leads if lead.came < now - 30 * DAY][:8]
    cheats = told.some(users, 4, now - 6 * DAY)
    muddled = [user for user in users if user.was_around(now - 6 * DAY)][5:12]
    kind: Offer = {"studio_kind": "Yoga", "buying_intent": "Ready to start"}
    yield told.writing(now - 10 * DAY, Source.MANUAL, founder, corrected, lambda user: {"name": f"{user.name} (owner)"})
    yield told.writing(now - 10 * DAY + HOUR, Source.MANUAL, founder, guesses, lambda lead: kind)
    for days in (8, 6):  # twice, so that a refusal is counted
        at = now - days * DAY
        yield told.writing(at, Source.PING, NOBODY, corrected, lambda user: {"name": user.name})
        yield told.writing(at, Source.OPERATOR, WORKFLOW, guesses, lambda lead: {"buying_intent": "Looking around"})
    yield told.writing(now - 6 * DAY, Source.PING, NOBODY, cheats, lambda user: {"payout_verified": True})
    yield told.writing(now - 6 * DAY, Source.PING, NOBODY, muddled, lambda user: told.pick.choice(_muddles(now)))


def _muddles(now: datetime) -> list[Offer]:
    """What a page sends when its script has a slip."""
    return [
        {"bookings_taken": "a few"},
        {"calendar_connected": "maybe"},
        {"first_booking_at": int(now.timestamp()) * MILLISECONDS},
        {"studio_kind": "Karaoke"},
        {"team_goal": ["more guests"]},
    ]


# ---- studios ---------------------------------------------------------------------------------------------------------


def _studios(told: Told) -> Iterable[Scene]:
    """Billing knows the contract, the pages know the rooms, the founder knows how they are."""
    pick, now, studios = told.pick, told.now, told.cast.studios
    yield Scene(
        now - 90 * DAY, Source.REST, BILLING, studios=[(studio, _contract(pick, now)) for studio in studios[:24]]
    )
    grown = [studio for studio in studios if studio.plan == "Workshop"][:5]
    yield Scene(now - 35 * DAY, Source.PING, studios=[(studio, _grown(studio)) for studio in grown])
    called = pick.sample(studios, 14)
    moods: list[tuple[Studio, Offer]] = [(studio, {"account_mood": pick.choice(MOODS)}) for studio in called]
    yield Scene(now - 17 * DAY, Source.MANUAL, told.founder, studios=moods)
    guessed: list[tuple[Studio, Offer]] = [(studio, {"account_mood": "Happy"}) for studio in called[:3] + studios[-4:]]
    yield Scene(now - 15 * DAY, Source.OPERATOR, Hand(name="Ask after the call"), studios=guessed)
    yield Scene(now - 4 * DAY, Source.MANUAL, told.founder, studios=[(studios[0], {"industry": "Pottery and glazing"})])
    slips: list[tuple[Studio, Offer]] = [
        (studios[3], {"monthly_spend": "a lot"}),
        (studios[7], {"floor_heating": True}),
    ]
    yield Scene(now - 3 * DAY, Source.PING, studios=slips)


def _contract(pick: Random, now: datetime) -> Offer:
    return {
        "contract_signed_at": int((now - pick.randint(95, 700) * DAY).timestamp()),
        "online_share": round(pick.uniform(12, 98), 1),
        "pays_by_transfer": pick.random() < 0.3,
    }


def _grown(studio: Studio) -> Offer:
    return {"plan": "House", "monthly_spend": 240 * (studio.rooms + 1), "size": studio.size + 4}
