"""What a ping writes, and what it leaves alone."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.attributes.defining import archive, edit
from apps.attributes.models import Attribute, RefusedWrite
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.models import Company, Membership
from apps.deletion import grace
from apps.people import states
from apps.people.models import Person, Role
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, WorkspaceFactory, attribute

from .conftest import error, refused, user, values

pytestmark = pytest.mark.django_db


# ---- the seeds' own calls --------------------------------------------------------------------------------------------


def test_the_settings_sample_of_the_first_article_arrives_whole(workspace, ping):
    """Seed 000; ATT-21, ATT-24, ATT-25, ATT-47, MSG-02"""
    response = ping(
        {
            "email": "bob@example.com",
            "user_id": "123",
            "app_id": "abc1234",
            "created_at": 1234567890,
            "subdomain": "intercom",
            "teammates": 4,
            "active_accounts": 12,
            "last_order_at": 1350466020,
            "custom_domain": None,
        }
    )

    bob = user("123")
    assert response.json() == {"user": {"id": bob.public_id, "user_id": "123", "role": "user"}}
    assert (bob.email, bob.role, bob.signed_up_at) == (
        "bob@example.com",
        Role.USER,
        datetime(2009, 2, 13, 23, 31, 30, tzinfo=UTC),
    )
    assert values(bob, "subdomain", "teammates", "active_accounts", "last_order_at", "custom_domain") == {
        "subdomain": "intercom",
        "teammates": 4,
        "active_accounts": 12,
        "last_order_at": datetime(2012, 10, 17, 9, 27, tzinfo=UTC),
    }
    assert dict(Attribute.objects.values_list("name", "kind")) == {
        "subdomain": "text",
        "teammates": "number",
        "active_accounts": "number",
        "last_order_at": "date",
    }
    assert refused(bob) == {}


def test_boot_and_update_of_the_third_article(workspace, ping):
    """Seed 002; MSG-01, MSG-11, ATT-11"""
    boot = {
        "user_id": "1",
        "email": "ann@example.com",
        "plan": "pro",
        "company": {"id": "6", "name": "Blue Sun", "plan": "enterprise"},
    }
    ping(boot)

    response = ping({"user_id": "1", "plan": "enterprise"})

    ann, blue_sun = user("1"), Company.objects.get()
    assert response.status_code == 200
    assert values(ann, "plan", "email") == {"plan": "enterprise", "email": "ann@example.com"}
    assert (blue_sun.company_id, blue_sun.name, blue_sun.plan) == ("6", "Blue Sun", "enterprise")
    assert list(ann.companies.all()) == [blue_sun]


def test_the_property_set_of_the_third_article_can_be_stored(workspace, ping):
    """Seed 002; ATT-57: `role` alone is a standard attribute"""
    sent = {
        "plan_type": "pro",
        "signup_date": 1773327600,
        "last_active_date": 1773327600,
        "company_name": "Acme",
        "company_size": 40,
        "role": "admin",
        "onboarding_complete": True,
        "feature_usage_count": 7,
        "trial_end_date": 1773327600,
        "source": "ad",
    }

    ping({"user_id": "1"} | sent)

    ann = user("1")
    del sent["role"]
    assert values(ann, *sent) == sent
    assert ann.role == Role.USER
    assert refused(ann) == {"role": "reserved"}


# ---- who is meant ----------------------------------------------------------------------------------------------------


def test_without_identity_a_visitor_is_made_and_told_their_cookie(workspace, ping):
    """MSG-02, IDN-09"""
    response = ping()

    visitor = Person.objects.get()
    assert visitor.role == Role.VISITOR
    assert response.json() == {
        "user": {"id": visitor.public_id, "user_id": None, "role": "visitor"},
        "anonymous_id": visitor.visitor_id,
    }
    assert not Person.objects.listed().exists()


def test_the_same_cookie_is_the_same_visitor(workspace, ping, time):
    """SESS-05"""
    cookie = ping().json()["anonymous_id"]
    time.goes_on(minutes=45)

    ping(beside={"anonymous_id": cookie})

    assert Person.objects.get().session_count == 2


def test_a_cookie_that_the_browser_made_is_kept(workspace, ping):
    response = ping({"anonymous_id": "cookie-1"})

    assert response.json()["anonymous_id"] == "cookie-1"
    assert Person.objects.get().visitor_id == "cookie-1"


def test_an_unknown_user_id_makes_a_new_user_whatever_the_email(workspace, ping):
    """IDN-02, IDN-03"""
    PersonFactory(workspace=workspace, external_id=None, email="a@x.io")

    ping({"user_id": "9", "email": "a@x.io"})
    ping({"user_id": "2", "email": "a@x.io"})

    assert Person.objects.filter(email="a@x.io").count() == 3


def test_emails_compare_without_case_and_user_ids_exactly(workspace, ping):
    """IDN-08"""
    ping({"user_id": "A1", "email": " Bob@X.io "})

    answer = ping({"email": "bob@x.io"})
    ping({"user_id": "a1"})

    assert answer.json()["user"]["id"] == user("A1").public_id
    assert user("A1").email == "bob@x.io"
    assert Person.objects.count() == 2


def test_an_email_alone_does_not_tell_whose_it_is(workspace, ping):
    ping({"user_id": "1", "email": "a@x.io"})

    response = ping({"email": "a@x.io"})

    assert response.json()["user"]["user_id"] is None


def test_a_number_as_user_id_is_the_same_as_its_text(workspace, ping):
    ping({"user_id": 42})

    response = ping({"user_id": "42"})

    assert response.json()["user"] == {"id": user("42").public_id, "user_id": "42", "role": "user"}


@pytest.mark.parametrize("blank", [None, "", "  ", "null", "undefined"])
def test_blank_identifiers_are_none(workspace, ping, blank):
    """ATT-35, MSG-02"""
    assert ping({"user_id": blank, "email": blank}).json()["user"]["role"] == "visitor"


def test_an_email_of_several_users_is_ambiguous(workspace, ping):
    """MSG-18"""
    for user_id in ("1", "2"):
        PersonFactory(workspace=workspace, external_id=user_id, email="a@x.io")

    response = ping({"email": "a@x.io", "name": "Al"})

    assert error(response) == (409, "conflict")
    assert "must be more specific using user_id" in response.json()["errors"][0]["message"]
    assert not Person.objects.filter(name="Al").exists()


def test_a_lead_of_the_same_email_does_not_stand_for_the_user(workspace, ping):
    """IDN-05, IDN-12: a user is made, and the lead goes into them"""
    LeadFactory(workspace=workspace, email="l@x.io")

    response = ping({"email": "l@x.io"})

    assert response.json()["user"]["role"] == "user"
    assert list(Person.objects.listed().values_list("role", flat=True)) == [Role.USER]


def test_an_archived_user_comes_back(workspace, ping):
    """IDN-20"""
    ann = states.archive(PersonFactory(workspace=workspace, external_id="1"), by=NOBODY, now=NOW)

    ping({"user_id": "1"})

    ann.refresh_from_db()
    assert ann.state == "active"


def test_a_blocked_person_is_refused(workspace, ping):
    """MSG-16, IDN-22"""
    states.block(PersonFactory(workspace=workspace, external_id="5"), by=NOBODY, now=NOW)

    response = ping({"user_id": "5", "name": "Al", "company": {"company_id": "6"}})

    ann = user("5")
    assert error(response) == (400, "client_error")
    assert (ann.state, ann.last_seen_at, ann.name) == ("blocked", None, None)
    assert not Company.objects.exists()


def test_a_blocked_leads_email_makes_no_user(workspace, ping):
    """MSG-16, IDN-22"""
    states.block(LeadFactory(workspace=workspace, email="blead@x.io"), by=NOBODY, now=NOW)

    response = ping({"email": "Blead@x.io"})

    assert error(response) == (400, "client_error")
    assert Person.objects.count() == 1


def test_a_blocked_leads_email_does_not_bring_an_archived_user_back(workspace, ping):
    """IDN-20, IDN-22"""
    ann = states.archive(PersonFactory(workspace=workspace, email="a@x.io"), by=NOBODY, now=NOW)
    states.block(LeadFactory(workspace=workspace, email="a@x.io"), by=NOBODY, now=NOW)

    response = ping({"email": "a@x.io"})

    ann.refresh_from_db()
    assert (response.status_code, ann.state) == (400, "archived")


@pytest.mark.parametrize("make", [PersonFactory, LeadFactory])
def test_a_live_user_is_met_by_their_email_whoever_else_has_it(workspace, ping, make):
    """IDN-22: also where nothing new is said"""
    ann = PersonFactory(workspace=workspace, external_id="1", email="a@x.io")
    states.block(make(workspace=workspace, email="a@x.io"), by=NOBODY, now=NOW)

    answers = [ping({"email": "a@x.io", "name": name}) for name in ("Ann", "Ann")]

    assert [answer.json()["user"]["id"] for answer in answers] == [ann.public_id] * 2


def test_a_person_in_grace_is_met_with_silence(workspace, ping):
    """DEL-17"""
    seen = NOW - timedelta(days=1)
    deleted = PersonFactory(workspace=workspace, external_id="123", email="a@x.io", last_seen_at=seen)
    grace.request(deleted, by=NOBODY, now=NOW)

    answers = [
        ping({"user_id": "123", "name": "Al", "company": {"company_id": "6"}}),
        ping({"user_id": "999", "email": "a@x.io"}),
        ping({"email": "a@x.io"}),
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3
    restored = grace.restore(deleted, by=NOBODY, now=NOW)
    assert (restored.last_seen_at, restored.name) == (seen, None)
    assert Person.objects.count() == 1
    assert not Company.objects.exists()


def test_a_live_user_may_carry_the_email_of_somebody_in_grace(workspace, ping):
    """DEL-17"""
    grace.request(PersonFactory(workspace=workspace, email="a@x.io"), by=NOBODY, now=NOW)
    PersonFactory(workspace=workspace, external_id="5")

    ping({"user_id": "5", "email": "a@x.io"})

    assert user("5").email == "a@x.io"


def test_other_workspaces_people_are_other_people(workspace, ping):
    stranger = PersonFactory(workspace=WorkspaceFactory(), external_id="1", email="a@x.io")

    ping({"user_id": "1", "email": "a@x.io", "name": "Ann"})

    stranger.refresh_from_db()
    assert stranger.name is None
    assert Person.objects.of(workspace).get().name == "Ann"


# ---- what is kept ----------------------------------------------------------------------------------------------------


def test_settings_of_the_messenger_are_not_data(workspace, ping):
    """MSG-03"""
    ping({"email": "a@x.io", "hide_default_launcher": True, "theme_mode": "dark", "region": "eu", "seats": 3})

    assert list(Attribute.objects.values_list("name", flat=True)) == ["seats"]
    assert not RefusedWrite.objects.exists()


def test_one_bad_key_never_sinks_a_ping(workspace, ping):
    """MSG-13, ATT-32"""
    ping({"user_id": "1", "a": [1], "prefs": {"a": 1}, "name": "Al", "vip": True})

    ann = user("1")
    assert values(ann, "name", "vip", "a", "prefs") == {"name": "Al", "vip": True}
    assert refused(ann) == {"a": "nested", "prefs": "nested"}
    assert RefusedWrite.objects.get(key="a").message.startswith("arrays are not supported")


def test_a_protected_attribute_is_silently_left_alone(workspace, ping):
    """MSG-04, MSG-06"""
    plan = attribute(workspace, "plan", protected=True)
    ann = PersonFactory(workspace=workspace, external_id="1")
    write(Person, workspace, {ann.pk: {"plan": "free"}}, Source.REST, now=NOW)

    protected = ping({"user_id": "1", "plan": "pro", "seats": 3})

    assert protected.status_code == 200
    assert values(ann, "plan", "seats") == {"plan": "free", "seats": 3}

    edit(plan, by=NOBODY, now=NOW, protected=False)
    ping({"user_id": "1", "plan": "pro"})
    assert values(ann, "plan") == {"plan": "pro"}


def test_the_messenger_may_be_kept_from_making_attributes(workspace, ping):
    """MSG-08"""
    Workspace.objects.update(messenger_creates_attributes=False)

    response = ping({"user_id": "1", "foo": 1})

    assert response.status_code == 200
    assert not Attribute.objects.exists()
    assert refused(user("1")) == {"foo": "not_created"}


def test_a_teammates_value_stands_and_a_later_ping_replaces_rests(workspace, ping):
    """QUAL-08, UPD-02, QUAL-28"""
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace, external_id="1")
    workspace.refresh_from_db()
    write(Person, workspace, {ann.pk: {"name": "Robert"}}, Source.MANUAL, now=NOW)
    write(Person, workspace, {ann.pk: {"plan": "gold"}}, Source.REST, now=NOW)

    ping({"user_id": "1", "name": "Bob", "plan": "free"})

    assert values(ann, "name", "plan") == {"name": "Robert", "plan": "free"}


def test_an_archived_attribute_ignores_pings(workspace, ping):
    """ATT-43"""
    old = attribute(workspace, "old")
    archive(old, by=NOBODY, now=NOW)

    ping({"user_id": "1", "old": "b"})

    assert values(user("1"), "old") == {"old": None}


def test_reserved_and_look_alike_keys_are_dropped(workspace, ping, time):
    """MSG-14, ATT-03, ATT-10, ATT-55"""
    ping({"user_id": "1", "last_request_at": 1, "utm_source": "fb", "Email": "a@x.io", "Phone": "+353871"})

    ann = user("1")
    assert (ann.last_seen_at, ann.utm_source, ann.email, ann.phone) == (NOW, None, None, None)
    assert not Attribute.objects.exists()
    assert refused(ann) == dict.fromkeys(["last_request_at", "utm_source", "Email", "Phone"], "reserved")


def test_custom_attributes_may_stand_in_an_object_of_their_own(workspace, ping):
    """api.md §11.2: accepted, though keys beside it win; standard attributes do not hide in it"""
    ping({"user_id": "1", "seats": 3, "custom_attributes": {"seats": 4, "vip": True, "email": "a@x.io"}})

    ann = user("1")
    assert values(ann, "seats", "vip", "email") == {"seats": 3, "vip": True, "email": None}
    assert refused(ann) == {"email": "reserved"}


def test_custom_attributes_that_are_no_object_are_dropped(workspace, ping):
    """MSG-13"""
    ping({"user_id": "1", "custom_attributes": [1], "seats": 3})

    assert values(user("1"), "seats") == {"seats": 3}
    assert refused(user("1")) == {"custom_attributes": "reserved"}


def test_an_avatar_is_an_object(workspace, ping):
    """AVA-02"""
    ping({"user_id": "1", "avatar": {"type": "avatar", "image_url": "https://x.io/a.png"}})

    assert user("1").avatar == "https://x.io/a.png"


def test_signed_up_is_the_first_ping_unless_created_at_says_otherwise(workspace, ping, time):
    """ATT-48, ATT-50"""
    ping({"user_id": "9"})
    assert user("9").signed_up_at == NOW

    ping({"user_id": "9", "created_at": 1700000000})
    ping({"user_id": "9"})
    assert user("9").signed_up_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


# ---- sessions --------------------------------------------------------------------------------------------------------


def test_the_first_ping_is_the_first_session(workspace, ping, time):
    """SESS-01, ATT-05"""
    ping({"user_id": "9"})

    ann = user("9")
    assert (ann.session_count, ann.last_seen_at, ann.created_at) == (1, NOW, NOW)


@pytest.mark.parametrize(("seconds", "sessions"), [(1800, 1), (1801, 2)])
def test_more_than_half_an_hour_of_silence_ends_a_session(workspace, ping, time, seconds, sessions):
    """SESS-02"""
    ping({"user_id": "9"})
    time.goes_on(seconds=seconds)

    ping({"user_id": "9"})

    assert user("9").session_count == sessions


def test_a_day_of_activity_ends_a_session_once(workspace, ping, time):
    """SESS-03"""
    ping({"user_id": "9"})
    counts = []
    for _ in range(146):
        time.goes_on(minutes=10)
        ping({"user_id": "9"})
        counts.append(user("9").session_count)

    assert counts == [1] * 144 + [2] * 2


def test_pings_within_a_session_count_nothing(workspace, ping, time):
    """SESS-04"""
    ping({"user_id": "9"})
    for _ in range(10):
        time.goes_on(seconds=30)
        ping({"user_id": "9"})

    assert user("9").session_count == 1


# ---- companies -------------------------------------------------------------------------------------------------------


def company(company_id: str) -> Company:
    return Company.objects.get(company_id=company_id)


def test_company_keys_update_at_each_ping(workspace, ping):
    """CO-11, ATT-59"""
    ping({"user_id": "1", "company": {"company_id": "6", "plan": "pro", "created_at": 1700000000}})

    ping({"user_id": "1", "company": {"company_id": "6", "plan": "enterprise", "monthly_spend": 155.98}})

    acme = company("6")
    assert (acme.plan, acme.monthly_spend, acme.remote_created_at.timestamp()) == ("enterprise", 155, 1700000000)


def test_a_company_without_an_id_is_ignored_and_logged(workspace, ping):
    """MSG-11"""
    response = ping({"user_id": "1", "company": {"name": "Acme"}, "seats": 3})

    assert response.status_code == 200
    assert not Company.objects.exists()
    assert refused(user("1")) == {"company": "invalid"}
    assert values(user("1"), "seats") == {"seats": 3}


@pytest.mark.parametrize("nothing", ["Acme", 7, ["Acme"], {"company_id": "x" * 256}, {"company_id": [1]}])
def test_what_is_no_company_is_ignored_and_logged(workspace, ping, nothing):
    """MSG-11, MSG-13"""
    ping({"user_id": "1", "company": nothing})

    assert not Company.objects.exists()
    assert list(refused(user("1"))) == ["company"]


def test_company_keys_reach_existing_company_attributes_only(workspace, ping):
    """MSG-12, ATT-22"""
    attribute(workspace, "tier", about="company")

    sent = {"company_id": "6", "tier": "A", "mood": "ok", "user_count": 9, "custom_attributes": {"tier": "B"}}
    ping({"user_id": "1", "company": sent})

    acme = company("6")
    assert values(acme, "tier") == {"tier": "A"}
    assert refused(acme) == {"mood": "unknown", "user_count": "reserved"}
    assert list(Attribute.objects.values_list("name", flat=True)) == ["tier"]


def test_a_company_attribute_typed_by_hand_gives_way_to_a_ping(workspace, ping):
    """QUAL-20, D-01"""
    acme = CompanyFactory(workspace=workspace, company_id="6")
    write(Company, workspace, {acme.pk: {"name": "By hand"}}, Source.MANUAL, now=NOW)

    ping({"user_id": "1", "company": {"company_id": "6", "name": "By ping"}})

    assert company("6").name == "By ping"


def test_without_leave_a_pings_company_is_ignored_with_its_link(workspace, ping):
    """MSG-09"""
    Workspace.objects.update(messenger_updates_companies=False)

    response = ping({"user_id": "1", "name": "Al", "company": {"company_id": "6", "name": "Blue Sun"}})

    assert response.status_code == 200
    assert not Company.objects.exists()
    assert not user("1").companies.exists()
    assert refused(user("1")) == {"company": "protected"}


def test_a_session_counts_for_the_company_that_the_ping_names(workspace, ping, time):
    """SESS-10, SESS-15"""
    CompanyFactory(workspace=workspace, company_id="6", session_count=40)
    ping({"user_id": "1"})
    time.goes_on(days=1)

    ping({"user_id": "1", "company": {"company_id": "6"}})

    assert user("1").session_count == 2
    assert (company("6").session_count, company("6").last_request_at) == (41, time.at)


def test_a_company_named_within_a_session_is_seen_but_counts_none(workspace, ping, time):
    """SESS-11, SESS-15"""
    CompanyFactory(workspace=workspace, company_id="6", session_count=40)
    ping({"user_id": "1"})
    time.goes_on(minutes=20)

    ping({"user_id": "1", "company": {"company_id": "6"}})

    assert (company("6").session_count, company("6").last_request_at) == (40, time.at)


def test_a_companys_sessions_stay_when_somebody_leaves(workspace, ping, time):
    """SESS-14"""
    ping({"user_id": "1", "company": {"company_id": "6"}})
    acme = company("6")

    Membership.objects.filter(company=acme).delete()
    Person.objects.all().delete()

    acme.refresh_from_db()
    assert acme.session_count == 1


def test_a_ping_without_company_raises_no_companys_sessions(workspace, ping, time):
    """SESS-12, SESS-15"""
    ping({"user_id": "1", "company": {"company_id": "6"}})
    time.goes_on(days=1)

    ping({"user_id": "1"})

    assert user("1").session_count == 2
    assert (company("6").session_count, company("6").last_request_at) == (1, NOW)


def test_only_the_named_one_of_several_companies_counts(workspace, ping, time):
    """SESS-13"""
    ping({"user_id": "1", "companies": [{"company_id": "6"}, {"company_id": "7"}]})
    assert [company("6").session_count, company("7").session_count] == [0, 0]
    time.goes_on(days=1)

    ping({"user_id": "1", "company": {"company_id": "7"}})

    assert [company("6").session_count, company("7").session_count] == [0, 1]


def test_a_ping_names_as_many_companies_as_can_be_written_while_others_wait(workspace, ping):
    """MSG-13: the rest is refused and told, and stops neither the ping nor the others"""
    answer = ping({"user_id": "1", "companies": [{"id": str(number)} for number in range(40)]})

    assert answer.status_code == 200
    assert user("1").companies.count() == 30
    assert refused(user("1")) == {"company": "limit"}


def test_several_companies_are_all_linked(workspace, ping):
    """D-24"""
    ping({"user_id": "1", "companies": [{"company_id": "7", "name": "Seven"}, {"id": 6, "name": "Six"}]})

    assert sorted(user("1").companies.values_list("company_id", "name")) == [("6", "Six"), ("7", "Seven")]


def test_a_list_of_one_company_counts(workspace, ping):
    """D-24"""
    ping({"user_id": "1", "companies": [{"company_id": "6"}]})

    assert company("6").session_count == 1


def test_a_visitor_belongs_to_no_company(workspace, ping):
    """SESS-15: with a user"""
    ping({"company": {"company_id": "6"}})

    assert not Company.objects.exists()
    assert refused(Person.objects.get()) == {"company": "invalid"}


# ---- what a ping costs -----------------------------------------------------------------------------------------------

UNCHANGED = 1  # when they were seen, if all stands as sent, and the workspace as it was last read


@pytest.mark.parametrize("keys", [1, 20])
@pytest.mark.parametrize("who", [{"user_id": "1"}, {"email": "a@x.io"}, {"anonymous_id": "cookie"}])
def test_an_unchanged_ping_costs_the_same_whatever_it_carries(
    workspace, ping, time, django_assert_num_queries, who, keys
):
    sent = who | {f"key {number}": number for number in range(keys)}
    ping(sent)
    ping(sent)
    time.goes_on(minutes=31)

    with django_assert_num_queries(UNCHANGED):
        ping(sent)

    ann = Person.objects.get()
    assert (ann.last_seen_at, ann.session_count) == (time.at, 2)


def test_what_the_workspace_asks_for_counts_from_the_next_ping_on(workspace, ping):
    """MSG-21, MSG-09: though nobody reads the workspace for a ping that says nothing new"""
    ping({"user_id": "1"})
    assert ping({"user_id": "1"}).status_code == 200
    Workspace.objects.filter(pk=workspace.pk).update(require_signed_identity=True)

    refused_one = ping({"user_id": "1"})

    assert refused_one.status_code == 401
    Workspace.objects.filter(pk=workspace.pk).update(require_signed_identity=False)
    assert ping({"user_id": "1"}).status_code == 200


@pytest.mark.parametrize(("source", "holder"), [(Source.REST, None), (Source.MANUAL, "manual")])
def test_the_same_value_from_another_hand_is_judged_in_full(workspace, ping, source, holder):
    """QUAL-08, UPD-02: what REST set becomes the ping's, a teammate's stays a teammate's"""
    attribute(workspace, "plan")
    ping({"user_id": "1", "plan": "pro"})
    ann = user("1")
    workspace.refresh_from_db()
    write(Person, workspace, {ann.pk: {"plan": "pro"}}, source, now=NOW)

    ping({"user_id": "1", "plan": "pro"})

    ann.refresh_from_db()
    assert ann.holders.get("plan") == holder


def test_saying_nothing_new_revives_and_refuses_as_ever(workspace, ping):
    """IDN-20, MSG-16, DEL-17"""
    ping({"user_id": "1", "name": "Ann"})
    ann = user("1")

    states.archive(ann, by=NOBODY, now=NOW)
    revived = ping({"user_id": "1", "name": "Ann"})
    states.block(user("1"), by=NOBODY, now=NOW)
    blocked = ping({"user_id": "1", "name": "Ann"})
    states.unblock(user("1"), by=NOBODY, now=NOW)
    grace.request(user("1"), by=NOBODY, now=NOW)
    in_grace = ping({"user_id": "1", "name": "Ann"})

    assert [revived.status_code, blocked.status_code, in_grace.status_code] == [200, 400, 200]
    assert in_grace.content == b""


def test_what_was_heard_before_means_what_it_means_now(workspace, ping):
    """ATT-43, BEY-02: though nobody works out again what the same words meant"""
    plan = attribute(workspace, "plan")
    sent = {"user_id": "1", "plan": "pro"}
    for _ in range(3):
        ping(sent)
    ann = user("1")
    assert refused(ann) == {}

    archive(plan, by=NOBODY, now=NOW)
    ping(sent)

    assert refused(ann) == {"plan": "archived"}


def test_what_was_heard_before_is_written_where_something_else_stands(workspace, ping):
    """UPD-01"""
    attribute(workspace, "plan")
    for plan in ("pro", "pro", "pro", "free", "free", "pro"):
        ping({"user_id": "1", "plan": plan})

    assert values(user("1"), "plan") == {"plan": "pro"}
