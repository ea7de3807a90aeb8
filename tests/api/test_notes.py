"""Notes left by a program, and read by one (NOTE-01)."""

from datetime import timedelta

import pytest

from apps.api.note_bodies import as_html, as_text
from apps.attributes.models import State
from apps.tags import noting
from apps.tags.models import Note
from apps.workspace.hands import NOBODY, hand_of_teammate
from tests.api.conftest import errors
from tests.factories import NOW, PersonFactory, SeatFactory, TeammateFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
NEWEST = {"Intercom-Version": "2.16"}


def test_a_note_is_the_token_owners_unless_an_admin_is_named(api, ann, tess, workspace):
    ana = SeatFactory(workspace=workspace, teammate=TeammateFactory(name="Ana")).teammate
    here = f"/contacts/{ann.public_id}/notes"

    own = api.post(here, {"body": "Call back"}).json()
    theirs = api.post(here, {"body": "Called", "admin_id": str(ana.pk)}).json()

    assert own == {
        "type": "note",
        "id": own["id"],
        "created_at": own["created_at"],
        "contact": {"type": "contact", "id": ann.public_id},
        "author": {
            "type": "admin",
            "id": str(tess.teammate_id),
            "name": "Tess",
            "email": tess.teammate.email,
            "job_title": "",
            "away_mode_enabled": False,
            "away_mode_reassign": False,
            "has_inbox_seat": False,
            "team_ids": [],
        },
        "body": "<p>Call back</p>",
    }
    assert (theirs["author"]["name"], theirs["body"]) == ("Ana", "<p>Called</p>")
    assert list(Note.objects.order_by("pk").values_list("hand", flat=True)) == ["Nightly sync", "Ana"]


def test_notes_are_listed_the_newest_first_in_pages(api, ann):
    for days in (2, 0, 1):
        noting.add(ann, f"{days} days ago", by=NOBODY, now=NOW - timedelta(days=days))
    here = f"/contacts/{ann.public_id}/notes"

    pages = [api.get(f"{here}?per_page=2&page={number}").json() for number in (1, 2, 3)]

    bodies = [[note["body"] for note in page["data"]] for page in pages]
    assert bodies == [["<p>0 days ago</p>", "<p>1 days ago</p>"], ["<p>2 days ago</p>"], []]
    assert [page["total_count"] for page in pages] == [3, 3, 3]
    assert pages[0]["data"][0]["author"] is None
    assert api.get(f"/contacts/{ann.public_id}").json()["notes"]["total_count"] == 3


def test_a_note_is_read_by_its_id(api, ann):
    made = api.post(f"/contacts/{ann.public_id}/notes", {"body": "Call back"}).json()

    assert api.get(f"/notes/{made['id']}").json() == made


def test_notes_that_are_elsewhere_or_of_the_gone_are_not_there(api, ann):
    other = noting.add(PersonFactory(workspace=WorkspaceFactory()), "x", by=NOBODY, now=NOW)
    mine = noting.add(ann, "x", by=NOBODY, now=NOW)
    type(ann).objects.filter(pk=ann.pk).update(state=State.PENDING_DELETION)

    assert errors(api.get(f"/notes/{other.pk}")) == [(404, "not_found", "Resource Not Found")]
    assert errors(api.get("/notes/x")) == [(404, "not_found", "Resource Not Found")]
    assert errors(api.get(f"/notes/{mine.pk}"))[0][:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *((said, "parameter_missing") for said in ({}, {"body": None})),
        *(({"body": said}, "parameter_invalid") for said in ("", " ", 5, "<p></p>", "a\x00", "x" * 10_001)),
    ],
)
def test_a_note_says_something(body, code, api, ann):
    response = api.post(f"/contacts/{ann.public_id}/notes", body)

    assert [error[:2] for error in errors(response)] == [(400, code)]
    assert response.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize("admin_id", ["999", 999, "x", ["a"], True])
def test_an_author_sits_in_the_workspace(admin_id, api, ann):
    stranger = SeatFactory(workspace=WorkspaceFactory()).teammate
    for named in (admin_id, stranger.pk):
        answer = api.post(f"/contacts/{ann.public_id}/notes", {"body": "x", "admin_id": named})
        assert errors(answer) == [(404, "not_found", "Resource Not Found")]


def test_notes_of_companies_came_with_2_15_and_2_16(api, acme, tess):
    here = f"/companies/{acme.public_id}/notes"
    noting.add(acme, "Renews in May", by=hand_of_teammate(tess.teammate), now=NOW)

    listed = api.get(here, **{"Intercom-Version": "2.15"}).json()
    made = api.post(here, {"body": "Renewed"}, **NEWEST).json()

    assert [note["company"] for note in (*listed["data"], made)] == [{"type": "company", "id": acme.public_id}] * 2
    for refused in (api.get(here), api.post(here, {"body": "x"}, **{"Intercom-Version": "2.15"})):
        assert [error[1] for error in errors(refused)] == ["intercom_version_invalid"]
    assert api.get(f"/notes/{made['id']}").json() == made


@pytest.mark.parametrize(
    ("body", "text", "html"),
    [
        ("Call back", "Call back", "<p>Call back</p>"),
        ("<p>Call <b>back</b></p><p>Soon</p>", "Call back\n\nSoon", "<p>Call back</p><p>Soon</p>"),
        ("one<br>two", "one\ntwo", "<p>one<br>two</p>"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo", "<p>one<br>two</p>"),
        ("AT&amp;T <p>", "AT&T", "<p>AT&amp;T</p>"),
        ("a < b & c > d", "a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ],
)
def test_html_is_kept_as_the_text_it_shows(body, text, html):
    assert (as_text(body), as_html(text)) == (text, html)
