"""A workspace with a token, as both official clients meet it on a live server."""

from dataclasses import dataclass

import pytest

from apps.people.models import Role
from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat
from apps.workspace.scopes import Scope
from apps.workspace.tokens import issue
from tests.factories import NOW, PersonFactory, SeatFactory, WorkspaceFactory


@dataclass(frozen=True)
class World:
    """What a program needs to know, and what no call of the API can make."""

    url: str
    token: str
    weak_token: str  # reads, and nothing else
    admin_id: str
    admin_email: str
    app_id: str
    news: str  # a subscription type that people opt out of
    offers: str  # one that they opt in to
    visitors: tuple[str, ...] = ("visitor-1", "visitor-2")


@pytest.fixture
def tess() -> Seat:
    return SeatFactory(workspace=WorkspaceFactory(app_id="abc1234"))


@pytest.fixture
def world(tess: Seat, live_server) -> World:
    workspace = tess.workspace
    for cookie in World.visitors:
        PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None, visitor_id=cookie)
    news, offers = (
        keeping.create(workspace, Wording(name, "", "en", ["email"]), consent, by=NOBODY, now=NOW)
        for name, consent in (("News", "opt_out"), ("Offers", "opt_in"))
    )
    _, secret = issue(workspace, tess.teammate, "Nightly sync", by=NOBODY, now=NOW)
    _, weak = issue(workspace, tess.teammate, "Reports", scopes=[Scope.READ_PEOPLE], by=NOBODY, now=NOW)
    return World(
        url=live_server.url,
        token=secret,
        weak_token=weak,
        admin_id=str(tess.teammate_id),
        admin_email=tess.teammate.email,
        app_id=workspace.app_id,
        news=str(news.pk),
        offers=str(offers.pk),
    )
