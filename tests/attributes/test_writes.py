"""The whole history of a record, write by write (AUD-05)."""

import re

import pytest
from django.test import Client

from apps.attributes import writes
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.hands import NOBODY, hand_of_teammate
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace)


@pytest.fixture
def olaf(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only", teammate__name="Olaf").teammate)
    return client


def wrote(person, source=Source.REST, by=NOBODY, **offer):
    write(Person, Workspace.objects.get(pk=person.workspace_id), {person.pk: offer}, source, by=by, now=NOW)


def told(page):
    """Each write: its lines, and by whom."""
    items = re.findall(r"<li>\s*(<p class=\"history-change\">.*?)</li>", page.text, re.DOTALL)
    words = [re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", item)).strip() for item in items]
    return [re.sub(r" · \d+ \w+ \d+, .*", "", word) for word in words]


def page_of(person):
    return f"/apps/abc1234/history/person/{person.public_id}/"


def test_every_write_is_told_with_all_that_it_changed_the_latest_first(olaf, workspace, ann):
    """AUD-05"""
    attribute(workspace, "budget", "number")
    owner = SeatFactory(workspace=workspace, teammate__name="Tess").teammate
    wrote(ann, Source.PING, phone="1", budget=5)
    wrote(ann, Source.MANUAL, by=hand_of_teammate(owner), owner_id=owner.pk)

    page = olaf.get(page_of(ann))

    assert told(page) == [
        "Owner Unknown became Tess Edited by hand · Tess",
        "Phone Unknown became 1 budget Unknown became 5 Messenger · The person’s own browser",
    ]


def test_pages_go_back_to_the_first_write(olaf, ann, monkeypatch):
    monkeypatch.setattr(writes, "PAGE", 2)
    for number in range(3):
        wrote(ann, phone=str(number))

    first = olaf.get(page_of(ann))
    before = re.search(r'href="\?before=(\d+)"', first.text)[1]
    second = olaf.get(page_of(ann), {"before": before}, headers={"HX-Request": "true"})

    assert [len(told(page)) for page in (first, second)] == [2, 1]
    assert "<html" not in second.text


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_an_odd_place_begins_at_the_latest(before, olaf, ann):
    wrote(ann, phone="1")

    assert len(told(olaf.get(page_of(ann), {"before": before}))) == 1


def test_who_has_no_history_is_told_so(olaf, ann):
    assert "Nothing was written yet." in olaf.get(page_of(ann)).text
