"""A believable population for a first look at the product: people, studios, and months of their history.

Every value comes through the one write path, from the source and at the moment that its history then tells. What was
made is noted, so that `removal` can take exactly that away again.
"""

from datetime import datetime
from random import Random
from typing import Any

from django.db import connection, transaction

from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies import arrivals as companies
from apps.companies.models import Company, Membership
from apps.events.models import EventName
from apps.people import identity
from apps.people.arrivals import Payload, birth, next_keys, receive
from apps.people.models import Person, Role
from apps.qualification.models import Question
from apps.tags.models import Tag
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Seat, Workspace

from .cast import DAY, HISTORY, Cast, Character, Studio, batches, cast
from .deeds import act
from .furnishing import furnish, retire
from .models import remember
from .remarks import remark
from .story import BILLING, WORKFLOW, Scene, Told, scenes
from .words import TYPED_STUDIOS

SEED = "a demo is the same everywhere"

Offer = dict[str, Any]

SEEN_PEOPLE = """
    UPDATE people_person AS person
    SET last_seen_at = visit.at, web_seen_at = visit.at, session_started_at = visit.at, session_count = visit.sessions
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS visit(id, at, sessions) WHERE person.id = visit.id
"""
SEEN_STUDIOS = """
    UPDATE companies_company AS company SET last_request_at = visit.at, session_count = visit.sessions
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS visit(id, at, sessions) WHERE company.id = visit.id
"""


@transaction.atomic
def populate(workspace: Workspace, *, by: Hand, now: datetime) -> None:
    """Fill a workspace with the demo. `by` is who does it, and whose hand the manual edits show."""
    pick = Random(SEED)  # noqa: S311 - nothing here is secret
    actors = cast(pick, now)
    attributes, questions = furnish(workspace, by=by, now=now, since=now - HISTORY - DAY)
    _open_studios(workspace, actors)
    told = Told(pick, actors, now, by, _owners(workspace))
    _play(workspace, told)
    typed = _type_studios(workspace, actors, by, now)
    _employ(workspace, actors)
    _count_visits(actors)
    tags = remark(workspace, told)
    events = act(workspace, told)
    retire(workspace, by=by, now=now)
    remember(workspace, Attribute, [attribute.pk for attribute in attributes])
    remember(workspace, Tag, [tag.pk for tag in tags])
    remember(workspace, EventName, [name.pk for name in events])
    remember(workspace, Question, [question.pk for question in questions])
    remember(workspace, Person, [character.pk for character in actors.people])
    remember(workspace, Company, [*(studio.pk for studio in actors.studios), *(company.pk for company in typed)])


def _owners(workspace: Workspace) -> list[int]:
    return list(Seat.objects.filter(workspace=workspace).order_by("pk").values_list("teammate_id", flat=True))


# ---- arriving --------------------------------------------------------------------------------------------------------


def _open_studios(workspace: Workspace, actors: Cast) -> None:
    for studio in actors.studios:
        by = BILLING if studio.via is Source.REST else NOBODY
        offer = _studio_offer(studio)
        arrived = companies.receive(workspace, studio.company_id, offer, studio.via, now=studio.came, by=by)
        studio.pk = arrived.company.pk


def _studio_offer(studio: Studio) -> Offer:
    offer: Offer = {
        "name": studio.words.name,
        "plan": studio.plan,
        "monthly_spend": studio.spend,
        "size": studio.size,
        "website": f"https://{studio.words.host}",
        "rooms_run": studio.rooms,
    }
    # one channel knows when the company began, the other what it does
    opened = int((studio.came - 400 * DAY).timestamp())
    named = {"remote_created_at": opened} if studio.via is Source.REST else {"created_at": opened}
    return offer | named | {"industry": studio.words.industry}


def _welcome(workspace: Workspace, batch: list[Character], pick: Random, by: Hand) -> None:
    """Bring in people who came at the same moment, each by their own door."""
    first = batch[0]
    if first.role == Role.LEAD:
        _welcome_leads(workspace, batch, by)
        return
    hand = {Source.REST: BILLING, Source.CSV: by}.get(first.via, NOBODY)
    payloads = [_payload(character, pick) for character in batch]
    for character, arrival in zip(batch, receive(workspace, payloads, first.via, now=first.came, by=hand), strict=True):
        if not (arrival.created and arrival.pk):
            raise RuntimeError(
                f"{character.email or character.external_id} is somebody already: the demo is for an empty workspace."
            )
        character.pk = arrival.pk


def _payload(character: Character, pick: Random) -> Payload:
    claim = identity.claim(character.external_id, character.email, None, character.via)
    return Payload(claim, _introduction(character, pick))


def _introduction(character: Character, pick: Random) -> Offer:
    """What is said of a user when they come: all they are known by, in the words of their door."""
    by_ping = character.via is Source.PING
    signed_up = int((character.came - pick.uniform(0.01, 3) * DAY).timestamp())
    offer: Offer = {
        "user_id" if by_ping else "external_id": character.external_id,
        "created_at" if by_ping else "signed_up_at": signed_up,
        "email": character.email,
        "name": character.name,
        "phone": character.phone,
    }
    if by_ping:
        page = (character.external_id or str(character.email).partition("@")[0]).replace(".", "-")
        offer |= {"booking_page": f"https://book.example.com/{page}", "bookings_taken": 0, "calendar_connected": False}
    if by_ping and character.place.language.startswith(("de", "fr")) and pick.random() < 0.5:
        offer["language_override"] = character.place.language[:2]
    return {key: raw for key, raw in offer.items() if raw is not None}


def _welcome_leads(workspace: Workspace, batch: list[Character], by: Hand) -> None:
    """Leads are made as `arrivals.admit` makes them, a batch at a time, and with pseudonyms that the seed decides."""
    offers, births = {}, {}
    for lead, pk in zip(batch, next_keys(len(batch)), strict=True):
        lead.pk = pk
        births[pk] = birth(workspace, Role.LEAD, lead.came, needs_pseudonym=False) | {"pseudonym": lead.pseudonym}
        offers[pk] = {
            key: raw
            for key, raw in (("name", lead.name), ("email", lead.email), ("phone", lead.phone))
            if raw is not None
        }
    source = batch[0].via
    hand = by if source is Source.CSV else WORKFLOW
    write(Person, workspace, offers, source, by=hand, now=batch[0].came, births=births)


def _observe(workspace: Workspace, batch: list[Character]) -> None:
    """What the platform itself sees of a browser: place, language, system."""
    seen = [character for character in batch if character.last_seen]
    offers = {character.pk: _observed(character) for character in seen}
    if offers:
        write(Person, workspace, offers, Source.AUTO, now=seen[0].came)


def _observed(character: Character) -> Offer:
    place = character.place
    return {
        "city": place.city,
        "region": place.region,
        "country": place.country,
        "country_code": place.country_code,
        "continent_code": place.continent_code,
        "timezone": place.timezone,
        "browser": character.browser[0],
        "browser_version": character.browser[1],
        "browser_language": place.language,
        "os": character.system,
    }


# ---- what happened since ---------------------------------------------------------------------------------------------


def _play(workspace: Workspace, told: Told) -> None:
    """Arrivals and scenes in the order of time, as they would have come."""
    happenings: list[Scene | list[Character]] = [*batches(told.cast.people), *scenes(told)]
    for happening in sorted(happenings, key=_moment):
        if isinstance(happening, Scene):
            _perform(workspace, happening)
        else:
            _welcome(workspace, happening, told.pick, told.founder)
            _observe(workspace, happening)


def _moment(happening: Scene | list[Character]) -> datetime:
    return happening.at if isinstance(happening, Scene) else happening[0].came


def _perform(workspace: Workspace, scene: Scene) -> None:
    people = {character.pk: offer for character, offer in scene.people}
    studios = {studio.pk: offer for studio, offer in scene.studios}
    if people:
        write(Person, workspace, people, scene.source, by=scene.by, now=scene.at)
    if studios:
        write(Company, workspace, studios, scene.source, by=scene.by, now=scene.at)


def _type_studios(workspace: Workspace, actors: Cast, by: Hand, now: datetime) -> list[Company]:
    """Companies that came to be because a teammate typed their name on a lead's profile (QUAL-26)."""
    at = now - 11 * DAY
    leads = [lead for lead in actors.having(Role.LEAD) if lead.name and lead.came < at]
    return [
        companies.name_company(Person(pk=lead.pk, workspace=workspace), name, by=by, now=at)
        for lead, name in zip(leads, TYPED_STUDIOS, strict=False)
    ]


def _employ(workspace: Workspace, actors: Cast) -> None:
    """All memberships in one statement; nobody here comes near the limit that `companies.join` keeps (CO-10)."""
    Membership.objects.bulk_create(
        Membership(
            workspace=workspace,
            person_id=character.pk,
            company_id=studio.pk,
            created_at=max(character.came, studio.came),
            last_seen_at=character.last_seen,
        )
        for character in actors.people
        for studio in character.studios
    )


def _count_visits(actors: Cast) -> None:
    """Last seen and sessions, straight into the counters that `sessions.touch` keeps.

    It keeps them visit by visit; the thousands of visits of these months cannot be made again for a demo. The counters
    have no history, so nothing is lost by setting them.
    """
    seen = [character for character in actors.people if character.last_seen]
    met = [_visited(studio, actors.people) for studio in actors.studios]
    with connection.cursor() as cursor:
        cursor.execute(SEEN_PEOPLE, [[c.pk for c in seen], [c.last_seen for c in seen], [c.sessions for c in seen]])
        cursor.execute(SEEN_STUDIOS, [list(column) for column in zip(*met, strict=True)])


def _visited(studio: Studio, people: list[Character]) -> tuple[int, datetime | None, int]:
    """A company was seen when one of its people was; a session counts where they belong to it alone (SESS-13)."""
    members = [character for character in people if studio in character.studios]
    last_seen = max((member.last_seen for member in members if member.last_seen), default=None)
    return studio.pk, last_seen, sum(member.sessions for member in members if len(member.studios) == 1)
