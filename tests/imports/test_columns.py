"""What the columns of a file are taken for, and what a teammate may make of them (IMP-03, IMP-18, IMP-20)."""

import pytest

from apps.attributes import defining
from apps.attributes.models import Attribute
from apps.imports import scanning
from apps.imports.models import Purpose
from apps.people.models import Person
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.factories import attribute

from .conftest import chosen_in, problems_in, work

pytestmark = pytest.mark.django_db


def suggested(door, text: str, role: str = "user") -> dict[str, str]:
    """Header → what the page suggests."""
    upload = door.uploaded(text, role)
    choices = door.choices(upload)
    return {header: choices[f"column-{place}"] for place, header in enumerate(upload.headers)}


def test_headers_suggest_what_they_are(door, workspace):
    """IMP-18"""
    attribute(workspace, "plan")

    assert suggested(door, "Email,plan,Plan\na@x.io,x,y\n") == {
        "Email": "known:email",
        "plan": "known:plan",
        "Plan": "",
    }


def test_the_headers_of_an_export_suggest_what_they_were(door, workspace):
    """EXP-03: the zone's abbreviation stands above dates"""
    attribute(workspace, "renewal", "date")
    headers = "User ID,Email,Phone,Signed up (EST),renewal (EDT),First name,Web sessions,Name (2),Company name"

    assert suggested(door, f"{headers}\n1,a@x.io,,,,,,,\n") == {
        "User ID": "known:external_id",
        "Email": "known:email",
        "Phone": "known:phone",
        "Signed up (EST)": "known:signed_up_at",
        "renewal (EDT)": "known:renewal",
        "First name": "ignored",
        "Web sessions": "ignored",
        "Name (2)": "",
        "Company name": "ignored",
    }


def test_nothing_goes_on_before_every_column_is_chosen(door, workspace):
    """IMP-18"""
    upload = door.uploaded("email,mood\na@x.io,x\n")

    answer = door.choose(upload)

    assert answer.status_code == 422
    assert "Say what this column is, or ignore it." in answer.text
    assert door.client.get(f"{door.base}/{upload.pk}/options/").status_code == 302


@pytest.mark.parametrize("rest", ["new", "ignored"])
def test_all_that_is_nothing_yet_becomes_the_same_at_once(door, workspace, rest):
    """IMP-18, IMP-20: for a look first; nothing is kept before it is confirmed"""
    upload = door.uploaded("email,mood,shoe size\na@x.io,x,43\n")

    page = door.client.post(f"{door.base}/{upload.pk}/columns/", door.choices(upload) | {"rest": rest})

    chosen = chosen_in(page.text)
    assert [chosen[f"column-{place}"] for place in range(3)] == ["known:email", rest, rest]
    upload.refresh_from_db()
    assert (page.status_code, upload.columns) == (200, [])
    answer = door.client.post(f"{door.base}/{upload.pk}/columns/", chosen)
    assert answer.url.endswith("/options/")


def test_empty_columns_without_a_header_are_ignored(door, workspace):
    """As spreadsheets leave them to the right of a table."""
    upload = door.uploaded("user_id,,,\n1,,x,\n2\n")

    choices = door.choices(upload)
    assert [choices[f"column-{place}"] for place in range(4)] == ["known:external_id", "ignored", "", "ignored"]


def test_a_name_that_is_too_long_is_told_in_few_words(door, workspace):
    upload = door.uploaded(f"user_id,{'h' * 5_000}\n1,x\n")

    answer = door.client.post(
        f"{door.base}/{upload.pk}/columns/", {"column-0": "known:external_id", "column-1": "new", "kind-1": "text"}
    )

    assert "It has a name of more than 190 characters" in answer.text


def test_one_column_fills_an_attribute(door, workspace):
    upload = door.uploaded("email,mail\na@x.io,b@x.io\n")

    answer = door.choose(upload, mail="known:email")

    assert answer.status_code == 422
    assert "email is this already" in answer.text


def test_a_file_says_who_it_is_about(door, workspace):
    """IMP-06, IMP-09"""
    upload = door.uploaded("name\nAnn\n")

    answer = door.choose(upload)

    assert "Users need a user ID or an email" in " ".join(problems_in(answer))


def test_kinds_are_suggested_by_all_cells(door, workspace):
    """IMP-20"""
    upload = door.uploaded(
        "email,last_paid_at,n,r,ok,t,code,huge,empty\n"
        "a@x.io,1350466020,1,1.5,true,1,007,12345678901234567,\n"
        "b@x.io,,2,2,FALSE,x,008,1,\n"
    )

    kinds = door.choices(upload)

    found = {header: kinds[f"kind-{place}"] for place, header in enumerate(upload.headers)}
    assert found == {
        "email": "text",
        "last_paid_at": "date",
        "n": "number",
        "r": "decimal",
        "ok": "boolean",
        "t": "text",
        "code": "text",
        "huge": "text",
        "empty": "text",
    }


def test_the_last_cell_counts_as_much_as_the_first(door, workspace, monkeypatch):
    """IMP-20: over several steps"""
    monkeypatch.setattr(scanning, "ROWS", 2)

    upload = door.uploaded("email,n\na@x.io,1\nb@x.io,2\nc@x.io,3\nd@x.io,four\n")

    assert (upload.rows, door.choices(upload)["kind-1"]) == (4, "text")


def test_a_suggested_kind_can_be_overridden_and_a_name_is_made_good(door, workspace):
    """IMP-03, IMP-20, ATT-29"""
    door.imported("email,Size (cm^2)\na@x.io,5\n", columns={"Size__(cm^2)": "new=/text"})

    assert Attribute.objects.values_list("name", "kind").get() == ("Size (cm_2)", "text")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Last seen", "is one of our standard attributes"),
        ("plan", "is already in your people data"),
        (" ", "needs a name"),
    ],
)
def test_a_new_attribute_needs_a_name_of_its_own(door, workspace, name, words):
    """ATT-10, ATT-11"""
    attribute(workspace, "plan")
    upload = door.uploaded("email,fresh\na@x.io,5\n")

    answer = door.choose(upload, fresh=f"new={name}")

    assert answer.status_code == 422
    assert words in answer.text


def test_at_the_limit_no_column_becomes_a_new_attribute(door, workspace, settings):
    """ATT-13"""
    settings.ATTRIBUTE_LIMIT = 2
    attribute(workspace, "plan")
    upload = door.uploaded("email,one,two\na@x.io,1,2\n")

    answer = door.choose(upload, one="new", two="new")

    assert answer.status_code == 422
    assert answer.text.count("cannot be added") == 1


def test_the_columns_of_such_a_file_are_remembered(door, workspace):
    file = "email,Fav Color,junk\na@x.io,blue,x\n"
    door.imported(file, columns={"Fav__Color": "new", "junk": "ignored"})

    assert suggested(door, file) == {"email": "known:email", "Fav Color": "known:Fav Color", "junk": "ignored"}


def test_an_attribute_that_is_archived_meanwhile_ends_the_import_with_words(door, workspace):
    plan = attribute(workspace, "plan")
    upload = door.previewed("user_id,plan\n1,x\n")
    door.client.post(f"{door.base}/{upload.pk}/begin/")
    plan.workspace.refresh_from_db()
    defining.archive(plan, by=NOBODY, now=clock.now())

    work()

    upload.refresh_from_db()
    run = upload.latest(Purpose.RUN)
    assert (run.state, Person.objects.count()) == ("failed", 0)
    assert "plan was archived meanwhile" in door.client.get(upload.page()).text


def test_duplicate_headers_are_told_apart_by_their_place(door, workspace):
    upload = door.uploaded("email,note,note,\na@x.io,1,2,3\n")

    page = door.client.get(upload.page()).text

    assert upload.headers == ["email", "note", "note", ""]
    assert "Column 4" in page
    assert door.choose(upload, note="new=first").status_code == 422
