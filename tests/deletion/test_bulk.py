"""Permanently deleting many people from the list, and taking it back (DEL-24)."""

import re
from datetime import timedelta

import pytest

from apps.attributes.models import State
from apps.bulk.models import BulkChange, Former
from apps.deletion import grace
from apps.deletion.destroying import destroy_due
from apps.deletion.models import Deletion
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry
from tests.deletion.conftest import DUE
from tests.factories import NOW, PersonFactory, SeatFactory

PAGE = "/apps/abc1234/bulk/person/delete/"


@pytest.fixture
def three(workspace):
    return PersonFactory.create_batch(3, workspace=workspace, country="Ireland")


def run(answer):
    assert answer.status_code == 302, answer.text
    change = BulkChange.objects.latest("pk")
    jobs.run(BulkChange, change.pk)
    change.refresh_from_db()
    return change


def begin(tess, people, typed="delete"):
    return tess.post(PAGE, {"chosen": [person.public_id for person in people], "typed": typed})


def undo(tess, change):
    return run(tess.post(f"/apps/abc1234/bulk/changes/{change.pk}/undo/"))


def states():
    return set(Person.objects.values_list("state", flat=True))


def test_three_who_were_ticked_are_three_requests_and_one_line_of_the_log(tess, workspace, three):
    """DEL-24"""
    PersonFactory(workspace=workspace)

    run(begin(tess, three))

    assert set(Deletion.objects.values_list("person", "due_at")) == {(person.pk, DUE) for person in three}
    [entry] = AuditEntry.objects.all()
    assert (entry.activity, entry.metadata["count"]) == ("bulk_delete", 3)
    assert Person.objects.of(workspace).listed().count() == 1


def test_all_who_match_a_filter_are_deleted(tess, workspace, three):
    """DEL-24, UI-04"""
    PersonFactory(workspace=workspace, country="France")
    asked = '["and",["and",["country","is","Ireland"]]]'

    run(tess.post(PAGE, {"all": "1", "filter": asked, "typed": "Delete "}))

    assert Deletion.objects.count() == 3


@pytest.mark.parametrize("typed", ["", "yes", "3"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_nobody_is_deleted_before_the_word_is_typed(headers, typed, tess, three):
    """DEL-21"""
    answer = tess.post(PAGE, {"chosen": three[0].public_id, "typed": typed}, headers=headers)

    assert answer.status_code == 422
    assert "Nobody was deleted. Type the word delete here." in answer.text
    assert not BulkChange.objects.exists()


def test_the_preview_says_how_many_and_warns(tess, three):
    """DEL-10"""
    page = tess.get(PAGE, {"chosen": [person.public_id for person in three]})

    assert "Permanently delete · 3 people" in re.sub(r"\s+", " ", page.text)
    assert "Files that were exported may hold them as well" in page.text


def test_the_button_is_there_for_those_who_may(client, workspace, three):
    """PERM-02, DEL-21"""
    offers = []
    for role in ("super_admin", "manager"):
        client.force_login(SeatFactory(workspace=workspace, role=role).teammate)
        offers.append(PAGE in client.get("/apps/abc1234/people/").text)

    assert offers == [True, False]
    assert client.post(PAGE, {"all": "1", "typed": "delete"}).status_code == 403


def test_undoing_restores_them_within_seven_days(tess, at, three):
    """DEL-24, DEL-06"""
    change = run(begin(tess, three))
    at(DUE - timedelta(minutes=1))

    undoing = undo(tess, change)

    assert (undoing.changed, states(), Deletion.objects.count()) == (3, {State.ACTIVE}, 0)


def test_who_was_restored_and_deleted_anew_meanwhile_is_left_alone(tess, three):
    change = run(begin(tess, three))
    grace.restore(three[0], by=NOBODY, now=NOW)
    grace.request(three[0], by=NOBODY, now=NOW + timedelta(days=1))

    undoing = undo(tess, change)

    assert (undoing.changed, undoing.refused) == (2, 1)
    assert Deletion.objects.get().person == three[0]


def test_nothing_is_left_of_them_at_the_end_not_even_for_undoing(tess, three):
    """DEL-03"""
    run(begin(tess, three))

    destroy_due(DUE)

    assert not Person.objects.exists()
    assert not Former.objects.exists()
