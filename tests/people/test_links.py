"""Links that lead straight to a person, and the link to copy."""

import re
from datetime import timedelta

import pytest

from apps.attributes.models import State
from apps.people.links import link_to
from apps.people.models import Role
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

SHOW = "/apps/abc1234/users/show"


@pytest.fixture
def workspace():
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(client, workspace):
    client.force_login(SeatFactory(workspace=workspace).teammate)
    return client


def profile(person):
    return f"/apps/abc1234/people/{person.public_id}/"


def follow(browser, query):
    """Where a link leads: a path, or the status where it leads nowhere else."""
    response = browser.get(f"{SHOW}?{query}")
    return response["Location"] if response.status_code == 302 else response.status_code


def choices(response):
    return re.findall(r'<a class="who" href="([^"]*)">', response.content.decode())


def test_a_user_id_leads_to_its_user(tess, workspace):
    """LINK-01, LINK-04"""
    ann = PersonFactory(workspace=workspace, external_id="123")

    assert follow(tess, "user_id=123") == profile(ann)
    assert re.fullmatch(r"/apps/abc1234/people/[0-9a-f]{24}/", profile(ann))


def test_a_user_id_is_taken_exactly(tess, workspace):
    """IDN-08"""
    PersonFactory(workspace=workspace, external_id="A1")

    assert follow(tess, "user_id=a1") == 404


def test_an_email_of_one_user_leads_to_them(tess, workspace):
    """LINK-02, IDN-08"""
    ann = PersonFactory(workspace=workspace, email="a@x.io")

    assert (follow(tess, "email=a@x.io"), follow(tess, "email=A%40X.io")) == (profile(ann), profile(ann))


def test_an_email_of_two_users_lets_choose(tess, workspace):
    """LINK-02"""
    first = PersonFactory(workspace=workspace, email="a@x.io", last_seen_at=NOW - timedelta(days=1))
    second = PersonFactory(workspace=workspace, email="a@x.io", last_seen_at=NOW)

    response = tess.get(f"{SHOW}?email=a@x.io")

    assert response.status_code == 200
    assert choices(response) == [profile(second), profile(first)]


def test_an_id_leads_to_anybody(tess, workspace):
    """LINK-03"""
    ben = LeadFactory(workspace=workspace)

    assert follow(tess, f"id={ben.public_id}") == profile(ben)


def test_a_plus_in_an_email_is_written_as_2b(tess, workspace):
    """LINK-05"""
    ann = PersonFactory(workspace=workspace, email="a+b@x.io")

    assert (follow(tess, "email=a%2Bb%40x.io"), follow(tess, "email=a+b@x.io")) == (profile(ann), 404)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ACTIVE}))
def test_nobody_hidden_is_led_to(tess, workspace, state):
    """LINK-06, DEL-05"""
    ann = PersonFactory(workspace=workspace, external_id="1", email="a@x.io", state=state)

    assert [follow(tess, query) for query in ("user_id=1", "email=a@x.io", f"id={ann.public_id}")] == [404] * 3


def test_visitors_are_not_led_to(tess, workspace):
    visitor = PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None)

    assert follow(tess, f"id={visitor.public_id}") == 404


@pytest.mark.parametrize(
    "query", ["user_id=nobody", "email=nobody@x.io", "id=" + "0" * 24, "id=x", "", "user_id=", "user_id=%00", "foo=1"]
)
def test_what_means_nobody_is_not_found(tess, workspace, query):
    """LINK-06"""
    PersonFactory(workspace=workspace, external_id="1")

    assert follow(tess, query) == 404


def test_a_wrong_app_id_is_not_found(tess, workspace):
    """LINK-06, PERM-06"""
    stranger = PersonFactory(workspace=WorkspaceFactory(app_id="other"), external_id="9", email="s@x.io")

    asked = [
        "/apps/wrong/users/show?user_id=9",
        "/apps/other/users/show?user_id=9",
        f"{SHOW}?user_id=9",
        f"{SHOW}?email=s@x.io",
        f"{SHOW}?id={stranger.public_id}",
    ]

    assert [tess.get(address).status_code for address in asked] == [404] * 5


def test_signing_in_keeps_the_whole_link(client, workspace):
    """LINK-06"""
    seat = SeatFactory(workspace=workspace)
    ann = PersonFactory(workspace=workspace, email="a+b@x.io")

    to_sign_in = client.get(f"{SHOW}?email=a%2Bb%40x.io&x=1")
    form = client.get(to_sign_in["Location"]).context["form"]
    answers = {"email": seat.teammate.email, "password": "correct horse battery", "next": form["next"].value()}
    signed_in = client.post("/sign-in", answers)

    assert to_sign_in.status_code == 302
    assert signed_in["Location"] == f"{SHOW}?email=a%2Bb%40x.io&x=1"
    assert client.get(signed_in["Location"])["Location"] == profile(ann)


def test_users_come_before_leads_with_the_same_email(tess, workspace):
    """LINK-07"""
    ann = PersonFactory(workspace=workspace, email="a@x.io")
    leads = [LeadFactory(workspace=workspace, email="a@x.io") for _ in range(2)]

    with_the_user = follow(tess, "email=a@x.io")
    ann.state = State.ARCHIVED
    ann.save()

    assert with_the_user == profile(ann)
    assert choices(tess.get(f"{SHOW}?email=a@x.io")) == [profile(leads[1]), profile(leads[0])]


def test_the_strongest_identifier_decides(tess, workspace):
    """LINK-08"""
    a = PersonFactory(workspace=workspace, external_id="a")
    b = PersonFactory(workspace=workspace, external_id="b", email="b@x.io")

    led = [
        follow(tess, query)
        for query in (
            f"id={a.public_id}&email=b@x.io",
            f"user_id=b&id={a.public_id}",
            "email=b@x.io&user_id=a",
            "user_id=nobody&email=b@x.io",
            "id=&user_id=b",
        )
    ]

    assert led == [profile(a), profile(a), profile(a), 404, profile(b)]


def test_a_crowd_with_one_email_is_cut_and_can_be_searched(tess, workspace, settings):
    settings.PAGE_SIZE = 2
    for _ in range(3):
        PersonFactory(workspace=workspace, email="a+b@x.io")

    response = tess.get(f"{SHOW}?email=a%2Bb@x.io")

    assert len(choices(response)) == 2
    assert "?segment=users&amp;q=a%2Bb%40x.io" in response.content.decode()


def test_choosing_costs_the_same_for_two_and_for_many(tess, workspace, django_assert_num_queries):
    for _ in range(2):
        PersonFactory(workspace=workspace, email="a@x.io")
    with django_assert_num_queries(4):
        tess.get(f"{SHOW}?email=a@x.io")
    for _ in range(20):
        PersonFactory(workspace=workspace, email="a@x.io")

    with django_assert_num_queries(4):
        tess.get(f"{SHOW}?email=a@x.io")


# ---- the link to copy ------------------------------------------------------------------------------------------------


def test_the_link_to_copy_names_the_user_id_or_else_the_id(rf, workspace):
    """LINK-10"""
    ann = PersonFactory(workspace=workspace, external_id="1 2/ä&+")
    ben = LeadFactory(workspace=workspace)
    request = rf.get("/")

    assert link_to(ann, request) == f"http://testserver{SHOW}?user_id=1+2%2F%C3%A4%26%2B"
    assert link_to(ben, request) == f"http://testserver{SHOW}?id={ben.public_id}"


def test_a_copied_link_leads_back(tess, rf, workspace):
    """LINK-01, LINK-10"""
    ann = PersonFactory(workspace=workspace, external_id="1 2/ä&+")

    response = tess.get(link_to(ann, rf.get("/")))

    assert response["Location"] == profile(ann)


@pytest.mark.parametrize(
    ("region", "own_host", "start"),
    [
        ("eu", "", "https://app.eu.example.test/apps/abc1234/users/show?"),
        ("us", "", "https://app.example.test/apps/abc1234/users/show?"),
        ("au", "", "https://testserver/apps/abc1234/users/show?"),
        ("eu", "people.acme.test", "https://people.acme.test/apps/abc1234/users/show?"),
    ],
)
def test_the_region_decides_the_host_of_the_link(rf, workspace, settings, region, own_host, start):
    """LINK-09"""
    settings.REGION_HOSTS = {
        "us": {"app": "app.example.test"},
        "eu": {"app": "app.eu.example.test"},
        "au": {"app": ""},
    }
    workspace.region, workspace.app_host = region, own_host
    ann = PersonFactory(workspace=workspace)

    assert link_to(ann, rf.get("/", secure=True)).startswith(start)
