"""Two workspaces: the one that is left, behind a live server's API, and the one that is moved into."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from apps.attributes.sources import Source
from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.events import summing
from apps.moving.elsewhere import Elsewhere
from apps.moving.models import Move
from apps.moving.travelling import travel
from apps.people.arrivals import admit
from apps.people.models import Person
from apps.subscriptions import choosing, keeping
from apps.subscriptions.keeping import Wording
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY, hand_of_teammate
from apps.workspace.models import Seat, Workspace
from apps.workspace.scopes import Scope
from apps.workspace.tokens import issue
from tests.factories import CompanyFactory, SeatFactory, WorkspaceFactory, attribute

LONG_AGO = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def tess() -> Seat:
    """A teammate of the workspace that is left."""
    return SeatFactory(workspace=WorkspaceFactory(app_id="left"), teammate__email="tess@example.test")


@pytest.fixture
def left(tess: Seat) -> Workspace:
    return tess.workspace


@pytest.fixture
def here(tess: Seat) -> Workspace:
    """Where to: Tess has a seat here as well."""
    return SeatFactory(workspace=WorkspaceFactory(app_id="here"), teammate=tess.teammate).workspace


@pytest.fixture
def token(left: Workspace, tess: Seat) -> str:
    _, secret = issue(left, tess.teammate, "Move", scopes=[Scope.READ_PEOPLE], by=NOBODY, now=LONG_AGO)
    return secret


@pytest.fixture
def elsewhere(live_server, token: str) -> Elsewhere:
    return Elsewhere(live_server.url, token)


@pytest.fixture
def move(here: Workspace, elsewhere: Elsewhere) -> Callable[..., Move]:
    """Move everything, as the command does."""

    def go(**more: bool) -> Move:
        here.refresh_from_db()
        return travel(here, elsewhere, lambda line: None, **more)

    return go


def user(left: Workspace, external_id: str, **offer: object) -> Person:
    """A user of the workspace that is left, first seen long ago."""
    left.refresh_from_db()
    person, report = admit(left, "user", {"external_id": external_id} | offer, Source.REST, by=NOBODY, now=LONG_AGO)
    assert not report.refused
    return person


def furnish(left: Workspace, tess: Seat) -> dict[str, Person | Company]:
    """Ann, a user of Acme, with one of everything that can be moved; Ben, a lead; Acme with a tag and a note."""
    for name, kind, about in (
        ("plan", "text", "person"),
        ("seats", "number", "person"),
        ("score", "decimal", "person"),
        ("paid", "boolean", "person"),
        ("renewal", "date", "person"),
        ("tier", "text", "company"),
    ):
        attribute(left, name, kind, about)
    attribute(left, "stage", "list", options=["new", "won"])
    values = {"plan": "Pro", "seats": 5, "score": 1.5, "paid": True, "renewal": 1_700_000_000, "stage": "won"}
    known = {"email": "ann@x.io", "name": "Ann Lee", "owner_id": tess.teammate_id, "last_seen_at": 1_714_600_000}
    ann = user(left, "1", **values, **known)
    Person.objects.filter(pk=ann.pk).update(browser="Firefox", city="Cork", country="Ireland", utm_source="ads")
    ben, _ = admit(left, "lead", {"email": "ben@x.io", "name": "Ben"}, Source.REST, by=NOBODY, now=LONG_AGO)
    acme = CompanyFactory(
        workspace=left, company_id="6", name="Acme", created_at=LONG_AGO, session_count=7, plan="Gold", size=40
    )
    join(ann, acme, now=LONG_AGO)
    hand = hand_of_teammate(tess.teammate)
    vip = tagging.create(left, "VIP", by=hand, now=LONG_AGO)
    tagging.add(Person, left, [ann.pk], vip, by=hand, now=LONG_AGO + DAY)
    tagging.add(Company, left, [acme.pk], vip, by=hand, now=LONG_AGO + DAY)
    noting.add(ann, "Call <back>\n\nSoon", by=hand, now=LONG_AGO + 2 * DAY)
    noting.add(acme, "Renewal in May", by=hand, now=LONG_AGO + 3 * DAY)
    news = keeping.create(left, Wording("News", "Monthly", "en", ["email"]), "opt_out", by=hand, now=LONG_AGO)
    choosing.choose(ann, news, by=hand, now=LONG_AGO)
    summing.tell(left, ann.pk, [summing.Sum("signed-in", 3, LONG_AGO, LONG_AGO + DAY)], now=LONG_AGO)
    return {"ann": ann, "ben": ben, "acme": acme}
