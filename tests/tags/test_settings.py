"""Settings → Tags through the browser's door, as plain forms and as htmx sends them."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.tags import tagging
from apps.tags.models import Tag
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)
    return client


def at(workspace: Workspace, name: str = "settings", *more: int) -> str:
    return reverse(f"tags:{name}", args=[workspace.app_id, *more])


def tag(workspace: Workspace, name: str = "VIP", people: int = 0, companies: int = 0) -> Tag:
    made = tagging.find_or_create(workspace, name, by=NOBODY, now=NOW)
    for make, amount in ((PersonFactory, people), (CompanyFactory, companies)):
        records = make.create_batch(amount, workspace=workspace)
        for record in records:
            tagging.add(type(record), workspace, [record.pk], made, by=NOBODY, now=NOW)
    return made


def segment(workspace: Workspace, name: str, asked: Tag) -> None:
    saving.create(workspace, "person", name, all_of(Condition("tag", "is", asked.pk)), by=NOBODY, now=NOW)


def names(workspace: Workspace) -> list[str]:
    return [str(one) for one in tagging.matching(workspace)]


def rows(text: str) -> list[str]:
    found = re.findall(r'<li class="item[^"]*" id="tag-\d+".*?</li>', text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in found]


def test_the_list_says_who_carries_a_tag_and_which_segments_ask_for_it(workspace, tess):
    vip = tag(workspace, "VIP", people=2, companies=1)
    tag(workspace, "beta", people=1)
    segment(workspace, "Seg 1", vip)

    shown = rows(tess.get(at(workspace)).text)

    assert shown == [
        "beta 1 person · 0 companies It is taken from 1 person. Nobody is removed. Delete beta",
        "VIP 2 people · 1 company Used by the segment Seg 1"
        " It stays while a segment asks for it. Change the segment Seg 1 first.",
    ]


def test_a_workspace_without_tags_says_how_to_come_by_one(workspace, tess):
    assert "No tags yet" in tess.get(at(workspace)).text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_tag_is_created(workspace, tess, headers):
    answer = tess.post(at(workspace), {"name": " VIP "}, headers=headers)

    vip = Tag.objects.get()
    assert (vip.name, answer.status_code) == ("VIP", 200 if headers else 302)
    assert f"#tag-{vip.pk}" in answer["Location"] if not headers else f'id="tag-{vip.pk}"' in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_name_that_is_taken_is_refused_beside_its_field(workspace, tess, headers):
    """TAG-02"""
    tag(workspace, "VIP")

    created = tess.post(at(workspace), {"name": "vip"}, headers=headers)
    renamed = tess.post(at(workspace, "settings-tag", tag(workspace, "Beta").pk), {"name": "vip"}, headers=headers)

    told = [
        (a.status_code, "There is a tag VIP already." in a.text, 'value="vip"' in a.text) for a in (created, renamed)
    ]
    assert (told, names(workspace)) == ([(422, True, True)] * 2, ["Beta", "VIP"])


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_tag_is_renamed_in_its_row(workspace, tess, headers):
    vip = tag(workspace, "VIP", people=1)
    row = at(workspace, "settings-tag", vip.pk)

    opened = tess.get(row + "?edit", headers=headers)
    saved = tess.post(row, {"name": "Best"}, headers=headers)
    shown = tess.get(row, headers=headers)

    assert ('value="VIP"' in opened.text, names(workspace)) == (True, ["Best"])
    if headers:
        assert [rows(answer.text)[0].split()[0] for answer in (saved, shown)] == ["Best", "Best"]
    else:
        assert [answer["Location"] for answer in (saved, shown)] == [f"{at(workspace)}#tag-{vip.pk}"] * 2


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_deleting_takes_it_from_all_and_removes_nobody(workspace, tess, headers):
    """TAG-05"""
    old = tag(workspace, "old", people=12)

    answer = tess.post(at(workspace, "settings-delete", old.pk), headers=headers)

    assert (answer.status_code, names(workspace), Person.objects.count()) == (200 if headers else 302, [], 12)


def test_a_tag_that_a_segment_asks_for_is_not_deleted(workspace, tess):
    """TAG-03"""
    vip = tag(workspace, "VIP")
    segment(workspace, "Seg 1", vip)

    answer = tess.post(at(workspace, "settings-delete", vip.pk), headers=HTMX)

    assert (answer.status_code, "Segments: Seg 1." in answer.text, names(workspace)) == (400, True, ["VIP"])


def test_a_long_list_is_searched_and_comes_in_parts(workspace, tess, monkeypatch):
    monkeypatch.setattr("apps.tags.inventory.MOST_SHOWN", 12)
    for number in range(30):
        tag(workspace, f"beta {number:02}")
    tag(workspace, "VIP")

    first = tess.get(at(workspace)).text
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', first).group(1).replace("&amp;", "&")
    second = tess.get(more, headers=HTMX | {"HX-Target": "more-tags"}).text
    found = tess.get(at(workspace), {"q": "vi"}, headers=HTMX | {"HX-Target": "tags"}).text
    none = tess.get(at(workspace), {"q": "vip\x00x"}).text

    assert ("Find a tag" in first, len(rows(first)), rows(second)[0][:7]) == (True, 12, "beta 12")
    assert ([row[:3] for row in rows(found)], "0 tags match" in none) == (["VIP"], True)
    assert found.lstrip().startswith('<div class="stack" id="tags"')


def test_deleting_while_searching_keeps_the_search(workspace, tess):
    for name in ("old 1", "old 2", "new"):
        tag(workspace, name)
    shown = tess.get(at(workspace), {"q": "old"}).text
    delete = re.search(r'hx-post="([^"]*/delete/[^"]*)"', shown).group(1)

    left = tess.post(delete, headers=HTMX).text

    assert [row[:5] for row in rows(left)] == ["old 2"]


def test_many_tags_cost_as_many_queries_as_one(workspace, tess):
    tag(workspace, "VIP", people=1, companies=1)
    tess.get(at(workspace))  # the segments are kept in memory now
    with CaptureQueriesContext(connection) as with_one:
        tess.get(at(workspace))
    for number in range(15):
        tag(workspace, f"tag {number}", people=1)

    with CaptureQueriesContext(connection) as with_many:
        shown = rows(tess.get(at(workspace)).text)

    assert (len(shown), len(with_many)) == (16, len(with_one))
