"""Every kind of value through every door: what was sent is what every other door then reads."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import OFFERED
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.qualification import choosing
from apps.workspace.hands import NOBODY, hand_of_teammate
from apps.workspace.models import Seat, Workspace
from apps.workspace.scopes import USUAL, Scope
from apps.workspace.tokens import issue
from tests.attributes.conftest import offer, value
from tests.factories import NOW, SeatFactory, attribute

pytestmark = pytest.mark.django_db

# kind: what JSON sends, what a form types, what stands then, what fits nowhere
SENT: dict[str, tuple[Any, dict[str, str], Any, Any]] = {
    "text": ("https://x.io/ö", {"value": "https://x.io/ö"}, "https://x.io/ö", {"a": 1}),
    "number": (1200, {"value": "1200"}, 1200, "many"),
    "decimal": (1.5, {"value": "1.5"}, 1.5, "1,5"),
    "boolean": (False, {"value": "false"}, False, "maybe"),
    "date": (1773154800, {"value": "2026-03-10", "time": "15:00"}, NOW, 1773154800000),
    "list": ("B", {"value": "B"}, "B", ["B"]),
}
Door = Callable[[str, Any], int]


@pytest.fixture
def seat() -> Seat:
    seat = SeatFactory()
    for kind in OFFERED:
        attribute(seat.workspace, kind.name, kind.name, options=["A", "B"])
        choosing.add(seat.workspace, catalogue_of(seat.workspace, "person")[kind.name], by=NOBODY, now=NOW)
    return seat


@pytest.fixture
def ann(seat: Seat) -> Person:
    return Person.objects.create(workspace=seat.workspace, role="user", external_id="1")


def post_ping(workspace: Workspace, body: dict[str, Any]) -> int:
    body = {"app_id": workspace.app_id, **body}
    return Client().post("/messenger/web/ping", body, content_type="application/json").status_code


def doors(seat: Seat, ann: Person) -> dict[str, Door]:
    """Each door, as a call that takes a key and what is sent."""
    workspace = seat.workspace
    by = hand_of_teammate(seat.teammate)
    either = (USUAL, [*USUAL, Scope.OPERATOR])
    secrets = [issue(workspace, seat.teammate, "token", scopes=scopes, by=by, now=NOW)[1] for scopes in either]

    def rest(secret: str) -> Door:
        def put(key: str, sent: Any) -> int:
            headers = {"Authorization": f"Bearer {secret}"}
            body = {"custom_attributes": {key: sent}}
            answer = Client().put(f"/contacts/{ann.public_id}", body, content_type="application/json", headers=headers)
            return answer.status_code

        return put

    def signed(key: str, sent: Any) -> int:
        token = jwt.encode({"user_id": "1", key: sent}, workspace.messenger_secret, "HS256")
        return post_ping(workspace, {"intercom_user_jwt": token})

    def file(key: str, sent: Any) -> int:
        return 400 if offer(ann, Source.CSV, **{key: sent}).refused else 200

    return {
        "ping": lambda key, sent: post_ping(workspace, {"user_data": {"user_id": "1", key: sent}}),
        "signed ping": signed,
        "rest": rest(secrets[0]),
        "operator": rest(secrets[1]),
        "csv": file,
    }


@pytest.mark.parametrize("door", ["ping", "signed ping", "rest", "operator", "csv"])
@pytest.mark.parametrize("kind", [kind.name for kind in OFFERED])
def test_what_fits_is_kept_as_it_was_meant(seat, ann, kind, door):
    """ATT-20, ATT-24…27, ATT-36, UPD-01"""
    sent, _, stands, _ = SENT[kind]

    status = doors(seat, ann)[door](kind, sent)

    assert (status, value(ann, kind)) == (200, stands)


@pytest.mark.parametrize("door", ["ping", "signed ping", "rest", "operator", "csv"])
@pytest.mark.parametrize("kind", [kind.name for kind in OFFERED])
def test_what_does_not_fit_leaves_what_stands(seat, ann, kind, door):
    """ATT-26, ATT-32, ATT-38: silent at the Messenger's door, an error at all others."""
    sent, _, stands, misfit = SENT[kind]
    offer(ann, Source.PING, **{kind: sent})

    status = doors(seat, ann)[door](kind, misfit)

    assert (status, value(ann, kind)) == (200 if "ping" in door else 400, stands)


@pytest.mark.parametrize("kind", [kind.name for kind in OFFERED])
def test_a_teammate_types_every_kind(seat, ann, kind):
    """QUAL-01, QUAL-05, DATE-01"""
    _, typed, stands, _ = SENT[kind]
    page = Client()
    page.force_login(seat.teammate)
    cell = reverse("qualification:cell", args=[seat.workspace.app_id, "person", ann.public_id, "person", kind])

    answer = page.post(cell, typed)

    assert (answer.status_code, value(ann, kind)) == (302, stands)
