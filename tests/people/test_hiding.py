"""Archiving and blocking from the profile; the list of those who are hidden, and the way back (IDN-19…22)."""

import re

import pytest
from django.test import Client

from apps.attributes.models import State
from apps.people import states
from apps.people.models import Person
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory, TeammateFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
HOME = "/apps/abc1234/settings/hidden-people/"
PEOPLE = "/apps/abc1234/people/"


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="5", name="Ann Lee")


def state(person):
    return Person.objects.get(pk=person.pk).state


def listed(page):
    return re.findall(r"<span class=\"visually-hidden\"> ([^<]+)</span></button>", page.text)


def test_a_person_is_archived_from_their_profile(tess, ann):
    """IDN-19"""
    answer = tess.post(f"{ann.page()}archive/")

    assert (answer["Location"], state(ann)) == (f"{PEOPLE}?segment=users", State.ARCHIVED)
    assert tess.get(ann.page()).status_code == 404
    assert AuditEntry.objects.get().activity == "contact_archival"


def test_blocking_is_asked_once_more(tess, ann):
    """IDN-22"""
    asked = [tess.get(f"{ann.page()}block/", headers=headers) for headers in ({}, {"HX-Request": "true"})]

    assert state(ann) == State.ACTIVE
    assert ["Block Ann Lee?" in page.text for page in asked] == [True, True]
    assert ["<html" in page.text for page in asked] == [True, False]


@pytest.mark.parametrize(("headers", "leads"), [({}, "Location"), ({"HX-Request": "true"}, "HX-Redirect")])
def test_a_person_is_blocked_from_their_profile(headers, leads, tess, ann):
    """IDN-22"""
    answer = tess.post(f"{ann.page()}block/", headers=headers)

    assert (answer[leads], state(ann)) == (f"{PEOPLE}?segment=users", State.BLOCKED)


def test_the_more_menu_offers_what_the_role_may(client, workspace, ann):
    """PERM-02"""
    offers = {}
    for role in ("super_admin", "manager", "agent", "read_only"):
        client.force_login(SeatFactory(workspace=workspace, role=role).teammate)
        words = re.findall(r"class=\"menu-item[^>]*>.*?</svg>([^<]+)<", client.get(ann.page()).text, re.DOTALL)
        offers[role] = [word for word in words if word in OFFERED]

    assert offers == {
        "super_admin": OFFERED,
        "manager": OFFERED[:-1],
        "agent": OFFERED[:2],
        "read_only": OFFERED[:1],
    }


OFFERED = ["View history", "Merge into…", "Archive", "Block…", "Permanently delete…"]


def test_the_archived_and_the_blocked_are_listed_each_by_themselves(tess, workspace, ann):
    """IDN-21, IDN-22"""
    ben = LeadFactory(workspace=workspace, name="Ben Poe")
    PersonFactory(workspace=workspace, name="Cy Day")
    states.archive(ann, by=NOBODY, now=NOW)
    states.block(ben, by=NOBODY, now=NOW)

    pages = [tess.get(HOME), tess.get(HOME, {"state": "blocked"})]

    assert [listed(page) for page in pages] == [["Ann Lee"], ["Ben Poe"]]


def test_they_are_searched_by_any_part_of_their_names(tess, workspace, ann):
    bea = PersonFactory(workspace=workspace, name="Bea Poe")
    for person in (ann, bea):
        states.archive(person, by=NOBODY, now=NOW)

    page = tess.get(HOME, {"q": "poe"}, headers={"HX-Request": "true", "HX-Target": "hidden-found"})

    assert (listed(page), "<html" in page.text) == (["Bea Poe"], False)


@pytest.mark.parametrize(
    ("hide", "activity"), [(states.archive, "contact_unarchival"), (states.block, "contact_unblock")]
)
def test_they_are_brought_back_with_all_data(hide, activity, tess, ann):
    """IDN-21, IDN-22"""
    hide(ann, by=NOBODY, now=NOW)

    tess.post(f"{HOME}{ann.public_id}/back/")

    assert state(ann) == State.ACTIVE
    assert "Ann Lee" in tess.get(PEOPLE).text
    assert AuditEntry.objects.latest("pk").activity == activity


def test_who_is_not_hidden_is_not_brought_back(tess, ann):
    assert tess.post(f"{HOME}{ann.public_id}/back/").status_code == 404


@pytest.mark.parametrize("page", ["", "?state=odd", "?after=odd&q=%00", "?q=%"])
def test_odd_addresses_show_the_page(page, tess, ann):
    assert tess.get(HOME + page).status_code == 200


def test_a_role_without_the_grant_is_refused(client, workspace, ann):
    """PERM-05"""
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)

    answers = [client.post(f"{ann.page()}{act}/").status_code for act in ("archive", "block")]

    assert (answers, client.get(HOME).status_code, state(ann)) == ([403, 403], 403, State.ACTIVE)


def test_pages_are_turned(tess, workspace, settings):
    settings.PAGE_SIZE = 2
    for number in range(3):
        states.archive(PersonFactory(workspace=workspace, name=f"P{number} Day"), by=NOBODY, now=NOW)

    first = tess.get(HOME)
    after = re.search(r'rel="next" href="([^"]+)', first.text)[1].replace("&amp;", "&")

    assert listed(first) + listed(tess.get(after)) == ["P2 Day", "P1 Day", "P0 Day"]


def test_operators_bring_somebody_back_in_the_django_admin(client, workspace, ann):
    """IDN-21"""
    ben = LeadFactory(workspace=workspace, name="Ben Poe")
    cy = PersonFactory(workspace=workspace, name="Cy Day", state=State.PENDING_DELETION)
    states.archive(ann, by=NOBODY, now=NOW)
    states.block(ben, by=NOBODY, now=NOW)
    client.force_login(TeammateFactory(is_staff=True, is_superuser=True))
    chosen = {"action": "bring_back", "_selected_action": [person.pk for person in (ann, ben, cy)], "index": 0}

    page = client.post("/admin/people/person/", chosen, follow=True)

    assert [state(person) for person in (ann, ben, cy)] == [State.ACTIVE, State.ACTIVE, State.PENDING_DELETION]
    assert "Cy Day: This person is pending deletion, so that cannot be done." in page.text
