"""What a page tracks, and whose it becomes."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import override_settings

from apps.attributes.models import State
from apps.events.models import Event, EventName, EventSummary
from apps.people.models import Person
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory

from .conftest import error, user
from .test_proof import token, user_hash

pytestmark = pytest.mark.django_db

AT = 1773154800  # 15:00 on the day of the rules


@pytest.fixture
def track(client, workspace):
    """Send an event as the script does."""

    def send(user_data: dict[str, Any] | None = None, **event: Any) -> Any:
        body = {"app_id": "abc1234", "user_data": user_data or {}, "event_name": "feature_first_used"} | event
        return client.post("/messenger/web/events", orjson.dumps(body), "text/plain")

    return send


def told() -> list[tuple[int, str, Any, dict]]:
    return list(Event.objects.order_by("pk").values_list("person_id", "name__name", "at", "metadata"))


def test_an_event_joins_the_user_it_names(workspace, track):
    """MSG-15"""
    ann = PersonFactory(workspace=workspace, external_id="1", last_seen_at=NOW - timedelta(days=1))

    response = track({"user_id": "1"}, metadata={"feature_name": "csv_export"}, created_at=AT - 60)

    assert (response.status_code, response.content) == (202, b"")
    assert told() == [(ann.pk, "feature_first_used", NOW - timedelta(minutes=1), {"feature_name": "csv_export"})]
    assert EventSummary.objects.get().count == 1
    assert user("1").last_seen_at == NOW - timedelta(days=1)


def test_what_somebody_did_stands_beside_what_their_login_told(workspace, ping, track, client):
    """EVT-14: a login's ping, then `trackEvent("upgraded-plan")`; the profile shows both"""
    ping({"user_id": "1", "name": "Ann", "plan_tier": "gold"})

    track({"user_id": "1"}, event_name="upgraded-plan", created_at=AT)

    ann = user("1")
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    profile = client.get(ann.page()).text
    assert [(one.name.name, one.count) for one in EventSummary.objects.filter(person=ann)] == [("upgraded-plan", 1)]
    assert ("gold" in profile, "Upgraded plan" in profile) == (True, True)


def test_a_leads_and_a_visitors_events_are_theirs(workspace, track):
    """MSG-15, EVT-11"""
    ben = LeadFactory(workspace=workspace, visitor_id="c1")
    visitor = PersonFactory(workspace=workspace, role="visitor", external_id=None, visitor_id="c2")

    track(anonymous_id="c1", created_at=AT)
    track(anonymous_id="c2", created_at=AT)

    assert [person for person, *_ in told()] == [ben.pk, visitor.pk]


@pytest.mark.parametrize(
    ("user_data", "anonymous_id", "role"),
    [({"user_id": "7"}, None, "user"), ({}, "c9", "visitor"), ({}, None, "visitor")],
)
def test_who_is_not_known_yet_is_made_as_by_a_ping(workspace, track, user_data, anonymous_id, role):
    """MSG-02: an event may overtake the ping when the page goes"""
    assert track(user_data, anonymous_id=anonymous_id).status_code == 202

    made = Person.objects.get()
    assert (made.role, made.session_count, made.last_seen_at) == (role, 1, NOW)
    assert [person for person, *_ in told()] == [made.pk]


def test_an_archived_user_returns(workspace, track):
    """IDN-20"""
    PersonFactory(workspace=workspace, external_id="1", state=State.ARCHIVED)

    assert track({"user_id": "1"}).status_code == 202

    assert (user("1").state, Event.objects.count()) == (State.ACTIVE, 1)


@pytest.mark.parametrize(("sent", "kept"), [(None, 0), (AT + 3600, 0), (AT - 3600, -3600)])
def test_an_event_has_its_own_time_but_no_later_than_now(workspace, track, sent, kept):
    """EVT-02; a browser's clock may be fast"""
    track({"user_id": "1"}, **({"created_at": sent} if sent else {}))

    assert Event.objects.get().at == NOW + timedelta(seconds=kept)


def test_the_same_event_twice_is_one(workspace, track):
    """EVT-04"""
    answers = [track({"user_id": "1"}, created_at=AT).status_code for _ in range(2)]

    assert (answers, Event.objects.count()) == ([202, 202], 1)


@pytest.mark.parametrize(
    "event",
    [
        *({"event_name": name} for name in ("", None, 7, "x" * 256, "a\x00", ["a"])),
        *({"created_at": at} for at in ("soon", True, [1], 10**15)),
    ],
)
def test_an_event_that_cannot_be_kept_makes_nobody(workspace, track, event):
    """EVT-03"""
    response = track({"user_id": "1"}, **event)

    assert response.status_code == 400
    assert not Person.objects.exists()
    assert response.json()["errors"][0]["field"] in event


def test_metadata_that_cannot_be_kept_refuses_no_event(workspace, track):
    """EVT-06"""
    assert track({"user_id": "1"}, metadata={"a": {"b": {"c": 1}}, "plan": "pro"}).status_code == 202
    assert track({"user_id": "1"}, event_name="other", metadata="nonsense").status_code == 202

    assert [metadata for *_, metadata in told()] == [{"plan": "pro"}, {}]


def test_an_archived_event_is_refused(workspace, track):
    """EVT-12"""
    EventName.objects.create(workspace=workspace, name="old-click", created_at=NOW, archived_at=NOW)

    assert error(track({"user_id": "1"}, event_name="old-click")) == (400, "parameter_invalid")
    assert not Person.objects.exists()


@override_settings(EVENT_NAME_LIMIT=1)
def test_an_event_beyond_the_limit_of_names_is_refused(workspace, track):
    """EVT-05"""
    track({"user_id": "1"}, event_name="first")

    assert error(track({"user_id": "1"}, event_name="second")) == (400, "parameter_invalid")
    assert [name for _, name, *_ in told()] == ["first"]


def test_a_blocked_users_event_is_refused(workspace, track):
    """MSG-16"""
    PersonFactory(workspace=workspace, external_id="1", state=State.BLOCKED)

    assert error(track({"user_id": "1"})) == (400, "client_error")
    assert told() == []


def test_whoever_is_being_deleted_is_met_with_silence(workspace, track):
    """DEL-17"""
    PersonFactory(workspace=workspace, external_id="1", state=State.PENDING_DELETION)

    response = track({"user_id": "1"})

    assert (response.status_code, response.content, told()) == (202, b"", [])


def test_an_email_of_two_users_is_ambiguous(workspace, track):
    """MSG-18"""
    for name in ("1", "2"):
        PersonFactory(workspace=workspace, external_id=name, email="a@x.io")

    assert error(track({"email": "a@x.io"})) == (409, "conflict")


def test_proof_is_asked_for_as_of_a_ping(workspace, track):
    """MSG-21"""
    workspace.require_signed_identity = True
    workspace.save()

    answers = [
        track(user_data).status_code
        for user_data in (
            {"user_id": "1"},
            {"user_id": "1", "user_hash": "0" * 64},
            {"user_id": "1", "user_hash": user_hash(workspace, "1")},
            {"intercom_user_jwt": token(workspace, user_id="2")},
        )
    ]

    assert answers == [401, 401, 202, 202]
    assert list(Event.objects.order_by("pk").values_list("person__external_id", "source")) == [
        ("1", "ping"),
        ("2", "signed_ping"),
    ]


def test_a_form_may_carry_an_event(workspace, client):
    """api.md §11.5"""
    form = {"app_id": "abc1234", "event_name": "clicked", "user_data": '{"user_id": "1"}', "metadata": '{"n": "1"}'}

    response = client.post("/messenger/web/events", form)  # multipart is no form that a browser's script sends
    assert error(response)[0] == 400
    encoded = "&".join(f"{key}={value}" for key, value in form.items())
    response = client.post("/messenger/web/events", encoded, "application/x-www-form-urlencoded")

    assert response.status_code == 202
    assert [(name, metadata) for _, name, _, metadata in told()] == [("clicked", {"n": "1"})]


def test_keys_beside_user_data_are_not_lost_without_a_word(workspace, client):
    response = client.post(
        "/messenger/web/events", orjson.dumps({"app_id": "abc1234", "event_name": "e", "user_id": "1"}), "text/plain"
    )

    assert error(response) == (400, "parameter_missing")
