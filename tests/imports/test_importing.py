"""A file goes in: users and leads, new and known, by the one write path (IMP)."""

import pytest
from django.db import connection

from apps.attributes.models import Attribute, State
from apps.attributes.precedence import holder_of
from apps.attributes.sources import Source
from apps.companies.models import Company
from apps.deletion import grace
from apps.imports import looking
from apps.imports.models import Import, ImportRow, ImportRun, Purpose
from apps.people import identity, states
from apps.people.arrivals import Payload, receive
from apps.people.models import Person
from apps.tags.models import Tagging
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Notification
from tests.attributes.conftest import holder, offer, value
from tests.factories import CompanyFactory, LeadFactory, PersonFactory, attribute, question

from .conftest import counts, people, reasons

pytestmark = pytest.mark.django_db


def test_users_are_made_of_the_rows_of_a_file(door, workspace):
    """IMP-01"""
    run = door.imported("user_id,email\n1,a@x.io\n2,b@x.io\n3,c@x.io\n")

    assert people(workspace, "role", "external_id", "email") == [
        ("user", "1", "a@x.io"),
        ("user", "2", "b@x.io"),
        ("user", "3", "c@x.io"),
    ]
    assert counts(run) == {"created": 3}
    assert run.state == "done"


def test_leads_are_made_of_a_file_of_leads(door, workspace):
    """IMP-01"""
    door.imported("email,name\nben@x.io,Ben\n", role="lead")

    assert people(workspace, "role", "email", "name") == [("lead", "ben@x.io", "Ben")]


def test_everybody_in_the_file_is_tagged(door, workspace):
    """IMP-02"""
    PersonFactory(workspace=workspace, external_id="1")

    run = door.imported("user_id\n1\n2\n3\n", tag="March list")

    tagged = Tagging.objects.filter(tag__name="March list").values_list("record_id", flat=True)
    assert set(tagged) == set(Person.objects.of(workspace).values_list("pk", flat=True))
    assert (run.tagged, run.upload.tag) == (3, "March list")


def test_a_new_attribute_is_made_of_a_column(door, workspace):
    """IMP-03"""
    door.imported("user_id,Fav Color\n1,blue\n", columns={"Fav__Color": "new"})

    ann = Person.objects.get(external_id="1")
    assert Attribute.objects.values_list("about", "name", "kind", "created_from").get() == (
        "person",
        "Fav Color",
        "text",
        "csv",
    )
    assert value(ann, "Fav Color") == "blue"


def test_a_file_leaves_companies_untouched(door, workspace):
    """IMP-04"""
    CompanyFactory(workspace=workspace, company_id="6", name="Blue Sun")

    upload = door.uploaded("user_id,company_id,Company name\n1,6,Changed\n")
    page = door.client.get(upload.page()).text
    choices = door.choices(upload)
    door.choose(upload)
    door.client.post(f"{door.base}/{upload.pk}/options/", {"only": "any"})

    assert "Company data can’t be imported by CSV" in page
    assert (choices["column-1"], choices["column-2"]) == ("ignored", "ignored")
    assert "company" not in {value.partition(":")[2] for value in choices.values()}
    assert Company.objects.values_list("name", flat=True).get() == "Blue Sun"


def test_signed_up_is_read_in_each_of_its_forms(door, workspace):
    """IMP-05"""
    run = door.imported("user_id,Signed up\n1,13/02/2009\n2,2009-02-13T23:31:30Z\n3,1234567890\n4,02/13/2009\n")

    times = dict(Person.objects.values_list("external_id", "signed_up_at"))
    assert {user: at and at.isoformat() for user, at in times.items()} == {
        "1": "2009-02-13T00:00:00+00:00",
        "2": "2009-02-13T23:31:30+00:00",
        "3": "2009-02-13T23:31:30+00:00",
        "4": None,
    }
    assert reasons(run) == {4: [["Signed up", "is not a date; send unix seconds, 2026-03-10T15:00:00Z or 10/03/2026"]]}


def test_the_user_id_says_who_is_meant(door, workspace):
    """IMP-06"""
    PersonFactory(workspace=workspace, external_id="1", email="a@x.io")

    door.imported("user_id,email\n1,b@x.io\n")

    assert people(workspace, "external_id", "email") == [("1", "b@x.io")]


def test_a_row_without_a_name_is_an_error(door, workspace):
    """IMP-06"""
    run = door.imported("user_id,email,name\n,,Al\n")

    assert counts(run) == {"failed": 1}
    assert reasons(run) == {1: [["", "needs a user ID or an email"]]}


def test_a_user_id_that_nobody_has_makes_a_user_and_the_preview_warned(door, workspace):
    """IMP-07"""
    PersonFactory(workspace=workspace, external_id=None, email="a@x.io")

    upload = door.previewed("user_id,email\n9,a@x.io\n")
    warned = "1 row duplicates an existing email" in door.review(upload)
    door.begun(upload)

    assert warned
    assert people(workspace, "external_id", "email") == [("9", "a@x.io"), (None, "a@x.io")]


def test_an_email_of_two_users_is_an_error(door, workspace):
    """IMP-08"""
    for user_id in "12":
        PersonFactory(workspace=workspace, external_id=user_id, email="a@x.io", name="Ann")

    run = door.imported("email,name\na@x.io,Changed\n")

    assert reasons(run) == {1: [["", "email matches 2 users; add user_id"]]}
    assert set(Person.objects.values_list("name", flat=True)) == {"Ann"}


def test_a_lead_needs_an_email_and_has_no_user_id(door, workspace):
    """IMP-09"""
    upload = door.uploaded("name,email,user_id\nAl,,7\n", role="lead")
    page = door.client.get(upload.page()).text

    run = door.imported("name,email,user_id\nAl,,7\n", role="lead")

    assert reasons(run) == {1: [["", "leads need an email"]]}
    assert "known:external_id" not in page
    assert not Person.objects.exists()


def test_a_new_lead_whose_email_a_user_has_is_that_user(door, workspace):
    """IMP-10"""
    ann = PersonFactory(workspace=workspace, external_id="1", email="a@x.io")

    upload = door.previewed("email\na@x.io\n", role="lead", tag="Expo")
    told = door.review(upload)
    door.begun(upload)

    assert "1 row is imported into the users who have the email" in " ".join(told.split())
    assert people(workspace, "pk", "role") == [(ann.pk, "user")]
    assert Tagging.objects.values_list("record_id", "tag__name").get() == (ann.pk, "Expo")


def test_a_lead_that_stands_is_updated_though_a_user_has_the_email(door, workspace):
    """IMP-10"""
    PersonFactory(workspace=workspace, email="a@x.io", name="The user")
    LeadFactory(workspace=workspace, email="a@x.io", name="The lead")

    door.imported("email,name\na@x.io,Changed\n", role="lead")

    assert people(workspace, "role", "name") == [("lead", "Changed"), ("user", "The user")]


def test_a_file_overrides_what_a_teammate_typed(door, workspace):
    """IMP-11, QUAL-12"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    attribute(workspace, "budget", "number")
    offer(ann, Source.MANUAL, budget=500)

    door.imported("user_id,budget\n1,250\n")

    assert (value(ann, "budget"), holder(ann, "budget")) == (250, "csv")


def test_the_next_login_overwrites_what_was_imported(door, workspace):
    """IMP-12"""
    attribute(workspace, "plan")
    door.imported("user_id,plan\n1,gold\n")
    ann = Person.objects.get(external_id="1")

    claim = identity.claim("1", None, None, Source.PING)
    workspace.refresh_from_db()
    receive(workspace, [Payload(claim, {"user_id": "1", "plan": "free"})], Source.PING, now=clock.now())

    assert value(ann, "plan") == "free"


def test_protection_from_the_messenger_does_not_hold_off_a_file(door, workspace):
    """IMP-13"""
    attribute(workspace, "plan", protected=True)

    door.imported("user_id,plan\n1,pro\n")

    assert value(Person.objects.get(), "plan") == "pro"


def test_an_archived_user_comes_back_and_an_archived_lead_does_not(door, workspace):
    """IMP-14, IDN-20"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    ben = LeadFactory(workspace=workspace, email="l@x.io")
    for person in (ann, ben):
        states.archive(person, by=NOBODY, now=clock.now())

    of_users = door.imported("user_id\n1\n")
    door.imported("email\nl@x.io\n", role="lead")

    ann.refresh_from_db()
    assert (ann.state, of_users.revived) == (State.ACTIVE, 1)
    assert people(workspace, "role", "state") == [
        ("lead", "active"),
        ("lead", "archived"),
        ("user", "active"),
    ]


def test_a_name_that_a_deleted_person_holds_is_an_error_until_the_grace_ends(door, workspace):
    """IMP-15"""
    gone = PersonFactory(workspace=workspace, external_id="123", email="gone@x.io")
    deletion = grace.request(gone, by=NOBODY, now=clock.now())

    run = door.imported("user_id,email\n123,\n999,gone@x.io\n")

    held = f"held by a deleted contact until {deletion.due_at:%Y-%m-%d %H:%M}"
    assert reasons(run) == {1: [["", held]], 2: [["", held]]}
    assert people(workspace, "external_id", "state") == [("123", "pending_deletion")]


def test_a_blocked_person_is_not_touched(door, workspace):
    ann = PersonFactory(workspace=workspace, external_id="1", name="Ann")
    states.block(ann, by=NOBODY, now=clock.now())

    run = door.imported("user_id,name\n1,Changed\n")

    assert reasons(run) == {1: [["", "belongs to somebody who is blocked; unblock them first"]]}
    assert people(workspace, "name", "state") == [("Ann", "blocked")]


def test_an_ignored_column_is_nowhere(door, workspace):
    """IMP-19"""
    run = door.imported("user_id,secret,Signed up\n1,hush,never\n", columns={"secret": "ignored"})

    assert not Attribute.objects.exists()
    assert door.csv(run, "errors") == [
        ["Row", "Column", "Reason", "user_id", "Signed up"],
        ["1", "Signed up", reasons(run)[1][0][1], "1", "never"],
    ]
    assert not run.upload.file


def test_empty_cells_leave_values_alone(door, workspace):
    """IMP-21"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    attribute(workspace, "plan")
    offer(ann, Source.REST, plan="pro", external_id="1")

    run = door.imported("user_id,plan\n1,\n")

    assert (value(ann, "plan"), holder(ann, "plan"), counts(run)) == ("pro", "rest", {"updated": 1})


def test_empty_cells_clear_values_where_that_is_wanted(door, workspace):
    """IMP-21"""
    ann = PersonFactory(workspace=workspace, external_id="1")
    attribute(workspace, "plan")
    offer(ann, Source.REST, plan="pro")

    door.imported("user_id,plan\n1, \n", clears="on")

    assert value(ann, "plan") is None


def test_only_the_known_are_updated_where_that_is_wanted(door, workspace):
    """IMP-22"""
    PersonFactory(workspace=workspace, external_id="1")

    run = door.imported("user_id,name\n1,Ann\n2,Bo\n3,Cy\n", only="known")

    assert counts(run) == {"updated": 1, "skipped": 2}
    assert people(workspace, "external_id", "name") == [("1", "Ann")]


def test_only_newcomers_are_made_where_that_is_wanted(door, workspace):
    """IMP-22"""
    PersonFactory(workspace=workspace, external_id="1", name="Ann")

    run = door.imported("user_id,name\n1,Changed\n2,Bo\n2,Again\n", only="new")

    assert counts(run) == {"created": 1, "skipped": 2}
    assert people(workspace, "external_id", "name") == [("1", "Ann"), ("2", "Bo")]


def test_bad_rows_stop_no_others_and_can_be_fetched(door, workspace):
    """IMP-23"""
    rows = [f"{number},u{number}@x.io" for number in range(1, 101)]
    rows[6], rows[8] = ",not an email", ","
    run = door.imported("user_id,email\n" + "\n".join(rows) + "\n")

    page = door.client.get(run.upload.page()).text

    assert counts(run) == {"created": 98, "failed": 2}
    assert "Completed with errors" in page
    assert [line[0] for line in door.csv(run, "errors")] == ["Row", "7", "9"]
    assert door.csv(run, "errors")[1] == ["7", "email", "is not one email address", "", "not an email"]


def test_the_report_tells_of_every_row(door, workspace):
    PersonFactory(workspace=workspace, external_id="1", public_id="a" * 24)

    run = door.imported("user_id,name\n1,Ann\n2,Bo\n")

    new = Person.objects.get(external_id="2").public_id
    assert door.csv(run, "report") == [
        ["Row", "Outcome", "ID", "Note", "Column", "Reason"],
        ["1", "Updated", "a" * 24, "", "", ""],
        ["2", "Created", new, "", "", ""],
    ]


def test_rows_of_one_person_apply_in_their_order(door, workspace):
    """IMP-24"""
    attribute(workspace, "plan")

    run = door.imported("user_id,plan\n1,a\n1,b\n")

    assert counts(run) == {"created": 1, "updated": 1}
    assert value(Person.objects.get(), "plan") == "b"


def test_the_same_file_again_makes_nobody_twice(door, workspace):
    """IMP-25"""
    file = "user_id,name\n1,Ann\n2,Bo\n3,Cy\n"
    door.imported(file)

    run = door.imported(file)

    assert (run.created, run.touched, run.unchanged) == (0, 3, 3)
    assert Person.objects.count() == 3


def test_start_and_end_stand_in_the_activity_log_and_the_import_in_the_history(door, workspace):
    """IMP-26"""
    run = door.imported("user_id,email\n1,a@x.io\n2,nobody\n,x\n", tag="Fair")

    entries = AuditEntry.objects.filter(activity__startswith="csv_import").order_by("pk")
    page = door.client.get(f"/apps/{workspace.app_id}/settings/imports-exports/").text
    assert list(entries.values_list("activity", "teammate__name", "metadata__file")) == [
        ("csv_import_creation", "Tess", "people.csv"),
        ("csv_import_completion", "Tess", "people.csv"),
    ]
    assert (run.created, run.failed, run.faulty) == (2, 1, 1)
    assert all(words in page for words in ("people.csv", "Completed with errors", "Fair"))


def test_whoever_began_it_is_told_that_it_ended(door):
    run = door.imported("user_id\n1\n")

    told = Notification.objects.get()
    assert "1 created, 0 updated, 0 skipped, 0 failed" in told.message
    assert told.url == run.upload.page()


def test_the_imported_count_at_once(door, workspace):
    """IMP-27"""
    attribute(workspace, "plan")
    door.imported("user_id,plan\n" + "".join(f"{user},pro\n" for user in range(4)))

    door.imported("user_id,plan\n" + "".join(f"{user},pro\n" for user in range(4, 7)))

    page = door.client.get(
        f"/apps/{workspace.app_id}/people/", {"filter": '["and",["and",["custom_attributes.plan","is","pro"]]]'}
    )
    assert [str(user) in page.text for user in range(7)] == [True] * 7


def test_web_sessions_are_not_touched(door, workspace):
    """SESS-16"""
    PersonFactory(workspace=workspace, external_id="1", session_count=2)

    door.imported("user_id,name\n1,Ann\n")

    assert people(workspace, "session_count", "last_seen_at") == [(2, None)]


def test_a_lead_is_qualified_by_a_file(door, workspace):
    """QUAL-22"""
    ben = LeadFactory(workspace=workspace, email="ben@x.io")
    question(workspace, attribute(workspace, "budget", "number"))

    door.imported("email,budget\nben@x.io,250\n", role="lead")

    page = door.client.get(f"/apps/{workspace.app_id}/people/{ben.public_id}/").text
    assert "250" in page
    assert holder_of(Person.objects.get().holders, "budget", 250) == "csv"


def test_a_file_is_imported_once(door, workspace):
    upload = door.previewed("user_id\n1\n")
    door.begun(upload)

    door.client.post(f"{door.base}/{upload.pk}/begin/")

    assert ImportRun.objects.filter(purpose=Purpose.RUN).count() == 1


def test_nothing_is_imported_before_it_was_previewed(door, workspace):
    upload = door.uploaded("user_id\n1\n")

    door.client.post(f"{door.base}/{upload.pk}/begin/")

    assert not ImportRun.objects.filter(purpose=Purpose.RUN).exists()
    assert not Person.objects.exists()


def test_a_file_that_changed_since_its_preview_is_refused(door, workspace):
    upload = door.previewed("user_id,name\n1,Ann\n")
    with open(upload.file.path, "w") as file:
        file.write("user_id,name\n1,Eve\n")

    door.client.post(f"{door.base}/{upload.pk}/begin/")

    assert "The file changed after it was uploaded" in door.review(upload)
    assert not Person.objects.exists()


def test_a_discarded_file_is_gone(door, workspace):
    upload = door.previewed("user_id\n1\n")
    door.client.post(f"{door.base}/{upload.pk}/discard/")

    assert (Import.objects.get().stage, Import.objects.get().file.name) == ("discarded", "")


def test_a_few_rows_with_errors_are_found_among_many_by_an_index(door, workspace):
    """IMP-23: the page asks for them every second while an import runs"""
    run = door.imported("user_id,name\n1,Ann\n,Nobody\n")
    others = [
        ImportRow(workspace=workspace, run=run, number=number, outcome="created", at=run.created_at)
        for number in range(10, 5_010)
    ]
    ImportRow.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE imports_importrow")

    plan = ImportRow.objects.filter(run=run, problems__isnull=False).order_by("number")[:50].explain()

    assert "rows_with_problems" in plan
    assert [row.number for row in looking.problems(run)] == [2]


def test_what_the_database_refuses_is_told_without_the_values(door):
    """DEL-03: neither on the page nor behind the bell"""
    upload = door.previewed("user_id,email\n1,ann@x.io\n")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_person ADD CONSTRAINT none_of_them CHECK (email <> 'ann@x.io')")
    begun = door.client.post(f"{door.base}/{upload.pk}/begin/")
    run = ImportRun.objects.get(purpose=Purpose.RUN)

    for _ in range(jobs.MOST_ATTEMPTS):
        ImportRun.objects.update(leased_until=None)
        jobs.run(ImportRun, run.pk)

    run.refresh_from_db()
    told = f"{run.error} {Notification.objects.get().message}"
    assert (begun.status_code, run.state) == (302, "failed")
    assert (told.count("none_of_them"), "ann@x.io" in told) == (2, False)
