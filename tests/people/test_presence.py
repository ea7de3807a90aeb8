"""The dots on the list and on profiles, and what asks for them again."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from apps.people import presence
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.models import Seat, Workspace
from tests.factories import CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

DOT = re.compile(r'<span class="presence" id="online-([0-9a-f]{24})"[^>]*><span class="dot"')


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace).teammate)
    return client


def online(person: Person) -> Person:
    presence.heartbeat(person.workspace, person.public_id, now() - timedelta(seconds=30))
    return person


def dots(client: Client, path: str, workspace: Workspace) -> list[str]:
    """The public ids of those with a dot on a page."""
    answer = client.get(f"/apps/{workspace.app_id}/{path}")
    assert answer.status_code == 200
    return DOT.findall(answer.content.decode())


@pytest.mark.parametrize(("factory", "segment"), [(PersonFactory, "users"), (LeadFactory, "leads")])
def test_the_list_shows_who_is_online(tess, workspace, factory, segment):
    """PRES-04"""
    ann, _ = online(factory(workspace=workspace)), factory(workspace=workspace)

    assert dots(tess, f"people/?segment={segment}", workspace) == [ann.public_id]


def test_a_profile_shows_whether_they_are_online(tess, workspace):
    """PRES-04"""
    ann, joe = online(PersonFactory(workspace=workspace)), PersonFactory(workspace=workspace)

    assert dots(tess, f"people/{ann.public_id}/", workspace) == [ann.public_id]
    assert dots(tess, f"people/{joe.public_id}/", workspace) == []


def test_a_company_is_never_online(tess, workspace):
    CompanyFactory(workspace=workspace, session_count=1)

    page = tess.get(f"/apps/{workspace.app_id}/companies/").content.decode()

    assert "presence" not in page


def test_the_page_asks_for_the_rows_that_it_shows(tess, workspace):
    """PRES-05"""
    shown = [PersonFactory(workspace=workspace) for _ in range(2)]
    page = tess.get(f"/apps/{workspace.app_id}/people/").content.decode()

    [asked] = re.findall(r'id="presence" hx-get="([^"]+)" hx-trigger="every 30s" hx-swap="none"', page)
    online(shown[0])
    answer = tess.get(asked).content.decode()

    assert DOT.findall(answer) == [shown[0].public_id]
    assert sorted(re.findall(r'id="online-(\w+)" hx-swap-oob="true"', answer)) == sorted(p.public_id for p in shown)


def test_the_answer_is_dots_and_nothing_else(tess, workspace, django_assert_num_queries):
    """PRES-05, PRES-07: nobody is looked up for it"""
    ann = online(PersonFactory(workspace=workspace))
    joe = PersonFactory(workspace=workspace)

    with django_assert_num_queries(3):  # the session, the teammate, the seat
        answer = tess.get(f"/apps/{workspace.app_id}/people/online/?ids={ann.public_id},{joe.public_id}")

    assert answer.content.decode() == (
        f'<span class="presence" id="online-{ann.public_id}" hx-swap-oob="true">'
        '<span class="dot" title="Online now"><span class="visually-hidden">Online now</span></span></span>\n'
        f'<span class="presence" id="online-{joe.public_id}" hx-swap-oob="true"></span>'
    )


@pytest.mark.parametrize("ids", ["", ",", "x", '"><script>', "a" * 23, "A" * 24, "\x00"])
def test_what_is_no_id_is_not_answered(tess, workspace, ids):
    answer = tess.get(f"/apps/{workspace.app_id}/people/online/", {"ids": ids})

    assert (answer.status_code, answer.content) == (200, b"")


def test_no_more_are_answered_than_a_page_holds(tess, workspace, settings):
    settings.PAGE_SIZE = 2
    ids = ",".join(f"{number:024x}" for number in range(5))

    assert tess.get(f"/apps/{workspace.app_id}/people/online/?ids={ids}").content.count(b"online-") == 2


def test_other_workspaces_are_not_answered_for(tess, workspace):
    theirs = online(PersonFactory(workspace=WorkspaceFactory()))

    assert dots(tess, f"people/online/?ids={theirs.public_id}", workspace) == []


def test_a_seat_is_needed(client, workspace):
    """PERM-05"""
    stranger: Seat = SeatFactory()
    client.force_login(stranger.teammate)

    assert client.get(f"/apps/{workspace.app_id}/people/online/?ids={'a' * 24}").status_code == 404
