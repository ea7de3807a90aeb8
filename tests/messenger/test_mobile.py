"""What an app on a phone sends, and what of a person it moves (SESS-06…09, ATT-04, ATT-48)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from apps.attributes.catalogue import catalogue_of
from apps.attributes.models import RecordChange, State
from apps.attributes.sources import Source
from apps.companies.models import Company
from apps.events.models import Event
from apps.people import presence
from apps.people.arrivals import amend
from apps.people.mobile import on_offer
from apps.people.models import Merge, Person, Role
from apps.segments.catalogue import fields
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.atlas import DUBLIN, MONTREAL, NOWHERE, make_atlas
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, WorkspaceFactory, attribute

from .conftest import Clock, Ping, error, refused, user, values
from .test_proof import token, user_hash

pytestmark = pytest.mark.django_db

Send = Callable[..., Any]
PHONE = {
    "model": "iPhone 15",
    "os_version": "18.1",
    "app_name": "Acme Rooms",
    "app_version": "4.2.0",
    "sdk_version": "1.0",
    "push_enabled": True,
}


@pytest.fixture
def send(client: Client, workspace: Workspace) -> Send:
    """Send a call as an app does: which one, who uses it, and what stands beside that."""

    def sent(
        call: str,
        user_data: dict[str, Any] | None = None,
        /,
        *,
        headers: dict[str, str] | None = None,
        at: str = "127.0.0.1",
        **beside: Any,
    ) -> Any:
        body = {"app_id": "abc1234", "platform": "ios", "user_data": user_data or {}} | beside
        path = f"/messenger/mobile/{call}"
        return client.post(path, orjson.dumps(body), "application/json", headers=headers, REMOTE_ADDR=at)

    return sent


@pytest.fixture
def sessions(send: Send, time: Clock) -> Callable[..., int]:
    """The iOS sessions of user 1 after some calls at some seconds."""

    def counted(*calls: tuple[str, int]) -> int:
        for call, second in calls:
            time.at = NOW + timedelta(seconds=second)
            assert send(call, {"user_id": "1"}).status_code == 200
        return user("1").ios_sessions

    return counted


# ---- what counts -----------------------------------------------------------------------------------------------------


def test_openings_count_from_twenty_seconds_after_the_counted_one(sessions):
    """SESS-06: counted at 0, 20 and 45 seconds"""
    assert sessions(("register", 0), ("open", 19), ("open", 20), ("open", 45)) == 3


def test_an_opening_that_does_not_count_starts_no_waiting_of_its_own(sessions):
    """SESS-06: twenty seconds after the previous counted one, whatever lies between"""
    assert sessions(("register", 0), ("open", 10), ("open", 19), ("open", 21), ("open", 40)) == 2


def test_whoever_registers_again_counts_no_more(sessions):
    """SESS-06: the first registration"""
    assert sessions(("register", 0), ("register", 60), ("register", 3600)) == 1


def test_an_opening_counts_though_no_registration_arrived(sessions):
    """SESS-06"""
    assert sessions(("open", 0), ("register", 30)) == 1


def test_what_changes_while_the_app_is_open_counts_nothing(sessions):
    """SESS-06"""
    assert sessions(("register", 0), ("ping", 30), ("ping", 3600)) == 1


def test_android_has_its_own_counter(send, time):
    """SESS-07"""
    for _ in range(3):
        send("open", {"user_id": "1"})
        time.goes_on(minutes=1)

    send("register", {"user_id": "1"}, platform="android")

    ann = user("1")
    assert (ann.ios_sessions, ann.android_sessions) == (3, 1)
    assert (ann.ios_last_seen_at, ann.android_last_seen_at) == (NOW + timedelta(minutes=2), time.at)


def test_opening_an_app_is_no_web_session(send, ping: Ping, time):
    """SESS-09"""
    ping({"user_id": "1"})
    time.goes_on(hours=1)
    ping({"user_id": "1"})
    browsing = time.at
    time.goes_on(hours=1)

    send("open", {"user_id": "1"})

    ann = user("1")
    assert (ann.session_count, ann.ios_sessions) == (2, 1)
    assert (ann.last_seen_at, ann.ios_last_seen_at, ann.web_seen_at) == (time.at, time.at, browsing)


def test_an_open_app_does_not_keep_a_web_session_alive(send, ping: Ping, time):
    """SESS-02, SESS-09"""
    ping({"user_id": "1"})
    time.goes_on(minutes=20)
    send("open", {"user_id": "1"})
    time.goes_on(minutes=20)

    ping({"user_id": "1"})

    assert user("1").session_count == 2


def test_a_browser_on_a_phone_is_a_browser(send, post, time):
    """SESS-08"""
    send("register", {"user_id": "1"})
    safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
    for _ in range(3):
        time.goes_on(hours=1)
        post(orjson.dumps({"app_id": "abc1234", "user_data": {"user_id": "1"}}), headers={"User-Agent": safari})

    ann = user("1")
    assert (ann.session_count, ann.ios_sessions) == (3, 1)


# ---- who it is -------------------------------------------------------------------------------------------------------


def test_who_registers_is_a_user_who_signed_up_now(send):
    """ATT-48, SESS-06"""
    response = send("register", {"user_id": "123", "email": "Ann@x.io", "name": "Ann", "plan": "Pro"}, device=PHONE)

    ann = user("123")
    assert response.json() == {"user": {"id": ann.public_id, "user_id": "123", "role": "user"}}
    assert (ann.role, ann.email, ann.signed_up_at, ann.last_seen_at) == (Role.USER, "ann@x.io", NOW, NOW)
    assert (ann.ios_sessions, ann.session_count, ann.is_mobile_unidentified) == (1, 0, False)
    assert values(ann, "name", "plan") == {"name": "Ann", "plan": "Pro"}


def test_an_installation_without_a_login_is_a_lead(send):
    """ATT-48, NAME-09: a lead is on the lists, a visitor is not"""
    response = send("register", anonymous_id="i1")

    ben = Person.objects.listed().get()
    assert response.json() == {"user": {"id": ben.public_id, "user_id": None, "role": "lead"}, "anonymous_id": "i1"}
    assert (ben.role, ben.signed_up_at, ben.ios_sessions, ben.is_mobile_unidentified) == (Role.LEAD, NOW, 1, True)
    assert ben.pseudonym


def test_an_installation_without_an_id_is_told_one(send, time):
    given = send("register").json()["anonymous_id"]
    time.goes_on(minutes=1)

    send("open", anonymous_id=given)

    assert Person.objects.get().ios_sessions == 2


def test_an_installations_lead_turns_into_the_user_who_logs_in(send, time):
    """IDN-11: what was counted stays, and the login counts no second time"""
    send("register", anonymous_id="i1")
    before = Person.objects.get()
    time.goes_on(minutes=1)

    response = send("register", {"user_id": "1"}, anonymous_id="i1")

    ann = Person.objects.get()
    assert response.json()["user"] == {"id": before.public_id, "user_id": "1", "role": "user"}
    assert (ann.pk, ann.role, ann.ios_sessions, ann.is_mobile_unidentified) == (before.pk, Role.USER, 1, False)


def test_an_installations_lead_is_merged_into_the_user_who_is_known(send, time):
    """IDN-11, IDN-14: sessions add up"""
    send("register", {"user_id": "1"}, device=PHONE)
    time.goes_on(days=1)
    send("register", anonymous_id="i2", device={"model": "iPad"})
    send("register", anonymous_id="i2", platform="android")
    time.goes_on(seconds=10)

    send("register", {"user_id": "1"}, anonymous_id="i2", device={"model": "iPad"})
    send("open", {"user_id": "1"}, anonymous_id="i2")

    ann = user("1")
    assert (ann.ios_sessions, ann.android_sessions, ann.is_mobile_unidentified) == (2, 1, False)
    assert (ann.ios_device, ann.ios_app_version) == ("iPad", "4.2.0")
    assert Merge.objects.get().lead.state == State.MERGED
    time.goes_on(seconds=10)  # twenty after the lead's session, which is the user's now
    send("open", {"user_id": "1"})
    assert user("1").ios_sessions == 3


def test_a_lead_made_a_user_by_rest_is_identified(send):
    """IDN-15"""
    send("register", anonymous_id="i1")

    amend(Person.objects.get(), {"external_id": "5"}, Source.REST, by=NOBODY, now=NOW, role=Role.USER)

    assert user("5").is_mobile_unidentified is False


def test_after_a_logout_an_installation_is_a_lead_of_its_own(send):
    """MSG-21: nobody writes to a user by an installation's id alone"""
    send("register", {"user_id": "1"}, anonymous_id="i1")

    response = send("open", {"name": "Mallory"}, anonymous_id="i1")

    assert response.json()["user"]["role"] == "lead"
    assert user("1").name is None


def test_who_is_blocked_or_being_deleted_is_met_as_in_a_browser(send):
    """MSG-16, DEL-17"""
    PersonFactory(external_id="1", workspace=Workspace.objects.get(), state=State.BLOCKED)
    PersonFactory(external_id="2", workspace=Workspace.objects.get(), state=State.PENDING_DELETION)

    blocked, in_grace = send("open", {"user_id": "1"}), send("open", {"user_id": "2"})

    assert error(blocked) == (400, "client_error")
    assert (in_grace.status_code, in_grace.content) == (200, b"")
    assert set(Person.objects.values_list("last_seen_at", "ios_sessions")) == {(None, None)}


def test_proof_is_asked_for_as_of_a_page(workspace, send):
    """MSG-21"""
    workspace.require_signed_identity = True
    workspace.save()

    answers = [
        send("register", {"user_id": "1"}),
        send("register", {"user_id": "1"}, user_hash="0" * 64),
        send("register", {"user_id": "1"}, user_hash=user_hash(workspace, "1")),
        send("register", intercom_user_jwt=token(workspace, user_id="2", plan="Pro")),
        send("register", anonymous_id="i1"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 200, 200, 200]
    assert Person.objects.count() == 3


def test_a_signed_value_passes_what_an_unsigned_one_does_not(workspace, send):
    """MSG-04, MSG-10"""
    attribute(workspace, "plan", protected=True)

    send("ping", {"user_id": "1", "plan": "free"})
    unsigned = values(user("1"), "plan")
    send("ping", intercom_user_jwt=token(workspace, user_id="1", plan="Pro"))

    assert (unsigned, values(user("1"), "plan")) == ({"plan": None}, {"plan": "Pro"})
    assert RecordChange.objects.get(record_id=user("1").pk, changes__has_key="plan").source == Source.SIGNED_PING


# ---- the device ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_a_device_is_described_on_its_platform(send, platform):
    """Rules §1.1"""
    send("register", {"user_id": "1"}, platform=platform, device=PHONE)

    ann, other = user("1"), {"ios": "android", "android": "ios"}[platform]
    columns = ("device", "os_version", "app_name", "app_version", "sdk_version")
    assert [getattr(ann, f"{platform}_{name}") for name in columns] == list(PHONE.values())[:5]
    assert [getattr(ann, f"{other}_{name}") for name in columns] == [None] * 5
    assert ann.enabled_push_messaging is True


def test_the_latest_word_of_a_device_counts_and_silence_keeps_it(send):
    send("register", {"user_id": "1"}, device=PHONE)
    before = user("1").updated_at

    send("open", {"user_id": "1"}, device={"app_version": 4.3, "push_enabled": False, "model": " "})

    ann = user("1")
    assert (ann.ios_app_version, ann.enabled_push_messaging) == ("4.3", False)
    assert (ann.ios_device, ann.ios_os_version) == ("iPhone 15", "18.1")
    assert ann.updated_at == before


def test_what_of_a_device_cannot_be_taken_is_noted_and_stops_nothing(send):
    """MSG-13"""
    device = {"model": ["iPhone"], "push_enabled": "maybe", "app_name": "a\x00", "colour": "red", "a\x00b": 1}

    response = send("register", {"user_id": "1", "seats": 3}, device=device | {"os_version": "x" * 300})

    ann = user("1")
    assert response.status_code == 200
    assert (ann.ios_device, ann.enabled_push_messaging, ann.ios_os_version) == (None, None, "x" * 255)
    assert values(ann, "seats") == {"seats": 3}
    assert refused(ann) == {
        "device.model": "nested",
        "device.push_enabled": "invalid",
        "device.app_name": "invalid",
        "device.colour": "unknown",
        "device.a\N{REPLACEMENT CHARACTER}b": "unknown",
    }


def test_an_app_brings_its_place_and_nothing_of_a_browser(send, settings, tmp_path):
    """MSG-14, NAME-10: the library that an app posts with is no browser"""
    settings.GEOIP_PATH = make_atlas(tmp_path / "city.mmdb")

    send("register", anonymous_id="i1", headers={"User-Agent": "okhttp/4.12.0", "Accept-Language": "fr"}, at=MONTREAL)
    ben = Person.objects.get()
    send("open", anonymous_id="i1", at=NOWHERE)
    unknown = Person.objects.get().city
    send("open", anonymous_id="i1", at=DUBLIN)

    assert ben.pseudonym.endswith(" from Montreal")
    assert (ben.city, unknown, Person.objects.get().city) == ("Montreal", "Montreal", "Dublin")
    assert (ben.browser, ben.browser_language, ben.os) == (None, None, None)


# ---- companies, events, presence -------------------------------------------------------------------------------------


def test_a_company_is_joined_and_seen_but_counts_no_session(workspace, send, time):
    """SESS-09, SESS-15: a company's sessions are web sessions"""
    CompanyFactory(workspace=workspace, company_id="6", session_count=40)

    send("register", {"user_id": "1", "company": {"company_id": "6", "name": "Blue Sun"}})

    acme = Company.objects.get()
    assert (acme.session_count, acme.last_request_at, acme.name) == (40, time.at, "Blue Sun")
    assert list(acme.people.values_list("external_id", flat=True)) == ["1"]


def test_an_installations_lead_may_bring_a_company(send):
    """MSG-11"""
    send("register", {"company": {"company_id": "6"}}, anonymous_id="i1")

    assert Company.objects.get().people.get().role == Role.LEAD


def test_an_event_joins_whoever_uses_the_app(workspace, send):
    """MSG-15"""
    ann = PersonFactory(workspace=workspace, external_id="1", last_seen_at=NOW - timedelta(days=1))

    response = send("events", {"user_id": "1"}, event_name="scanned-ticket", metadata={"gate": "B"})

    assert (response.status_code, response.content) == (202, b"")
    assert list(Event.objects.values_list("person", "name__name", "metadata")) == [
        (ann.pk, "scanned-ticket", {"gate": "B"})
    ]
    assert user("1").last_seen_at == NOW - timedelta(days=1)


def test_an_event_may_overtake_the_registration(send):
    """MSG-02, SESS-06"""
    send("events", anonymous_id="i1", event_name="scanned-ticket", device=PHONE)
    early = Person.objects.get()

    send("register", anonymous_id="i1")

    ben = Person.objects.get()
    assert (early.role, early.ios_sessions, early.ios_device, early.session_count) == ("lead", None, "iPhone 15", 0)
    assert (ben.pk, ben.ios_sessions, Event.objects.get().person_id) == (early.pk, 1, ben.pk)


def test_an_open_app_is_presence(workspace, send, django_assert_num_queries):
    """PRES-01, PRES-07"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    ben = LeadFactory(workspace=workspace, visitor_id="i1")
    before = list(Person.objects.order_by("pk").values())

    with django_assert_num_queries(2):
        response = send("heartbeat", {"user_id": "1"})
    send("heartbeat", anonymous_id="i1")

    assert (response.status_code, response.content) == (204, b"")
    assert presence.online(workspace, [ann.public_id, ben.public_id], NOW) == {ann.public_id, ben.public_id}
    assert list(Person.objects.order_by("pk").values()) == before


def test_an_opening_counts_as_a_heartbeat(workspace, send):
    """PRES-01"""
    opened = send("open", {"user_id": "1"}).json()["user"]["id"]

    assert presence.online(workspace, [opened], NOW) == {opened}


# ---- what teammates are offered --------------------------------------------------------------------------------------


def test_the_attributes_of_apps_are_on_offer_once_one_has_registered(workspace, send):
    """ATT-04"""

    def offered() -> tuple[bool, bool]:
        standard = on_offer(workspace, catalogue_of(workspace, "person").standard)
        return "ios_sessions" in {d.key for d in standard}, any(
            field.label == "iOS sessions" for field in fields(workspace, "person")
        )

    before = offered()
    send("register", {"user_id": "123"})

    assert (before, offered(), user("123").ios_sessions) == ((False, False), (True, True), 1)


# ---- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [{"user_id": "1"}, {"email": "a@x.io"}, {"anonymous_id": "i1"}])
@pytest.mark.parametrize("call", ["register", "open", "ping"])
def test_an_app_that_says_nothing_new_costs_what_such_a_page_does(
    workspace, send, time, django_assert_num_queries, call, who
):
    """MSG-01: the workspace, and one statement"""
    said = who | {"plan": "Pro"}
    for _ in range(2):
        send(call, said, device=PHONE)
    time.goes_on(minutes=1)

    with django_assert_num_queries(2):
        send(call, said, device=PHONE | {"app_version": "4.3.0"})

    someone = Person.objects.get()
    assert (someone.last_seen_at, someone.ios_app_version) == (time.at, "4.3.0")


# ---- what is no call -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "status", "field"),
    [
        *(({"platform": platform}, 400, "platform") for platform in (None, "", "windows", "iOS", 7, ["ios"], {})),
        *(({"device": device}, 400, "device") for device in ("iPhone", 7, [PHONE], True)),
        *(({"app_id": app_id}, 400, "app_id") for app_id in (None, "", 7)),
        ({"app_id": "other"}, 404, "app_id"),
        *(({"user_data": data}, 400, "user_data") for data in ("ann", [1], 7)),
        *(({"anonymous_id": name}, 400, "anonymous_id") for name in (7, ["i1"], "a\x00", "x" * 256)),
        ({"user_data": {"user_id": ["1"]}}, 400, "user_id"),
        ({"user_data": None, "plan": "Pro"}, 400, "user_data"),
    ],
)
@pytest.mark.parametrize("call", ["register", "open", "ping", "events", "heartbeat"])
def test_what_is_no_call_is_refused_and_makes_nobody(send, call, beside, status, field):
    """IDN-01, MSG-13"""
    more = {"event_name": "scanned-ticket"} if call == "events" else {}

    response = send(call, **(more | beside))

    assert error(response)[0] == status
    assert response.json()["errors"][0]["field"] == field
    assert not Person.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"ios"', b"\xff\xfe", b"app_id=abc1234&platform=ios"])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_that_is_no_object_is_refused(client, workspace, body, content_type):
    """MSG-13"""
    response = client.post("/messenger/mobile/register", body, content_type)

    assert error(response)[0] == 400
    assert not Person.objects.exists()


def test_nothing_but_post_is_answered(client, workspace):
    response = client.get("/messenger/mobile/register")

    assert error(response) == (405, "method_not_allowed")


# ---- at the same moment ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", ["register", "open"])
def test_of_calls_at_the_same_moment_exactly_one_counts(call):
    """SESS-06, IDN-04"""
    WorkspaceFactory(app_id="abc1234")
    ready = Barrier(4, timeout=10)

    def sent(who: dict[str, str]) -> int:
        try:
            connection.ensure_connection()
            ready.wait()
            body = {"app_id": "abc1234", "platform": "ios"} | who
            return Client().post(f"/messenger/mobile/{call}", orjson.dumps(body), "application/json").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        for number in range(5):
            who = {"anonymous_id": f"i{number}"} if number % 2 else {"user_data": {"user_id": f"{number}"}}
            assert list(threads.map(sent, [who] * 4)) == [200] * 4

    assert list(Person.objects.values_list("ios_sessions", flat=True)) == [1] * 5
