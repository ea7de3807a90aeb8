"""Who is in the demo: people and studios thought up from a fixed seed, before any of them is in the database."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from apps.attributes.sources import Source
from apps.people.models import Role
from apps.people.naming import pseudonym

from .words import (
    BROWSERS,
    FOLKS,
    INVERTED,
    LETTERED,
    MAIL_HOSTS,
    SHOUTED,
    STUDIOS,
    SYSTEMS,
    TITLED,
    Folk,
    Place,
    StudioWords,
)

USERS_BY_PING, USERS_BY_REST, USERS_BY_FILE = 165, 45, 30
LEADS_BY_CHAT, LEADS_BY_FILE = 36, 24
SHARED_INBOXES = 4
AT_ONCE = 5  # people whose pings come in one batch
HISTORY = timedelta(days=170)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(slots=True, eq=False)
class Character:
    """One person of the demo. `pk` is theirs once they are in the database."""

    role: str
    via: Source  # how they came
    place: Place
    came: datetime
    external_id: str | None = None
    email: str | None = None
    name: str | None = None
    pseudonym: str | None = None
    phone: str | None = None
    last_seen: datetime | None = None
    sessions: int = 0
    browser: tuple[str, str] = BROWSERS[0]
    system: str = SYSTEMS[0]
    studios: list["Studio"] = field(default_factory=list)
    pk: int = 0

    def was_around(self, moment: datetime) -> bool:
        return self.last_seen is not None and self.came < moment <= self.last_seen


@dataclass(slots=True, eq=False)
class Studio:
    """One company of the demo, a customer of the booking pages that it tells about."""

    words: StudioWords
    company_id: str
    via: Source
    came: datetime
    plan: str
    spend: int
    size: int
    rooms: int
    pk: int = 0


@dataclass(slots=True)
class Cast:
    people: list[Character]
    studios: list[Studio]

    def having(self, role: str) -> list[Character]:
        return [character for character in self.people if character.role == role]


def cast(pick: Random, now: datetime) -> Cast:
    """Everybody in the demo, as they stand at `now`. The same seed gives the same people."""
    studios = [_studio(pick, number, words, now) for number, words in enumerate(STUDIOS)]
    names = _names(pick)
    people = [
        *_users(pick, names[: -LEADS_BY_CHAT - LEADS_BY_FILE], studios, now),
        *_leads(pick, names[-LEADS_BY_CHAT - LEADS_BY_FILE :], now),
    ]
    return Cast(people, studios)


def batches(people: Sequence[Character]) -> list[list[Character]]:
    """People by the moment they came, the earliest first."""
    together: dict[tuple[datetime, Source, str], list[Character]] = {}
    for character in people:
        together.setdefault((character.came, character.via, character.role), []).append(character)
    return [together[key] for key in sorted(together)]


# ---- studios ---------------------------------------------------------------------------------------------------------


def _studio(pick: Random, number: int, words: StudioWords, now: datetime) -> Studio:
    plan, price = pick.choice([("Solo", 19), ("Workshop", 79), ("Workshop", 79), ("House", 240)])
    rooms = {"Solo": 1, "Workshop": pick.randint(2, 3), "House": pick.randint(4, 9)}[plan]
    return Studio(
        words=words,
        company_id=f"studio-{3100 + number * 7}",
        via=Source.PING if number % 4 == 3 else Source.REST,
        came=now - HISTORY - pick.randint(1, 30) * DAY - pick.randint(0, 600) * timedelta(minutes=1),
        plan=plan,
        spend=price * rooms,
        size=rooms * pick.randint(2, 6),
        rooms=rooms,
    )


# ---- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """A name, how it is written, and the first half of an email made of it."""

    shown: str
    mailbox: str
    place: Place


def _names(pick: Random) -> list[Named]:
    """A name for everybody, no two of them alike."""
    amount = USERS_BY_PING + USERS_BY_REST + USERS_BY_FILE + LEADS_BY_CHAT + LEADS_BY_FILE
    pairs = [(folk, given, family) for folk in FOLKS for given in folk.given.split() for family in folk.family.split()]
    return [_named(pick, number, *pair) for number, pair in enumerate(pick.sample(pairs, amount))]


def _named(pick: Random, number: int, folk: Folk, given: str, family: str) -> Named:
    given, _, given_letters = given.partition("|")
    family, _, family_letters = family.partition("|")
    mailbox = f"{_plain(given_letters or given)}.{_plain(family_letters or family)}"
    # every eighth name comes with a title, a degree, a comma or capitals; in turns, so that each kind is there
    forms = [*TITLED, *LETTERED, *INVERTED, *SHOUTED]
    form = forms[number // 8 % len(forms)] if number % 8 == 0 else "{given} {family}"
    if folk.family_first:
        form = "{family} {given}"
    shown = form.format(given=given, family=family, GIVEN=given.upper(), FAMILY=family.upper())
    return Named(shown, mailbox, pick.choice(folk.places))


def _plain(text: str) -> str:
    """Latin letters without their marks, as a mailbox has them."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("ø", "o").replace("ı", "i"))
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha())


def _users(pick: Random, names: list[Named], studios: list[Studio], now: datetime) -> list[Character]:
    sources = [Source.PING] * USERS_BY_PING + [Source.REST] * USERS_BY_REST + [Source.CSV] * USERS_BY_FILE
    arrivals = {
        Source.PING: _moments(pick, USERS_BY_PING, AT_ONCE, now),
        Source.REST: _moments(pick, USERS_BY_REST, 15, now - 10 * DAY),  # a nightly job brings several
        Source.CSV: _moments(pick, USERS_BY_FILE, USERS_BY_FILE, now - 60 * DAY),
    }
    users = []
    for number, (named, source) in enumerate(zip(names, sources, strict=True)):
        user = _user(pick, number, named, source, arrivals[source].pop(), studios)
        _meet(pick, user, now)
        users.append(user)
    _share_inboxes(users)
    return users


def _user(pick: Random, number: int, named: Named, via: Source, came: datetime, studios: list[Studio]) -> Character:
    works_at = pick.sample(studios, pick.choices([0, 1, 2, 3], [30, 50, 14, 6])[0])
    host = works_at[0].words.host if works_at else pick.choice(MAIL_HOSTS)
    has_email = number % 19 != 4
    has_user_id = number % 13 != 6 or not has_email
    return Character(
        role=Role.USER,
        via=via,
        place=named.place,
        came=came,
        external_id=f"guest-{20400 + number * 3}" if has_user_id else None,
        email=f"{named.mailbox}@{host}" if has_email else None,
        name=named.shown if number % 11 != 9 else None,
        phone=_phone(pick, number) if pick.random() < 0.3 else None,
        studios=works_at,
    )


def _share_inboxes(users: list[Character]) -> None:
    """Colleagues who both sign in with the studio's own address: one email, different user ids (IDN-03)."""
    shared: dict[str, list[Character]] = {}
    for user in users:
        if user.external_id and user.email and user.studios:
            shared.setdefault(user.studios[0].words.host, []).append(user)
    pairs = [colleagues[:2] for colleagues in shared.values() if len(colleagues) > 1]
    for pair in pairs[:SHARED_INBOXES]:
        for user in pair:
            user.email = f"hello@{user.studios[0].words.host}"


def _leads(pick: Random, names: list[Named], now: datetime) -> list[Character]:
    chats = _moments(pick, LEADS_BY_CHAT, 3, now)
    fair = _moments(pick, LEADS_BY_FILE, LEADS_BY_FILE, now - 45 * DAY)
    leads = []
    used: set[str] = set()
    for number, named in enumerate(names):
        by_chat = number < LEADS_BY_CHAT
        lead = Character(
            role=Role.LEAD,
            via=Source.OPERATOR if by_chat else Source.CSV,
            place=named.place,
            came=(chats if by_chat else fair).pop(),
        )
        _introduce(pick, lead, number, named, by_chat, used)
        if by_chat:
            _meet(pick, lead, now)
        leads.append(lead)
    return leads


def _introduce(pick: Random, lead: Character, number: int, named: Named, by_chat: bool, used: set[str]) -> None:
    """Some leads gave no name, and some who only chatted not even an email: they go by a pseudonym (NAME-08)."""
    if by_chat and number % 4 == 1:
        lead.pseudonym = pseudonym(lead.place.city, used.__contains__, pick)
        used.add(lead.pseudonym)
        return
    lead.email = f"{named.mailbox}@{pick.choice(MAIL_HOSTS)}"
    lead.name = named.shown if number % 5 != 2 else None
    lead.phone = _phone(pick, 500 + number) if pick.random() < 0.4 else None


def _moments(pick: Random, amount: int, at_once: int, until: datetime) -> list[datetime]:
    """When people came: more of them lately than long ago, `at_once` in one batch. The latest is last."""
    span = HISTORY / timedelta(seconds=1)
    ages = sorted((span * pick.random() ** 1.6 for _ in range(-(-amount // at_once))), reverse=True)
    if at_once <= AT_ONCE:
        ages[-1] = 2 * 3600  # somebody is always new today
    if len(ages) == 1:
        ages = [0]  # one file, at the moment that was asked for
    moments = [until - timedelta(seconds=round(age)) for age in ages]
    return [moment for moment in moments for _ in range(at_once)][-amount:]


def _meet(pick: Random, character: Character, now: datetime) -> None:
    """When they were last seen and how often they came; whom a file or the API brought may never have been."""
    character.browser, character.system = pick.choice(BROWSERS), pick.choice(SYSTEMS)
    if character.via in (Source.REST, Source.CSV) and pick.random() < 0.35:
        return
    [longest] = pick.choices([HOUR, DAY, 7 * DAY, 30 * DAY, 80 * DAY], [8, 27, 25, 22, 18])
    ago = timedelta(seconds=round(longest.total_seconds() * pick.uniform(0.02, 1)))
    character.last_seen = max(now - ago, character.came)
    days = (character.last_seen - character.came) / DAY
    character.sessions = 1 + round(days * pick.choice([0.1, 0.3, 0.3, 0.8, 1.4]))


def _phone(pick: Random, number: int) -> str:
    """A number of the range that is kept for stories: +1 555 0100…0199."""
    return f"+1 {pick.randint(201, 989)} 555 01{number % 100:02}"
