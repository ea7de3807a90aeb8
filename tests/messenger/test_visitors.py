"""Who a browser turns out to be: visitor, lead, user (IDN-09…14, IDN-20, IDN-22, IDN-23)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.models import Company
from apps.deletion import grace
from apps.events import recording
from apps.events.models import EventSummary
from apps.events.recording import Occurrence
from apps.people import erasing, states
from apps.people.arrivals import amend
from apps.people.models import Merge, Person, Role
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import AccessToken, Workspace, hashed
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

from .conftest import PING, error, refused, user, values

pytestmark = pytest.mark.django_db

LEAD = "/messenger/web/lead"
C1 = {"anonymous_id": "c1"}


@pytest.fixture
def leave_email(client: Client):
    """A visitor leaves an email on the page."""

    def send(**more: Any) -> Any:
        body = {"app_id": "abc1234", "anonymous_id": "c1", "email": "ben@x.io"} | more
        return client.post(LEAD, orjson.dumps(body), "text/plain")

    return send


def lead(workspace: Workspace, **more: Any) -> Person:
    return LeadFactory(workspace=workspace, **({"visitor_id": "c1", "email": None, "session_count": 3} | more))


def listed() -> dict[str, str]:
    """Whom teammates see: public id → role."""
    return dict(Person.objects.listed().values_list("public_id", "role"))


def dressed(workspace: Workspace, person: Person) -> None:
    """Give somebody a tag T, a note and an event."""
    tag = tagging.find_or_create(workspace, "T", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [person.pk], tag, by=NOBODY, now=NOW)
    noting.add(person, "Call back", by=NOBODY, now=NOW)
    done = [Occurrence(person.pk, "read-pricing", NOW)]
    recording.record(workspace, done, source=Source.PING, by=NOBODY, now=NOW)


def dress_of(person: Person) -> tuple[list[str], list[str], int]:
    """The tags, notes and events of somebody."""
    return (
        [tagging.tag.name for tagging in tagging.tags_of(person)],
        [note.text for note in noting.notes_of(person)],
        sum(EventSummary.objects.filter(workspace=person.workspace, person=person).values_list("count", flat=True)),
    )


WHOLE = (["T"], ["Call back"], 1)


# ---- a visitor becomes a lead ----------------------------------------------------------------------------------------


def test_a_visitor_who_leaves_an_email_is_a_lead(workspace, ping, leave_email, time):
    """IDN-10, NAME-09"""
    for _ in range(3):
        ping(beside=C1)
        time.goes_on(hours=1)
    before = Person.objects.get()

    response = leave_email(name="Ben")

    ben = Person.objects.get()
    assert response.json() == {
        "user": {"id": before.public_id, "user_id": None, "role": "lead"},
        "anonymous_id": "c1",
    }
    assert (ben.role, ben.email, ben.name, ben.session_count) == (Role.LEAD, "ben@x.io", "Ben", 3)
    assert (ben.pseudonym, ben.last_seen_at) == (before.pseudonym, before.last_seen_at)
    assert before.pseudonym
    assert listed() == {ben.public_id: "lead"}


def test_a_lead_goes_on_by_their_cookie(workspace, ping, leave_email, time):
    """IDN-10, SESS-05"""
    leave_email()
    time.goes_on(minutes=45)

    response = ping({"name": "Ben"}, beside=C1)

    ben = Person.objects.get()
    assert response.json()["user"] == {"id": ben.public_id, "user_id": None, "role": "lead"}
    assert (ben.name, ben.email, ben.session_count, ben.last_seen_at) == ("Ben", "ben@x.io", 2, time.at)


def test_another_email_is_the_same_leads(workspace, leave_email):
    leave_email()

    leave_email(email="Ben2@X.io")

    assert Person.objects.get().email == "ben2@x.io"


def test_a_users_email_left_by_a_visitor_gives_nothing_of_the_user_away(workspace, leave_email):
    """IDN-12: whether it is theirs is settled when the user comes"""
    PersonFactory(workspace=workspace, external_id="1", email="ben@x.io")

    response = leave_email()

    assert response.json()["user"]["role"] == "lead"
    assert sorted(listed().values()) == ["lead", "user"]


@pytest.mark.parametrize("missing", ["app_id", "anonymous_id", "email"])
def test_what_a_lead_needs_is_asked_for(workspace, leave_email, missing):
    response = leave_email(**{missing: " "})

    assert error(response) == (400, "parameter_missing")
    assert response.json()["errors"][0]["field"] == missing
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        *(("email", "no address", 400), ("email", ["a@x.io"], 400), ("email", "a@x.io,b@x.io", 400)),
        *(("anonymous_id", 7, 400), ("anonymous_id", "c\x001", 400), ("app_id", {}, 400), ("app_id", "other", 404)),
    ],
)
def test_what_cannot_be_kept_makes_no_lead(workspace, leave_email, field, value, status):
    response = leave_email(**{field: value})

    assert error(response)[0] == status
    assert not Person.objects.exists()


def test_a_name_that_cannot_be_kept_is_left_out(workspace, leave_email):
    """MSG-13"""
    assert leave_email(name=["Ben"]).status_code == 200

    ben = Person.objects.get()
    assert (ben.email, ben.name, refused(ben)) == ("ben@x.io", None, {"name": "nested"})


def test_a_form_will_do_and_nothing_but_post(workspace, client):
    fields = {"app_id": "abc1234", "anonymous_id": "c1", "email": "ben@x.io"}

    answers = [
        client.post(LEAD, "app_id=abc1234&anonymous_id=c1&email=ben%40x.io", "application/x-www-form-urlencoded"),
        client.get(LEAD, fields),
        client.options(LEAD),
    ]

    assert [answer.status_code for answer in answers] == [200, 405, 204]


def test_who_is_blocked_or_deleted_leaves_nothing(workspace, leave_email):
    """MSG-16, DEL-17"""
    states.block(lead(workspace), by=NOBODY, now=NOW)
    grace.request(lead(workspace, visitor_id="c2"), by=NOBODY, now=NOW)

    blocked, in_grace = leave_email(), leave_email(anonymous_id="c2")

    assert error(blocked) == (400, "client_error")
    assert (in_grace.status_code, in_grace.content) == (200, b"")
    assert not Person.objects.exclude(email=None).exists()


@pytest.mark.parametrize("make", [PersonFactory, LeadFactory])
def test_a_blocked_persons_email_makes_no_lead(workspace, leave_email, make):
    """IDN-22, MSG-16"""
    states.block(make(workspace=workspace, email="ben@x.io"), by=NOBODY, now=NOW)

    response = leave_email(email=" Ben@X.io")

    assert error(response) == (400, "client_error")
    assert response.json()["errors"][0]["message"] == "This person is blocked."
    assert Person.objects.count() == 1


def test_the_email_of_a_user_in_grace_makes_no_lead(workspace, leave_email):
    """DEL-17: no new record appears"""
    grace.request(PersonFactory(workspace=workspace, email="ben@x.io"), by=NOBODY, now=NOW)

    response = leave_email()

    assert (response.status_code, response.content) == (200, b"")
    assert Person.objects.count() == 1


def test_a_visitor_who_leaves_the_email_of_somebody_turned_away_stays_as_they_were(workspace, ping, leave_email):
    """IDN-22"""
    ping(beside=C1)
    states.block(PersonFactory(workspace=workspace, email="ben@x.io"), by=NOBODY, now=NOW)

    leave_email(name="Ben")

    assert Person.objects.filter(visitor_id="c1").values_list("role", "email", "name").get() == ("visitor", None, None)


@pytest.mark.parametrize("make", [PersonFactory, LeadFactory])
def test_an_email_that_a_live_user_shares_makes_a_lead_whoever_else_has_it(workspace, leave_email, make):
    """IDN-10"""
    PersonFactory(workspace=workspace, external_id="1", email="ben@x.io")
    states.block(make(workspace=workspace, email="ben@x.io"), by=NOBODY, now=NOW)

    assert leave_email().status_code == 200

    assert Person.objects.get(visitor_id="c1").role == Role.LEAD


def test_once_unblocked_a_lead_may_leave_their_email_again(workspace, leave_email):
    """IDN-22"""
    eve = states.block(LeadFactory(workspace=workspace, email="ben@x.io"), by=NOBODY, now=NOW)
    refused_one = leave_email()
    states.unblock(eve, by=NOBODY, now=NOW)

    assert [refused_one.status_code, leave_email().status_code] == [400, 200]


def test_a_deleted_leads_email_is_free(workspace, ping, leave_email):
    """DEL-17: deleted leads hold no email"""
    grace.request(LeadFactory(workspace=workspace, email="ben@x.io"), by=NOBODY, now=NOW)

    leave_email()
    ping({"email": "ben@x.io"})

    assert list(listed().values()) == ["user"]


# ---- a browser names its user ----------------------------------------------------------------------------------------


def test_a_lead_turns_into_the_user_nobody_knew(workspace, ping):
    """IDN-11"""
    ben = lead(workspace)
    dressed(workspace, ben)

    response = ping({"user_id": "1", "name": "Ben"}, beside=C1)

    ben.refresh_from_db()
    assert response.json()["user"] == {"id": ben.public_id, "user_id": "1", "role": "user"}
    assert (ben.external_id, ben.name, ben.visitor_id, ben.session_count) == ("1", "Ben", None, 4)
    assert dress_of(ben) == WHOLE
    assert listed() == {ben.public_id: "user"}


def test_a_visitor_turns_into_the_user_nobody_knew_within_one_session(workspace, ping, time):
    """IDN-11, SESS-05"""
    ping(beside=C1)
    visitor = Person.objects.get()
    time.goes_on(minutes=5)

    ping({"email": "Ann@x.io"}, beside=C1)

    ann = Person.objects.get()
    assert (ann.pk, ann.role, ann.email, ann.session_count) == (visitor.pk, Role.USER, "ann@x.io", 1)


def test_a_lead_is_merged_into_the_user_who_is_known(workspace, ping):
    """IDN-11, IDN-14"""
    attribute(workspace, "plan")
    ann, ben = PersonFactory(workspace=workspace, external_id="1"), lead(workspace)
    dressed(workspace, ben)
    workspace.refresh_from_db()
    write(Person, workspace, {ben.pk: {"phone": "1", "plan": "x"}}, Source.PING, now=NOW)
    write(Person, workspace, {ann.pk: {"plan": "y"}}, Source.PING, now=NOW)

    response = ping({"user_id": "1"}, beside=C1)

    ann.refresh_from_db()
    ben.refresh_from_db()
    assert response.json()["user"]["id"] == ann.public_id
    assert values(ann, "phone", "plan") == {"phone": "1", "plan": "y"}
    assert (dress_of(ann), ann.session_count) == (WHOLE, 4)
    assert (ben.state, ben.merged_into_id, listed()) == (State.MERGED, ann.pk, {ann.public_id: "user"})


def test_a_merged_lead_is_not_found_by_rest(workspace, ping, client):
    """IDN-14"""
    PersonFactory(workspace=workspace, external_id="1")
    ben, tess = lead(workspace), SeatFactory(workspace=workspace).teammate
    AccessToken.objects.create(
        workspace=workspace, teammate=tess, name="Sync", token_hash=hashed("secret"), created_at=NOW
    )
    ping({"user_id": "1"}, beside=C1)

    response = client.get(f"/contacts/{ben.public_id}", headers={"Authorization": "Bearer secret"})

    assert response.status_code == 404


def test_the_visit_that_led_to_the_login_counts_once(workspace, ping, time):
    """SESS-02, SESS-05, IDN-14"""
    ping({"user_id": "1"})
    time.goes_on(days=1)
    ping(beside=C1)
    time.goes_on(minutes=5)

    ping({"user_id": "1"}, beside=C1)

    ann = Person.objects.get()
    assert (ann.session_count, ann.last_seen_at) == (2, time.at)
    time.goes_on(minutes=31)
    ping({"user_id": "1"}, beside=C1)
    assert Person.objects.get().session_count == 3


def test_an_unchanged_ping_notices_its_browsers_visitor(workspace, ping):
    """IDN-11: nothing but the cookie is new"""
    ping({"user_id": "1", "plan": "pro"})
    ping(beside=C1)

    ping({"user_id": "1", "plan": "pro"}, beside=C1)

    assert Person.objects.get().external_id == "1"


@pytest.mark.parametrize("who", [{"user_id": "1"}, {"email": "a@x.io"}, {"user_id": "1", "email": "a@x.io"}])
def test_an_unchanged_ping_with_a_cookie_is_one_statement(workspace, ping, time, django_assert_num_queries, who):
    """MSG-01"""
    ping(who, beside=C1)
    time.goes_on(minutes=31)

    with django_assert_num_queries(1):
        ping(who, beside=C1)

    ann = Person.objects.get()
    assert (ann.last_seen_at, ann.session_count) == (time.at, 2)


def test_after_a_logout_the_cookie_is_a_visitors_again(workspace, ping):
    """MSG-02, MSG-21: nobody writes to a user by a cookie alone"""
    ping({"user_id": "1"}, beside=C1)

    response = ping({"name": "Mallory"}, beside=C1)

    assert response.json()["user"]["role"] == "visitor"
    assert user("1").name is None


def test_a_lead_made_a_user_by_rest_gives_their_cookie_up(workspace, ping):
    """MSG-21"""
    ben = lead(workspace)
    amend(ben, {"external_id": "5"}, Source.REST, by=NOBODY, now=NOW, role=Role.USER)

    ping({"name": "Mallory"}, beside=C1)

    assert user("5").name is None


def test_a_user_named_by_email_has_that_email_whoever_noted_another(workspace, ping):
    """IDN-08, IDN-11: a teammate's note of the lead's email gives way to who it is"""
    ben = lead(workspace)
    write(Person, workspace, {ben.pk: {"email": "old@x.io"}}, Source.MANUAL, by=Hand(name="Tess"), now=NOW)

    for _ in range(2):
        ping({"email": "new@x.io"}, beside=C1)

    assert (Person.objects.get().pk, Person.objects.get().email) == (ben.pk, "new@x.io")


def test_the_next_user_of_a_browser_takes_nobody_along(workspace, ping):
    """IDN-13"""
    ping({"user_id": "1", "name": "Ann"}, beside=C1)

    ping({"user_id": "2"}, beside=C1)

    assert (user("1").name, user("2").name, Person.objects.count()) == ("Ann", None, 2)


def test_a_login_of_a_visitor_may_bring_the_company(workspace, ping, time):
    """MSG-11"""
    ping(beside=C1)

    ping({"user_id": "1", "company": {"company_id": "6"}}, beside=C1)

    assert list(Company.objects.values_list("company_id", "people__external_id")) == [("6", "1")]


def test_another_workspaces_cookie_is_another_cookie(workspace, ping):
    stranger = lead(WorkspaceFactory())

    ping({"user_id": "1"}, beside=C1)

    stranger.refresh_from_db()
    assert (stranger.role, stranger.state) == (Role.LEAD, State.ACTIVE)


# ---- hidden people ---------------------------------------------------------------------------------------------------


def test_an_archived_user_comes_back_with_all_and_takes_the_lead_in(workspace, ping):
    """IDN-20"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    dressed(workspace, ann)
    states.archive(ann, by=NOBODY, now=NOW)
    lead(workspace)

    ping({"user_id": "1"}, beside=C1)

    assert listed() == {ann.public_id: "user"}
    assert dress_of(ann) == WHOLE
    assert user("1").session_count == 4


@pytest.mark.parametrize("said", [{}, {"user_id": "1"}])
def test_an_archived_lead_comes_back_by_their_browser(workspace, ping, said):
    """IDN-20"""
    ben = states.archive(lead(workspace), by=NOBODY, now=NOW)

    ping(said, beside=C1)

    assert list(listed()) == [ben.public_id]


@pytest.mark.parametrize("said", [{}, {"user_id": "1"}, {"email": "a@x.io"}])
def test_a_blocked_lead_stays_blocked_under_a_new_name(workspace, ping, said):
    """IDN-22, MSG-16"""
    ben = states.block(lead(workspace), by=NOBODY, now=NOW)

    response = ping(said, beside=C1)

    ben.refresh_from_db()
    assert error(response) == (400, "client_error")
    assert (ben.state, ben.last_seen_at, Person.objects.count()) == ("blocked", None, 1)


def test_a_known_user_in_a_blocked_leads_browser_is_not_the_lead(workspace, ping):
    """IDN-22"""
    ann, ben = PersonFactory(workspace=workspace, external_id="1"), lead(workspace)
    states.block(ben, by=NOBODY, now=NOW)

    assert ping({"user_id": "1"}, beside=C1).status_code == 200

    ben.refresh_from_db()
    assert (ben.state, ben.visitor_id, listed()) == ("blocked", "c1", {ann.public_id: "user"})


@pytest.mark.parametrize(("hide", "status"), [(states.block, 400), (grace.request, 200)])
def test_a_browser_whose_user_is_turned_away_keeps_its_lead(workspace, ping, hide, status):
    """IDN-22, DEL-17: nothing is stored"""
    hide(PersonFactory(workspace=workspace, external_id="1"), by=NOBODY, now=NOW)
    ben = lead(workspace)

    response = ping({"user_id": "1"}, beside=C1)

    assert response.status_code == status
    assert listed() == {ben.public_id: "lead"}


def test_a_lead_in_grace_is_left_to_be_forgotten(workspace, ping):
    """DEL-05, DEL-17"""
    grace.request(lead(workspace, name="Ben"), by=NOBODY, now=NOW)

    anonymous = ping(beside=C1)
    ping({"user_id": "1"}, beside=C1)

    assert anonymous.content == b""
    assert (user("1").name, user("1").session_count) == (None, 1)


# ---- leads with a user's email ---------------------------------------------------------------------------------------


def test_a_lead_with_the_users_email_is_merged_at_their_next_ping(workspace, ping):
    """IDN-12"""
    ping({"user_id": "1", "email": "a@x.io"})
    for number in range(2):  # leads may share an email (IDN-17)
        dressed(workspace, lead(workspace, email="a@x.io", visitor_id=f"other {number}"))

    ping({"user_id": "1", "email": "a@x.io"})

    ann = user("1")
    assert listed() == {ann.public_id: "user"}
    assert (dress_of(ann), ann.session_count) == ((["T"], ["Call back"] * 2, 1), 7)


def test_a_new_users_lead_is_merged_at_once(workspace, ping):
    """IDN-12"""
    dressed(workspace, lead(workspace, email="a@x.io"))

    ping({"user_id": "1", "email": "a@x.io"})

    assert listed() == {user("1").public_id: "user"}
    assert dress_of(user("1")) == WHOLE


def test_of_several_users_the_one_seen_last_takes_the_lead_in(workspace, ping):
    """IDN-12"""
    today, last_week = NOW - timedelta(hours=1), NOW - timedelta(days=7)
    for user_id, seen in (("1", today), ("2", last_week)):
        PersonFactory(workspace=workspace, external_id=user_id, email="a@x.io", last_seen_at=seen)
    ben = lead(workspace, email="a@x.io")
    ping({"user_id": "2"})
    assert ben.public_id in listed()
    Person.objects.filter(external_id="2").update(last_seen_at=last_week)

    ping({"user_id": "1"})

    ben.refresh_from_db()
    assert (ben.state, ben.merged_into) == (State.MERGED, user("1"))


@pytest.mark.parametrize("hide", [states.archive, states.block, grace.request])
def test_a_hidden_lead_with_the_users_email_stays_hidden(workspace, ping, hide):
    """IDN-19, IDN-22"""
    ben = lead(workspace, email="a@x.io")
    hide(ben, by=NOBODY, now=NOW)

    for _ in range(2):
        ping({"user_id": "1", "email": "a@x.io"})

    assert list(listed().values()) == ["user"]
    assert not Merge.objects.exists()


# ---- nine months -----------------------------------------------------------------------------------------------------


def test_an_erased_visitor_who_returns_starts_afresh(workspace, ping, time):
    """IDN-23"""
    ping({"name": "Ann"}, beside=C1)
    first = Person.objects.get().public_id
    time.goes_on(days=280)
    erasing.erase(time.at)

    ping(beside=C1)

    again = Person.objects.get()
    assert again.public_id != first
    assert (again.name, again.session_count, again.created_at) == (None, 1, time.at)


# ---- at the same moment ----------------------------------------------------------------------------------------------


@pytest.fixture
def race():
    """Send requests at once, each from a thread and a connection of its own, and return their statuses."""

    def run(*requests: tuple[str, dict[str, Any]]) -> list[int]:
        ready = Barrier(len(requests))

        def send(one: tuple[str, dict[str, Any]]) -> int:
            path, body = one
            try:
                connection.ensure_connection()
                ready.wait(10)
                return Client().post(path, orjson.dumps({"app_id": "abc1234"} | body), "application/json").status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(len(requests)) as threads:
            return list(threads.map(send, requests))

    return run


def as_user(user_id: str, cookie: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return PING, {"user_data": {"user_id": user_id, **more}, "anonymous_id": cookie}


def as_visitor(cookie: str, **said: Any) -> tuple[str, dict[str, Any]]:
    return PING, {"user_data": said, "anonymous_id": cookie}


@pytest.mark.django_db(transaction=True)
def test_three_tabs_that_log_in_at_once_are_one_user(race):
    """IDN-11"""
    workspace = WorkspaceFactory(app_id="abc1234")
    for number in range(5):
        ben = lead(workspace, visitor_id=f"c{number}")

        assert race(*[as_user(f"{number}", f"c{number}")] * 3) == [200] * 3

        ben.refresh_from_db()
        assert (ben.role, ben.external_id) == (Role.USER, f"{number}")
        assert ben.session_count in (3, 4)
    assert Person.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_three_tabs_of_a_known_user_take_the_lead_in_once(race):
    """IDN-11, IDN-14"""
    workspace = WorkspaceFactory(app_id="abc1234")
    for number in range(5):
        PersonFactory(workspace=workspace, external_id=f"{number}")
        lead(workspace, visitor_id=f"c{number}")

        assert race(*[as_user(f"{number}", f"c{number}")] * 3) == [200] * 3

        assert user(f"{number}").session_count == 4
    assert Merge.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_what_a_visitor_says_while_they_log_in_is_never_lost(race):
    """A ping that is answered 200 is in the database: with the user, or with the browser's next visitor"""
    workspace = WorkspaceFactory(app_id="abc1234")
    for number in range(8):
        PersonFactory(workspace=workspace, external_id=f"{number}")
        lead(workspace, visitor_id=f"c{number}") if number % 2 else race(as_visitor(f"c{number}"))
        assert (
            race(
                as_user(f"{number}", f"c{number}"),
                as_visitor(f"c{number}", phone=f"{number}"),
                (LEAD, {"anonymous_id": f"c{number}", "email": f"{number}@x.io"}),
            )
            == [200] * 3
        )

        living = Person.objects.filter(state=State.ACTIVE)
        assert living.filter(phone=f"{number}").exists()
        assert living.filter(external_id=f"{number}").exists()


@pytest.mark.django_db(transaction=True)
def test_users_of_one_email_who_come_at_once_share_no_lead(race):
    """IDN-12"""
    workspace = WorkspaceFactory(app_id="abc1234")
    for number in range(5):
        email, seen = f"{number}@x.io", NOW - timedelta(days=1)
        for side in "ab":
            PersonFactory(workspace=workspace, external_id=f"{number}{side}", email=email, last_seen_at=seen)
        lead(workspace, email=email, visitor_id=None)

        assert race(*[as_user(f"{number}{side}", f"c{number}{side}") for side in "ab"]) == [200] * 2

        sessions = Person.objects.filter(email=email, role=Role.USER).values_list("session_count", flat=True)
        assert sorted(sessions) == [1, 4]
    assert Merge.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_visitor_who_returns_while_being_erased_is_there_afterwards(race, monkeypatch):
    """IDN-23"""
    workspace = WorkspaceFactory(app_id="abc1234")
    for number in range(5):
        old = PersonFactory(
            workspace=workspace,
            role=Role.VISITOR,
            external_id=None,
            visitor_id=f"c{number}",
            last_seen_at=NOW - timedelta(days=3000),
        )
        with ThreadPoolExecutor(2) as threads:
            erased = threads.submit(lambda: (erasing.erase(NOW), connection.close()))
            returned = threads.submit(race, as_visitor(f"c{number}"))
        erased.result()

        assert returned.result() == [200]
        kept = Person.objects.get(visitor_id=f"c{number}")
        assert kept.session_count == 1
        assert kept.last_seen_at > old.last_seen_at
