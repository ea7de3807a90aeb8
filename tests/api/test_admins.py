"""Teammates, and what they did, as a program reads it (API-15)."""

from datetime import timedelta

import pytest

from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import NOBODY, hand_of_token
from tests.api.conftest import errors
from tests.factories import NOW, SeatFactory, TeammateFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
AT = int(NOW.timestamp())


def test_everybody_with_a_seat_is_listed(api, tess, workspace):
    ana = SeatFactory(workspace=workspace, teammate=TeammateFactory(name="Ana")).teammate
    SeatFactory(workspace=WorkspaceFactory())
    SeatFactory(workspace=workspace, teammate=TeammateFactory(is_active=False))

    answer = api.get("/admins").json()

    assert answer["type"] == "admin.list"
    assert [admin["id"] for admin in answer["admins"]] == [str(tess.teammate_id), str(ana.pk)]
    assert all("avatar" not in admin for admin in answer["admins"])
    assert "avatar" in api.get("/admins?display_avatar=true").json()["admins"][0]


def test_one_is_read_by_their_id(api, tess):
    answer = api.get(f"/admins/{tess.teammate_id}").json()

    assert (answer["type"], answer["name"], answer["email"]) == ("admin", "Tess", tess.teammate.email)


def test_who_has_no_seat_here_is_not_found(api):
    other = SeatFactory(workspace=WorkspaceFactory()).teammate_id

    for unknown in (other, "x", 0):
        assert errors(api.get(f"/admins/{unknown}")) == [(404, "admin_not_found", "Admin not found")]


def test_the_activity_log_is_read_the_newest_first(api, workspace, token, tess):
    by = hand_of_token(token, "198.51.100.7")
    for minute, name in enumerate(["a", "b"]):
        now = NOW + timedelta(minutes=minute)
        record(Activity.TAG_CREATION, workspace=workspace, by=by, now=now, tag=minute, name=name)
    record(Activity.TAG_CREATION, workspace=workspace, by=by, now=NOW - timedelta(minutes=1), tag=9, name="before")
    record(Activity.TAG_CREATION, workspace=WorkspaceFactory(), by=NOBODY, now=NOW, tag=9, name="elsewhere")

    answer = api.get(f"/admins/activity_logs?created_at_after={AT}").json()

    newest = answer["activity_logs"][0]
    assert [line["metadata"]["name"] for line in answer["activity_logs"]] == ["b", "a"]
    assert newest == {
        "id": newest["id"],
        "performed_by": {
            "type": "admin",
            "id": str(tess.teammate_id),
            "email": tess.teammate.email,
            "ip": "198.51.100.7",
        },
        "metadata": {"tag": 1, "name": "b", "access_token": "Nightly sync"},
        "created_at": AT + 60,
        "activity_type": "tag_creation",
        "activity_description": "Tess: Created a tag",
    }
    assert (answer["type"], answer["pages"]["next"]) == ("activity_log.list", None)
    until = api.get(f"/admins/activity_logs?created_at_after={AT}&created_at_before={AT + 30}").json()
    assert [line["metadata"]["name"] for line in until["activity_logs"]] == ["a"]


def test_the_next_page_of_the_log_is_an_address(api, workspace):
    for minute in range(3):
        now = NOW + timedelta(minutes=minute)
        record(Activity.TAG_CREATION, workspace=workspace, by=NOBODY, now=now, tag=minute, name="x")

    first = api.get(f"/admins/activity_logs?created_at_after={AT}&per_page=2").json()
    rest = api.get(first["pages"]["next"].removeprefix("http://testserver")).json()

    assert (len(first["activity_logs"]), len(rest["activity_logs"])) == (2, 1)
    assert first["activity_logs"][0]["performed_by"] == {"type": "admin", "id": None, "email": None, "ip": None}


@pytest.mark.parametrize("query", ["", "created_at_after=", "created_at_after=soon", f"created_at_after={AT}&page=0"])
def test_the_log_is_asked_from_a_time_on(query, api):
    [error] = errors(api.get(f"/admins/activity_logs?{query}"))

    assert error[0] == 400
