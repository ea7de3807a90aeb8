"""Facts about people and companies, from door to page."""

from typing import Any

import pytest
from django.test import Client

from apps.attributes.models import RecordChange
from apps.people.models import Person
from apps.workspace.hands import hand_of_teammate
from apps.workspace.models import Seat, Workspace
from apps.workspace.tokens import issue
from tests.attributes.conftest import value
from tests.factories import NOW, SeatFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat() -> Seat:
    return SeatFactory()


@pytest.fixture
def workspace(seat: Seat) -> Workspace:
    return seat.workspace


@pytest.fixture
def rest(seat: Seat, client: Client) -> Any:
    """Calls of the REST API by a token named "Nightly sync"."""
    _, secret = issue(seat.workspace, seat.teammate, "Nightly sync", by=hand_of_teammate(seat.teammate), now=NOW)

    def call(method: str, path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        return getattr(client, method)(path, body, content_type="application/json", headers=headers)

    return call


def ping(client: Client, workspace: Workspace, **user_data: Any) -> None:
    body = {"app_id": workspace.app_id, "user_data": user_data}
    assert client.post("/messenger/web/ping", body, content_type="application/json").status_code == 200


def test_a_profile_tells_standard_details_from_custom_attributes(client, seat, workspace):
    """ATT-01"""
    ping(client, workspace, user_id="1", name="Bob", plan_tier="gold")
    client.force_login(seat.teammate)

    page = client.get(f"/apps/{workspace.app_id}/users/show?user_id=1", follow=True).text

    standard, _, custom = page.partition("Custom attributes</h2>")
    assert ("plan_tier" in standard, "plan_tier" in custom) == (False, True)
    assert "Bob" in standard


def test_an_attribute_holds_one_present_value(client, workspace):
    """ATT-08"""
    ping(client, workspace, user_id="1", files=0)
    ping(client, workspace, user_id="1", files=3)

    assert value(Person.objects.get(), "files") == 3


def test_people_and_companies_have_attributes_of_their_own(client, seat, workspace):
    """ATT-09"""
    attribute(workspace, "seats", "number", about="company")
    client.force_login(seat.teammate)

    people = client.get(f"/apps/{workspace.app_id}/settings/people-data/").text

    assert "seats" not in people


def test_standard_attributes_cannot_be_protected(client, seat, workspace):
    """MSG-07"""
    client.force_login(seat.teammate)

    standard = client.get(f"/apps/{workspace.app_id}/settings/people-data/?tab=standard").text

    assert "Prevent updates via the Messenger" not in standard


def test_whoever_never_pinged_has_a_profile_all_the_same(rest):
    """MSG-20"""
    made = rest("post", "/contacts", {"role": "user", "external_id": "77"}).json()

    person = Person.objects.get(public_id=made["id"])
    assert (person.session_count, person.browser, person.last_seen_at) == (0, None, None)


def test_a_tokens_writes_bear_its_name(rest):
    """UPD-07"""
    made = rest("post", "/contacts", {"role": "user", "external_id": "1"}).json()

    rest("put", f"/contacts/{made['id']}", {"name": "Ann"})

    assert RecordChange.objects.get(changes__has_key="name").hand == "Nightly sync"


def test_a_change_is_found_by_the_next_search(rest, workspace):
    """UPD-11, BEY-18"""
    attribute(workspace, "plan_type")
    made = rest("post", "/contacts", {"role": "user", "external_id": "1"}).json()
    wanted = {"query": {"field": "custom_attributes.plan_type", "operator": "=", "value": "enterprise"}}

    rest("put", f"/contacts/{made['id']}", {"custom_attributes": {"plan_type": "enterprise"}})

    assert [found["id"] for found in rest("post", "/contacts/search", wanted).json()["data"]] == [made["id"]]
