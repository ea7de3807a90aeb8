"""Views for people who use SQL: `SELECT plan FROM people_abc1234`."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.attributes import defining, readable, retyping
from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.people.models import Person, Role
from apps.workspace import jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict
from intercom_clone.celery import app
from tests.factories import NOW, CompanyFactory, PersonFactory, WorkspaceFactory, attribute

from .conftest import offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann", external_id="1")


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction never ends, so nothing would ever settle."""
    monkeypatch.setattr(retyping, "has_settled", lambda job: True)


@pytest.fixture
def worker(django_capture_on_commit_callbacks: Any) -> Any:
    """What is done inside is committed, and a worker does at once what it is asked for."""
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield lambda: django_capture_on_commit_callbacks(execute=True)
    app.conf.task_always_eager = before


def select(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def columns(view: str) -> list[str]:
    statement = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
    with connection.cursor() as cursor:
        cursor.execute(statement, [view])
        return [name for (name,) in cursor.fetchall()]


def changed(held: Attribute) -> Attribute:
    return Attribute.objects.select_related("workspace").get(pk=held.pk)


def test_an_attribute_is_selected_by_its_name(workspace, ann):
    """BEY-16"""
    attribute(workspace, "plan")
    offer(ann, Source.PING, plan="Gold")

    readable.make(workspace)

    assert select("SELECT plan, name, external_id FROM people_abc1234") == [("Gold", "Ann", "1")]


def test_the_command_makes_the_views_of_every_workspace_and_says_how_to_ask_them(workspace, ann, capsys):
    """BEY-16"""
    WorkspaceFactory(app_id="my-app")

    call_command("readable_views")

    assert capsys.readouterr().out.splitlines() == [
        'SELECT * FROM "people_abc1234";',
        'SELECT * FROM "companies_abc1234";',
        'SELECT * FROM "people_my-app";',
        'SELECT * FROM "companies_my-app";',
    ]
    assert select('SELECT count(*) FROM "people_my-app"') == [(0,)]


def test_one_workspaces_views_hold_what_its_teammates_see(workspace, ann):
    """IDN-09, IDN-19"""
    for hidden in ({"role": Role.VISITOR}, {"state": "archived"}, {"state": "blocked"}):
        PersonFactory(workspace=workspace, **hidden)
    PersonFactory()
    CompanyFactory(workspace=workspace, name="Blue Sun", plan="Gold")
    CompanyFactory(workspace=workspace, state="archived")
    CompanyFactory()

    readable.make(workspace)

    assert select("SELECT id FROM people_abc1234") == [(ann.public_id,)]
    assert select("SELECT name, plan FROM companies_abc1234") == [("Blue Sun", "Gold")]


LONG = "ü" * 40
ODD = ["a b", 'say "hi"', '"quoted"', "100%", "select", "Plan", "plan", "ctid", "naïve 🦊", f"{LONG}1", f"{LONG}2"]


def test_names_of_any_kind_become_columns(workspace, ann):
    names = [attribute(workspace, name).name for name in ODD]
    offer(ann, Source.REST, **{name: name for name in names})

    readable.make(workspace)

    made = columns("people_abc1234")[-len(names) :]
    assert made == [*names[:-2], "ü" * 31, "ü" * 30 + "_2"]
    chosen = ", ".join(readable.quoted(name) for name in made)
    assert select(f"SELECT {chosen} FROM people_abc1234") == [tuple(names)]


def test_a_new_attribute_and_one_that_is_archived_are_followed(workspace, ann, worker):
    """ATT-40, BEY-16"""
    readable.make(workspace)
    before = columns("people_abc1234")

    with worker():
        plan = attribute(workspace, "plan")
    with worker():
        tier = attribute(workspace, "tier")
    offer(ann, Source.PING, plan="Gold")
    with worker():
        defining.archive(changed(tier), by=NOBODY, now=NOW)

    assert columns("people_abc1234") == [*before, "plan"]
    assert select("SELECT plan FROM people_abc1234") == [("Gold",)]
    with worker():
        defining.archive(changed(plan), by=NOBODY, now=NOW)
        defining.unarchive(changed(tier), by=NOBODY, now=NOW)
    assert columns("people_abc1234") == [*before, "tier"]


def test_a_pings_new_attribute_is_followed(workspace, ann, worker):
    """ATT-21"""
    readable.make(workspace)

    with worker():
        offer(ann, Source.PING, plan="Gold")

    assert select("SELECT plan FROM people_abc1234") == [("Gold",)]


def test_a_type_change_its_undoing_and_the_emptied_column_are_followed(workspace, ann, worker, settled):
    """ATT-19, BEY-06, BEY-16"""
    score = attribute(workspace, "score")
    offer(ann, Source.PING, score="10")
    readable.make(workspace)
    seen = [select("SELECT score FROM people_abc1234")]

    with worker():
        change = retyping.begin(changed(score), "number", by=NOBODY, now=NOW)
    jobs.run(type(change), change.pk)
    readable.refresh()
    change.refresh_from_db()
    seen.append(select("SELECT score FROM people_abc1234"))
    with worker():
        retyping.undo(change, by=NOBODY, now=NOW)  # and empties the number's column
    seen.append(select("SELECT score FROM people_abc1234"))

    assert seen == [[("10",)], [(10.0,)], [("10",)]]
    assert changed(score).shadow_column == ""


def test_who_may_read_a_view_still_may_when_it_was_made_anew(workspace):
    run('CREATE ROLE "bi-reader"')
    attribute(workspace, "plan")
    readable.make(workspace)
    run('GRANT SELECT ON people_abc1234 TO "bi-reader", PUBLIC')

    defining.archive(changed(Attribute.objects.get()), by=NOBODY, now=NOW)
    readable.refresh()

    assert "plan" not in columns("people_abc1234")
    assert select("SELECT has_table_privilege('bi-reader', 'people_abc1234', 'SELECT')") == [(True,)]


def test_a_view_that_others_stand_on_keeps_standing_and_nothing_else_stops(workspace, worker, caplog):
    """BEY-16: new columns come, one that went is taken away when nobody stands on the view any more."""
    plan = attribute(workspace, "plan")
    readable.make(workspace)
    run("CREATE VIEW report AS SELECT count(plan) FROM people_abc1234")

    with worker():
        attribute(workspace, "tier")
    after_new = columns("people_abc1234")[-2:]
    with worker():
        defining.archive(changed(plan), by=NOBODY, now=NOW)

    assert after_new == ["plan", "tier"]
    assert "people_abc1234 has lost a column, and other views stand on it" in caplog.text
    run("DROP VIEW report")
    readable.refresh()
    assert columns("people_abc1234")[-1:] == ["tier"]
    assert "plan" not in columns("people_abc1234")


def test_what_is_not_ours_is_left_alone(capsys):
    workspace = WorkspaceFactory(app_id="person")  # people_person is the table of all people

    with pytest.raises(Conflict, match="people_person is the name of something else"):
        readable.make(workspace)
    with pytest.raises(CommandError):
        call_command("readable_views", "--workspace", "person")

    assert "people_person is the name of something else" in capsys.readouterr().err


def test_fresh_views_are_left_as_they_are(workspace):
    readable.make(workspace)

    assert readable.refresh() == []


def test_a_function_in_a_readers_condition_sees_no_other_workspaces_rows(workspace, ann):
    PersonFactory(name="Stranger")
    readable.make(workspace)
    run("CREATE TABLE peeked (name text)")
    run(
        "CREATE FUNCTION peek(name text) RETURNS boolean LANGUAGE sql COST 0.000001 "
        "AS 'INSERT INTO peeked VALUES ($1) RETURNING true'"
    )

    select("SELECT count(*) FROM people_abc1234 WHERE peek(name)")

    assert select("SELECT name FROM peeked") == [("Ann",)]


@pytest.mark.django_db(transaction=True)
def test_a_view_that_is_being_read_holds_nobody_up(workspace):
    """A long report must not keep attributes from changing, nor the refresh wait for its end."""
    readable.make(workspace)
    plan = attribute(workspace, "plan")
    readable.refresh()
    reader = connection.copy()
    try:
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_abc1234")

        defining.archive(changed(plan), by=NOBODY, now=NOW)
        made_while_read = readable.refresh()
        reader.rollback()

        assert made_while_read == []
        assert readable.refresh() == ["people_abc1234", "companies_abc1234"]
        assert "plan" not in columns("people_abc1234")
    finally:
        reader.close()
        run("DROP VIEW people_abc1234, companies_abc1234")
