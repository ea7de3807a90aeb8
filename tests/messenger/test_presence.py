"""Who has a page open just now."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from apps.attributes.models import State
from apps.people import presence
from apps.people.models import Person
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory

from .conftest import error
from .test_proof import user_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat(client, workspace):
    """Send a heartbeat as the script does."""

    def send(user_data: dict[str, Any] | None = None, anonymous_id: str | None = None) -> Any:
        body = {"app_id": "abc1234", "user_data": user_data or {}, "anonymous_id": anonymous_id}
        return client.post("/messenger/web/heartbeat", orjson.dumps(body), "text/plain")

    return send


@pytest.mark.parametrize(("after", "is_online"), [(0, True), (119, True), (119.999, True), (120, False), (3600, False)])
def test_somebody_is_online_until_two_minutes_after_the_latest_heartbeat(workspace, after, is_online):
    """PRES-02"""
    presence.heartbeat(workspace, "a7", NOW - timedelta(minutes=5))
    presence.heartbeat(workspace, "a7", NOW)

    assert presence.online(workspace, ["a7", "a8"], NOW + timedelta(seconds=after)) == ({"a7"} if is_online else set())


def test_a_page_change_does_not_flash_offline(workspace):
    """PRES-03"""
    presence.heartbeat(workspace, "a7", NOW)

    polled = [presence.online(workspace, ["a7"], NOW + timedelta(seconds=second)) for second in range(51)]

    assert polled == [{"a7"}] * 51


def test_presence_is_the_workspaces_own(workspace):
    presence.heartbeat(WorkspaceFactory(), "a7", NOW)

    assert presence.online(workspace, ["a7"], NOW) == set()


def test_a_heartbeat_touches_no_row(workspace, beat, django_assert_num_queries):
    """PRES-07"""
    ann = PersonFactory(workspace=workspace, external_id="1", last_seen_at=NOW - timedelta(hours=1), session_count=4)
    before = Person.objects.values().get()

    with django_assert_num_queries(2):  # the workspace, and who it is
        response = beat({"user_id": "1"})

    assert (response.status_code, response.content) == (204, b"")
    assert Person.objects.values().get() == before
    assert presence.online(workspace, [ann.public_id], NOW) == {ann.public_id}


def test_leads_are_known_by_their_cookie(workspace, beat):
    """PRES-04"""
    ben = LeadFactory(workspace=workspace, visitor_id="c1")

    beat(anonymous_id="c1")

    assert presence.online(workspace, [ben.public_id], NOW) == {ben.public_id}


@pytest.mark.parametrize("user_data", [{"user_id": "2"}, {"email": "a@x.io"}, {}])
def test_a_heartbeat_makes_nobody(workspace, beat, user_data):
    """PRES-07"""
    assert beat(user_data).status_code == 204
    assert not Person.objects.exists()


def test_nobody_is_online_by_another_hand(workspace, beat):
    """MSG-21"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    workspace.require_signed_identity = True
    workspace.save()

    assert error(beat({"user_id": "1"})) == (401, "unauthorized")
    assert presence.online(workspace, [ann.public_id], NOW) == set()
    assert beat({"user_id": "1", "user_hash": user_hash(workspace, "1")}).status_code == 204
    assert presence.online(workspace, [ann.public_id], NOW) == {ann.public_id}


def test_a_ping_counts_as_a_heartbeat(workspace, ping):
    """PRES-01"""
    ping({"user_id": "1"})

    ann = Person.objects.get().public_id
    assert presence.online(workspace, [ann], NOW) == {ann}


def test_the_blocked_are_not_online(workspace, beat, ping):
    """IDN-22"""
    ann = PersonFactory(workspace=workspace, external_id="1", state=State.BLOCKED)

    beat({"user_id": "1"})
    ping({"user_id": "1"})

    assert presence.online(workspace, [ann.public_id], NOW) == set()


def test_without_redis_pings_are_kept_and_nobody_is_online(workspace, ping, settings, tmp_path):
    """MSG-01: presence is the least of what a ping brings"""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"

    assert ping({"user_id": "1"}).status_code == 200
    assert presence.online(workspace, [Person.objects.get().public_id], NOW) == set()
