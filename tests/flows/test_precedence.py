"""One value through every door there is: a ping, a teammate's page, a program, a workflow (QUAL-08…17, QUAL-20)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.companies.models import Company
from apps.people.models import Person
from apps.qualification import choosing
from apps.qualification.panel import cell_of
from apps.workspace.hands import NOBODY
from apps.workspace.models import AccessToken, Seat, Workspace, hashed
from apps.workspace.scopes import Scope, usual
from tests.factories import NOW, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db

PROGRAM, WORKFLOW = "the secret of a program", "the secret of a workflow"
Door = Callable[[str | None], None]


@pytest.fixture
def tess() -> Seat:
    workspace = WorkspaceFactory(app_id="abc1234")
    seat = SeatFactory(workspace=workspace)
    for secret, scopes in ((PROGRAM, usual()), (WORKFLOW, [*usual(), Scope.OPERATOR])):
        AccessToken.objects.create(
            workspace=workspace,
            teammate=seat.teammate,
            name=secret,
            token_hash=hashed(secret),
            scopes=scopes,
            created_at=NOW,
        )
    for about, name in (("person", "budget"), ("company", "tier")):
        attribute(workspace, name, about=about)
        workspace.refresh_from_db()
        choosing.add(workspace, catalogue_of(workspace, about)[name], by=NOBODY, now=NOW)
    return seat


@pytest.fixture
def page(tess: Seat) -> Client:
    client = Client()
    client.force_login(tess.teammate)
    return client


def ping(**values: object) -> None:
    body = {"app_id": "abc1234", "user_data": {"user_id": "1", **values}}
    assert Client().post("/messenger/web/ping", body, "application/json").status_code == 200


def call(secret: str, path: str, body: dict, method: str = "put") -> None:
    headers = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    answer = getattr(Client(), method)(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.text


def address(view: str, about: str, key: str) -> str:
    ann = Person.objects.get()
    return reverse(f"qualification:{view}", args=["abc1234", "person", ann.public_id, about, key])


def stands(tess: Seat, about: str, key: str) -> object:
    """What the panel shows."""
    tess.workspace = Workspace.objects.get()
    ann = Person.objects.get()
    ann.workspace = tess.workspace
    cell = cell_of(tess, ann, about, key)
    assert cell is not None
    return cell.value


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ("hand=500 ping=100", "500"),
        ("hand=500 workflow=50", "500"),
        ("ping=100 workflow=50", "100"),
        ("workflow=50 workflow=60", "50"),
        ("workflow=50 ping=70", "70"),
        ("ping=100 hand=500 program=300", "300"),
        ("hand=500 program=300 ping=100", "100"),
        ("hand=500 re-sync", None),
        ("hand=500 re-sync workflow=50", "50"),
        ("hand=500 re-sync workflow=50 ping=100", "100"),
        ("ping=100 hand= ping=100", None),
        ("ping=100 hand= workflow=50", None),
        ("ping=100 hand= re-sync ping=100", "100"),
        ("ping=100 hand= program=7 ping=8", "8"),
        ("program=300 hand=5 ping=1 re-sync hand=6 ping=2", "6"),
    ],
)
def test_a_persons_value_follows_the_rules_from_door_to_door(tess, page, steps, shown):
    """QUAL-08…17"""
    ping()
    contact = f"/contacts/{Person.objects.get().public_id}"
    doors: dict[str, Door] = {
        "ping": lambda value: ping(budget=value),
        "hand": lambda value: page.post(address("cell", "person", "budget"), {"value": value}),
        "re-sync": lambda value: page.post(address("hold", "person", "budget")),
        "program": lambda value: call(PROGRAM, contact, {"custom_attributes": {"budget": value}}),
        "workflow": lambda value: call(WORKFLOW, contact, {"custom_attributes": {"budget": value}}),
    }

    for step in steps.split():
        door, _, value = step.partition("=")
        doors[door](value)

    assert stands(tess, "person", "budget") == shown


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ("hand=A ping=B", "B"),
        ("hand=A program=B", "B"),
        ("ping=B hand=A", "A"),
        ("ping=B hand=A ping=B", "B"),
        ("hand=A re-sync", None),
        ("hand=A workflow=B", "A"),
        ("ping=A workflow=B", "A"),
        ("program=A workflow=B", "A"),
        ("workflow=A workflow=B", "A"),
        ("workflow=A ping=B", "B"),
        ("hand=A re-sync workflow=B", "B"),
    ],
)
def test_a_companys_value_gives_way_to_the_next_update_but_not_to_a_workflows(tess, page, steps, shown):
    """QUAL-20, QUAL-18, API-14"""

    def upsert(secret: str, value: str | None) -> None:
        call(secret, "/companies", {"company_id": "6", "custom_attributes": {"tier": value}}, "post")

    ping(company={"company_id": "6", "name": "Blue Sun"})
    doors: dict[str, Door] = {
        "ping": lambda value: ping(company={"company_id": "6", "tier": value}),
        "hand": lambda value: page.post(address("cell", "company", "tier"), {"value": value}),
        "re-sync": lambda value: page.post(address("hold", "company", "tier")),
        "program": lambda value: upsert(PROGRAM, value),
        "workflow": lambda value: upsert(WORKFLOW, value),
    }

    for step in steps.split():
        door, _, value = step.partition("=")
        doors[door](value)

    assert stands(tess, "company", "tier") == shown
    assert Company.objects.count() == 1


def test_a_name_set_by_hand_outlives_the_next_login(tess, page):
    """QUAL-28"""
    ping(name="Bob")
    page.post(address("cell", "person", "name"), {"value": "Robert"})

    ping(name="Bob")

    assert stands(tess, "person", "name") == "Robert"


def test_the_same_key_in_the_snippet_is_all_that_collecting_needs(tess):
    """QUAL-21"""
    ping(budget="CRM")

    assert stands(tess, "person", "budget") == "CRM"
