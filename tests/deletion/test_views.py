"""Settings → Deleting people data: finding, confirming, restoring, receipts (DEL-01, DEL-02, DEL-10, DEL-21)."""

import re
from datetime import timedelta

import pytest

from apps.attributes.models import State
from apps.deletion import destroying
from apps.deletion.models import Deletion, Receipt
from apps.events.models import Event, EventName
from apps.people import states
from apps.people.merging import merge_by_hand
from apps.people.models import Person
from apps.tags import noting
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry
from tests.deletion.conftest import DUE, deleted, gone
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory

HOME = "/apps/abc1234/settings/deleting-people-data/"


def to(person, act):
    return f"{HOME}{person.public_id}/{act}/"


def offered(answer):
    """Who can be chosen, and who is."""
    inputs = re.findall(r'<input type="radio" name="who" value="(\w+)" required( checked)?>', answer.text)
    return [public_id for public_id, _ in inputs], [public_id for public_id, checked in inputs if checked]


def error(answer):
    found = re.search(r'<p class="error" id="id_typed_error">.*?</svg>\s*(.*?)</p>', answer.text, re.DOTALL)
    return found and found[1]


# ---- finding ---------------------------------------------------------------------------------------------------------


def test_a_super_admin_finds_the_tab_in_the_settings(tess):
    """DEL-01"""
    page = tess.get("/apps/abc1234/settings/")

    assert f'href="{HOME}"' in page.text


def test_a_manager_does_not_and_a_forged_post_is_refused(client, workspace, ann):
    """DEL-21"""
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)

    page = client.get("/apps/abc1234/settings/")
    forged = [client.post(to(ann, "delete"), {"typed": "123"}), client.post(to(ann, "restore"))]

    assert HOME not in page.text
    assert [answer.status_code for answer in forged] == [403, 403]
    assert not Deletion.objects.exists()


def test_two_users_with_one_email_are_both_listed_and_neither_is_chosen(tess, workspace, ann):
    """DEL-02"""
    bea = PersonFactory(workspace=workspace, external_id="124", email="a@x.io", last_seen_at=NOW - timedelta(days=1))

    page = tess.get(HOME, {"q": "A@x.io"})

    assert offered(page) == ([ann.public_id, bea.public_id], [])
    assert "User ID 123" in page.text
    assert "User ID 124" in page.text
    assert '<button class="button danger" type="button" disabled>' in page.text


def test_a_lead_is_offered_by_email(tess, workspace):
    """DEL-11"""
    ben = LeadFactory(workspace=workspace, email="l@x.io")

    page = tess.get(HOME, {"q": "l@x.io"})

    assert offered(page)[0] == [ben.public_id]


@pytest.mark.parametrize(("move", "word"), [(states.archive, "Archived"), (states.block, "Blocked")])
def test_who_is_hidden_is_offered_and_marked(move, word, tess, workspace):
    """DEL-20"""
    hidden = PersonFactory(workspace=workspace, external_id="55")
    move(hidden, by=NOBODY, now=NOW)

    page = tess.get(HOME, {"q": "55"})

    assert offered(page)[0] == [hidden.public_id]
    assert f'<span class="badge">{word}</span>' in page.text


def test_the_name_of_somebody_who_was_merged_finds_who_they_are_now(tess, workspace, ann):
    """BEY-07"""
    bea = PersonFactory(workspace=workspace, external_id="124")
    merge_by_hand(ann, bea, by=NOBODY, now=NOW)

    page = tess.get(HOME, {"q": "123"})

    assert offered(page)[0] == [bea.public_id]


def test_a_part_of_an_identifier_finds_nobody(tess, ann):
    page = tess.get(HOME, {"q": "12"})

    assert offered(page) == ([], [])
    assert "Nobody has exactly the user ID or email “12”" in page.text


def test_who_is_deleted_already_is_told_by_their_intercom_id_alone(tess, ann):
    """DEL-05"""
    deleted(ann)

    page = tess.get(HOME, {"q": "a@x.io"})

    assert offered(page) == ([], [])
    assert "Somebody with this identifier is deleted already" in page.text
    assert "Ann Lee" not in page.text


@pytest.mark.parametrize("odd", ["\x00", "a" * 3000, "' OR 1=1", "%", "💥"])
def test_anything_may_be_typed(odd, tess, ann):
    page = tess.get(HOME, {"q": odd, "who": odd})

    assert (page.status_code, offered(page)) == (200, ([], []))


def test_another_workspaces_people_are_not_found(tess, workspace):
    PersonFactory(workspace=WorkspaceFactory(), external_id="123")

    assert offered(tess.get(HOME, {"q": "123"})) == ([], [])


@pytest.mark.parametrize(("part", "holds"), [("found", 'name="who"'), ("chosen", "Permanently delete")])
def test_htmx_gets_the_part_that_changes(part, holds, tess, ann):
    answer = tess.get(HOME, {"q": "123", "who": ann.public_id}, headers={"HX-Request": "true", "HX-Target": part})

    assert holds in answer.text
    assert "<html" not in answer.text


# ---- confirming ------------------------------------------------------------------------------------------------------


def test_the_preview_counts_what_would_go_and_warns(tess, workspace, ann):
    """BEY-09, DEL-08, DEL-09, DEL-10"""
    noting.add(ann, "Call back", by=NOBODY, now=NOW)
    noting.add(ann, "Called", by=NOBODY, now=NOW)
    name = EventName.objects.create(workspace=workspace, name="invited", created_at=NOW)
    Event.objects.create(workspace=workspace, person=ann, name=name, at=NOW, created_at=NOW, source="ping")

    page = tess.get(HOME, {"q": "123", "who": ann.public_id})

    goes = re.search(r'<ul class="goes">(.*?)</ul>', page.text, re.DOTALL)[1]
    assert re.findall("<li>(.*?)</li>", goes)[:-1] == ["1 profile with all its values", "1 event", "2 notes"]
    assert "17 Mar 2026, 15:00" in page.text
    assert "Files that were exported may hold this person" in page.text
    assert "Ratings and their comments stay without a name" in page.text
    assert not Deletion.objects.exists()


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "Nothing was typed. Type 123 here, exactly as it is written above."),
        ("124", "Type 123 here, exactly as it is written above."),
        ("a@x.io", "Type 123 here, exactly as it is written above."),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "chosen"}])
def test_nobody_is_deleted_before_the_identifier_is_typed(headers, typed, complaint, tess, ann):
    """DEL-21"""
    answer = tess.post(to(ann, "delete"), {"typed": typed}, headers=headers)

    assert (answer.status_code, error(answer)) == (422, complaint)
    assert not Deletion.objects.exists()


def test_once_it_is_typed_the_person_is_deleted(tess, workspace, ann):
    """DEL-05, DEL-22"""
    answer = tess.post(to(ann, "delete"), {"typed": " 123 "})

    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert Deletion.objects.get().due_at == DUE
    assert tess.get(ann.page()).status_code == 404
    assert AuditEntry.objects.get().metadata == {"contact": ann.public_id}


def test_without_a_user_id_it_is_the_email_that_is_typed_whatever_its_case(tess, workspace):
    """DEL-11, IDN-08"""
    ben = LeadFactory(workspace=workspace, email="l@x.io")

    tess.post(to(ben, "delete"), {"typed": "L@x.io"})

    assert Deletion.objects.get().person == ben


def test_htmx_is_led_to_the_list_of_the_deleted(tess, ann):
    answer = tess.post(to(ann, "delete"), {"typed": "123"}, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == HOME


def test_deleting_twice_is_harmless(tess, ann):
    """DEL-23"""
    answers = [tess.post(to(ann, "delete"), {"typed": "123"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Deletion.objects.count() == 1


# ---- restoring -------------------------------------------------------------------------------------------------------


def test_the_recently_deleted_are_listed_by_intercom_id_and_masked(tess, ana, ann):
    """DEL-06, D-29"""
    deleted(ann, by=ana)

    page = tess.get(HOME)

    assert ann.public_id in page.text
    assert "1••• · a•••@x••• · deleted" in page.text
    assert "by Ana" in page.text
    assert "Destroyed in 1\xa0week" in page.text
    assert "Ann Lee" not in page.text


def test_who_is_restored_is_as_before(tess, ann, at):
    """DEL-06"""
    deleted(ann)
    at(DUE - timedelta(minutes=1))

    answer = tess.post(to(ann, "restore"), follow=True)

    ann.refresh_from_db()
    assert ann.state == State.ACTIVE
    assert "Restored Ann Lee, as they were." in answer.text
    assert tess.get(ann.page()).status_code == 200


def test_after_the_seven_days_restoring_says_that_it_is_over(tess, ann, at):
    """DEL-07"""
    deleted(ann)
    at(DUE)

    before = tess.post(to(ann, "restore"))
    destroying.destroy_due(DUE)
    after = tess.post(to(ann, "restore"))

    for answer in (before, after):
        assert answer.status_code == 404
        assert "already destroyed" in answer.text


def test_who_cannot_come_back_beside_a_holder_of_their_email_is_told_so(tess, workspace):
    """DEL-18"""
    first = PersonFactory(workspace=workspace, external_id=None, email="a@x.io")
    deleted(first)
    PersonFactory(workspace=workspace, external_id="5", email="a@x.io", name="Bea Poe")

    answer = tess.post(to(first, "restore"), follow=True)

    assert "Bea Poe has the same email by now. Change it there, then restore this person." in answer.text
    assert Deletion.objects.get().person == first


def test_the_lists_are_turned_page_by_page(tess, workspace, settings):
    settings.PAGE_SIZE = 2
    people = [PersonFactory(workspace=workspace) for _ in range(3)]
    for number, person in enumerate(people):
        deleted(person, now=NOW + timedelta(seconds=number))

    first = tess.get(HOME)
    second = tess.get(HOME + re.search(r'rel="next" href="([^"#]+)', first.text)[1])

    shown = [[p.public_id in page.text for p in people] for page in (first, second)]
    assert shown == [[False, True, True], [True, False, False]]


# ---- receipts --------------------------------------------------------------------------------------------------------


def test_the_receipt_says_what_went_and_names_nobody(tess, ana, ann, at):
    """BEY-09"""
    noting.add(ann, "Call back", by=ana, now=NOW)
    deleted(ann, by=ana)
    at(DUE)
    destroying.destroy_due(DUE)

    listed = tess.get(HOME)
    page = tess.get(f"{HOME}receipts/{Receipt.objects.get().pk}/")

    goes = re.search(r'<ul class="goes">(.*?)</ul>', page.text, re.DOTALL)[1]
    assert re.findall("<li>(.*?)</li>", goes) == ["1 profile with all its values", "1 note", "1 request to be deleted"]
    assert ann.public_id in page.text
    assert (gone(ann), ann.public_id in listed.text) == (True, True)
    assert not Person.objects.exists()
