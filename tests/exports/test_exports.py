"""A list as a file: who is in it, its columns and cells, who may fetch it and for how long (EXP-01…08)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from apps.attributes import defining
from apps.attributes.csv_cells import unescaped
from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.companies.models import Membership
from apps.deletion import destroying, grace
from apps.deletion.models import Deletion
from apps.exports import keeping, running
from apps.exports.cells import date_sql
from apps.exports.models import Export
from apps.lists.choosing import choose_columns
from apps.lists.kinds import kind_of
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.tags import tagging
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Notification, Workspace
from tests.attributes.conftest import offer
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, attribute

from .conftest import address_of, begin, ended, export, lines_of, rows_of, text_of

pytestmark = pytest.mark.django_db

IRISH = '["and",["and",["country","is","Ireland"]]]'


def person(workspace, **more):
    return PersonFactory(workspace=workspace, **more)


def given_values(person, **values):
    offer(person, Source.REST, **values)


def at(workspace, zone):
    Workspace.objects.filter(pk=workspace.pk).update(timezone=zone)
    workspace.refresh_from_db()


def clock_at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr("apps.exports.views.now", lambda: moment)


# ---- who is in it ----------------------------------------------------------------------------------------------------


def test_a_filtered_list_is_exported(tess, workspace):
    """EXP-01: 12 data rows"""
    PersonFactory.create_batch(3, workspace=workspace, country="France")
    irish = PersonFactory.create_batch(12, workspace=workspace, country="Ireland")

    made = export(tess, workspace, filter=IRISH)

    assert [row["User ID"] for row in rows_of(tess, made)] == [one.external_id for one in irish]


def test_a_search_is_exported(tess, workspace):
    person(workspace, name="Ann Lee")
    person(workspace, name="Ben Ash")

    made = export(tess, workspace, q="ann")

    assert [row["Name"] for row in rows_of(tess, made)] == ["Ann Lee"]


def test_a_segment_is_exported(tess, workspace):
    person(workspace, city="Cork")
    person(workspace, city="Bonn")
    cork = saving.create(workspace, "person", "Cork", all_of(Condition("city", "is", "Cork")), by=NOBODY, now=NOW)

    made = export(tess, workspace, segment=str(cork.pk))

    assert ([row["City"] for row in rows_of(tess, made)], made.title) == (["Cork"], "Cork")


def test_the_rows_that_are_ticked_are_exported(tess, workspace):
    """EXP-01"""
    ann, ben, _ = PersonFactory.create_batch(3, workspace=workspace)

    made = export(tess, workspace, chosen=[ann.public_id, ben.public_id])

    assert [row["User ID"] for row in rows_of(tess, made)] == [ann.external_id, ben.external_id]


def test_leads_are_exported_from_their_list(tess, workspace):
    person(workspace)
    LeadFactory(workspace=workspace, email="ben@x.io")

    made = export(tess, workspace, segment="leads")

    assert [(row["Email"], row["Type"]) for row in rows_of(tess, made)] == [("ben@x.io", "Lead")]


def test_nobody_is_in_a_file_who_is_on_no_list(tess, workspace):
    """EXP-05: 10 users, 1 archived and 1 pending deletion: 8 rows"""
    people = PersonFactory.create_batch(10, workspace=workspace)
    Person.objects.filter(pk=people[0].pk).update(state=State.ARCHIVED)
    grace.request(people[1], by=NOBODY, now=NOW)

    made = export(tess, workspace)

    assert len(rows_of(tess, made)) == 8


def test_who_is_deleted_while_the_file_is_written_is_not_in_it(tess, workspace):
    """EXP-05, DEL-05"""
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    begun = begin(tess, workspace)
    grace.request(ben, by=NOBODY, now=NOW)

    made = ended(begun)

    assert [row["User ID"] for row in rows_of(tess, made)] == [ann.external_id]


def test_another_workspaces_people_are_out_of_reach(tess, workspace):
    person(workspace)
    stranger = PersonFactory()

    made = export(tess, workspace, chosen=[stranger.public_id])

    assert rows_of(tess, made) == []


def test_a_file_of_many_stretches_holds_everybody_once(tess, workspace, monkeypatch):
    """EXP-01"""
    monkeypatch.setattr(running, "STRETCH", 3)
    people = PersonFactory.create_batch(11, workspace=workspace)

    made = export(tess, workspace)

    assert [row["User ID"] for row in rows_of(tess, made)] == [one.external_id for one in people]
    assert (made.state, made.done, made.total, made.size) == ("done", 11, 11, Path(made.file.path).stat().st_size)


def test_what_a_killed_worker_wrote_is_not_in_the_file_twice(tess, workspace, monkeypatch):
    """EXP-01: the transaction is gone, the bytes are still there"""
    monkeypatch.setattr(running, "STRETCH", 3)
    people = PersonFactory.create_batch(7, workspace=workspace)
    begun = begin(tess, workspace)
    Export.objects.filter(pk=begun.pk).update(state="running")
    jobs._step(Export, begun.pk)
    Export.objects.filter(pk=begun.pk).update(leased_until=None)
    with Path(begun.file.path).open("ab") as file:
        file.write(b"half a row of the next stretch,")

    made = ended(begun)

    assert [row["User ID"] for row in rows_of(tess, made)] == [one.external_id for one in people]


def test_companies_are_exported(tess, workspace):
    acme = CompanyFactory(workspace=workspace, name="Acme", monthly_spend=1200)
    Membership.objects.create(workspace=workspace, person=person(workspace), company=acme, created_at=NOW)
    CompanyFactory(workspace=workspace, name="Nobody works here")

    made = export(tess, workspace, "company")

    header, line = lines_of(tess, made)
    row = dict(zip(header, line, strict=True))
    assert header[0] == "Company name"
    assert (row["Company name"], row["Monthly spend"], row["People"]) == ("Acme", "1200", "1")


# ---- which columns ---------------------------------------------------------------------------------------------------


def test_all_columns_stand_in_their_order(tess, workspace):
    """EXP-02, NAME-11"""
    attribute(workspace, "plan")
    attribute(workspace, "seats", "number", about="company")
    person(workspace)

    header, _ = lines_of(tess, export(tess, workspace))

    assert header[:4] == ["First name", "Last name", "Name", "Owner"]
    assert {"plan", "Email", "Tag", "Segment"} <= set(header)
    assert header.index("plan") < header.index("Company name")
    assert "seats" in header[-1]
    assert len(header) == len(set(header))


def test_an_archived_attribute_is_no_column(tess, workspace):
    """EXP-02, ATT-40"""
    old = attribute(workspace, "old")
    defining.archive(old, by=NOBODY, now=NOW)
    workspace.refresh_from_db()
    person(workspace)

    header, _ = lines_of(tess, export(tess, workspace))

    assert "old" not in header


def test_the_columns_of_the_list_are_those_that_it_shows(tess, workspace, seat):
    """EXP-02"""
    attribute(workspace, "plan")
    choose_columns(seat, workspace, kind_of("person"), ["custom_attributes.plan", "email", "company.name"])
    person(workspace)

    header, _ = lines_of(tess, export(tess, workspace, columns="displayed"))

    assert header == ["Name", "plan", "Email", "Company name"]


def test_a_persons_company_is_the_one_last_seen_with(tess, workspace):
    """EXP-02"""
    ann = person(workspace)
    for name, day in (("Acme", 1), ("Bolt", 3), ("Cord", 2)):
        Membership.objects.create(
            workspace=workspace,
            person=ann,
            company=CompanyFactory(workspace=workspace, name=name),
            created_at=NOW,
            last_seen_at=NOW + timedelta(days=day),
        )

    [row] = rows_of(tess, export(tess, workspace))

    assert row["Company name"] == "Bolt"


def test_the_owner_stands_by_name(tess, workspace):
    person(workspace, owner=SeatFactory(workspace=workspace, teammate__name="Olga").teammate)

    [row] = rows_of(tess, export(tess, workspace))

    assert row["Owner"] == "Olga"


def test_first_and_last_name_are_columns(tess, workspace):
    """NAME-11"""
    for name in ("Joe Bloggs", "Ann Lee"):
        given_values(person(workspace), name=name)

    header, *lines = lines_of(tess, export(tess, workspace, filter='["and",["and",["last_name","is","Bloggs"]]]'))

    assert header[:3] == ["First name", "Last name", "Name"]
    assert [line[:3] for line in lines] == [["Joe", "Bloggs", "Joe Bloggs"]]


def test_a_column_that_is_archived_meanwhile_ends_the_export(tess, workspace):
    plan = attribute(workspace, "plan")
    person(workspace)
    begun = begin(tess, workspace)
    defining.archive(plan, by=NOBODY, now=NOW)

    made = ended(begun)

    assert (made.state, "Export again" in made.error, Path(made.file.path).exists()) == ("failed", True, False)


# ---- cells -----------------------------------------------------------------------------------------------------------


def test_dates_stand_in_the_workspaces_zone_and_their_header_says_which(tess, workspace, monkeypatch):
    """EXP-03"""
    at(workspace, "America/New_York")
    clock_at(monkeypatch, datetime(2026, 1, 20, 12, tzinfo=UTC))
    person(workspace, signed_up_at=datetime(2026, 1, 10, 15, tzinfo=UTC))

    [row] = rows_of(tess, export(tess, workspace))

    assert row["Signed up (EST)"] == "2026-01-10 10:00:00"


def test_a_custom_date_and_a_companys_are_written_alike(tess, workspace):
    """EXP-03"""
    at(workspace, "Asia/Tokyo")
    attribute(workspace, "renewal", "date")
    ann = person(workspace)
    given_values(ann, renewal="2026-01-10T15:00:00Z")
    acme = CompanyFactory(workspace=workspace, remote_created_at=datetime(2026, 1, 1, tzinfo=UTC))
    Membership.objects.create(workspace=workspace, person=ann, company=acme, created_at=NOW)

    [row] = rows_of(tess, export(tess, workspace))

    assert row["renewal (JST)"] == "2026-01-11 00:00:00"
    assert row["Company created at (JST)"] == "2026-01-01 09:00:00"


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "UTC", "Asia/Tokyo"]),
    st.integers(0, 2_000_000_000),
)
@example("America/New_York", int(datetime(2025, 11, 2, 5, 30, tzinfo=UTC).timestamp()))
@example("America/New_York", int(datetime(2025, 11, 2, 6, 30, tzinfo=UTC).timestamp()))
@example("Australia/Lord_Howe", int(datetime(2025, 4, 5, 15, 15, tzinfo=UTC).timestamp()))
def test_every_date_is_read_back_as_it_was(django_db_blocker, db, zone, seconds):
    """EXP-03: also in the hour that clocks show twice"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {date_sql('day', zone)} FROM (SELECT to_timestamp(%s)) AS row (day)", [seconds])
        [cell] = cursor.fetchone()

    read = datetime.fromisoformat(cell)
    assert int((read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).timestamp()) == seconds


def test_tags_and_segments_are_joined_by_commas(tess, workspace):
    """EXP-04"""
    ann = person(workspace, last_seen_at=clock.now(), created_at=clock.now() - timedelta(days=90), city="Cork")
    for name in ("VIP", "beta"):
        tag = tagging.find_or_create(workspace, name, by=NOBODY, now=NOW)
        tagging.add(Person, workspace, [ann.pk], tag, by=NOBODY, now=NOW)
    saving.create(workspace, "person", "Trial users", all_of(Condition("city", "is", "Cork")), by=NOBODY, now=NOW)
    person(workspace, created_at=clock.now() - timedelta(days=90))

    first, second = rows_of(tess, export(tess, workspace))

    assert (first["Segment"], first["Tag"]) == ("Active,Trial users", "beta,VIP")
    assert (second["Segment"], second["Tag"]) == ("", "")


def test_no_cell_is_a_formula(tess, workspace):
    """EXP-06"""
    attribute(workspace, "=cmd")
    attribute(workspace, "balance", "number")
    ann = person(workspace, name="=1+1", phone="+353871234567")
    given_values(ann, balance=-5)

    text = text_of(tess, export(tess, workspace))

    [row] = [dict(zip(*pair, strict=True)) for pair in [lines_of(tess, Export.objects.get())]]
    assert (row["Name"], row["Phone"], row["balance"]) == ("'=1+1", "'+353871234567", "-5")
    starts = [cell for line in text.splitlines() for cell in line.split(",") if cell[:1] in set("=+-@")]
    assert starts == ["-5"]


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("number", 0, "0"),
        ("number", 2**53, "9007199254740992"),
        ("number", -12, "-12"),
        ("decimal", 1.5, "1.5"),
        ("decimal", 1e15, "1000000000000000"),
        ("decimal", -0.1, "-0.1"),
        ("decimal", -1.5e-7, "-1.5e-07"),
        ("boolean", False, "false"),
        ("boolean", True, "true"),
        ("text", "-5", "-5"),
        ("text", "-5 of us", "'-5 of us"),
        ("text", 'a "b", c\nd', 'a "b", c\nd'),
        ("text", " Zoë ", " Zoë "),
        ("text", "'tis", "'tis"),
    ],
)
def test_a_value_is_written_as_an_import_reads_it(tess, workspace, kind, value, cell):
    """EXP-06"""
    attribute(workspace, "thing", kind)
    given_values(person(workspace), thing=value)

    [row] = rows_of(tess, export(tess, workspace))

    assert row["thing"] == cell


def test_what_is_unknown_is_an_empty_cell(tess, workspace):
    attribute(workspace, "thing")
    person(workspace)

    [row] = rows_of(tess, export(tess, workspace))

    assert (row["thing"], row["Email"], row["Segment"]) == ("", "", row["Segment"])


@effort(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40).filter(str.strip))
@example("'=1")
@example("\r\na\r")
def test_any_text_is_read_back_as_it_was(tess, workspace, text):
    """EXP-06"""
    if not Person.objects.filter(workspace=workspace).exists():
        attribute(workspace, "thing")
        person(workspace)
    workspace.refresh_from_db()
    given_values(Person.objects.get(workspace=workspace), thing=text)

    [row] = rows_of(tess, export(tess, workspace))

    assert unescaped(row["thing"]) == text


# ---- the file --------------------------------------------------------------------------------------------------------


def test_an_export_is_written_into_the_activity_log(tess, workspace, seat):
    """EXP-07, AUD-01: who, how many, from where, with the filter"""
    PersonFactory.create_batch(12, workspace=workspace, country="Ireland")
    tess.defaults["REMOTE_ADDR"] = "198.51.100.7"

    made = export(tess, workspace, filter=IRISH)

    entry = AuditEntry.objects.get(activity="bulk_export")
    assert (entry.teammate, entry.ip, entry.workspace) == (seat.teammate, "198.51.100.7", workspace)
    assert entry.metadata == {
        "export": made.pk,
        "about": "person",
        "filter": "All users: Country is Ireland",
        "rows": 12,
        "columns": "all",
    }


def test_whoever_began_it_is_told_when_it_is_ready(tess, workspace, seat):
    person(workspace)

    made = export(tess, workspace)

    told = Notification.objects.get(teammate=seat.teammate)
    assert (told.message, told.url) == ("The export of All users is ready: 1 row", made.page())


def test_a_file_is_gone_after_seven_days(tess, workspace, monkeypatch):
    """EXP-07: made 03-01, used 03-09: 410"""
    person(workspace)
    clock_at(monkeypatch, datetime(2026, 3, 1, tzinfo=UTC))
    made = export(tess, workspace)
    link = f"/apps/{workspace.app_id}/exports/{made.pk}/file/"
    statuses = []
    for moment in (datetime(2026, 3, 7, 23, 59, 59, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)):
        clock_at(monkeypatch, moment)
        statuses.append(tess.get(link).status_code)

    assert statuses == [200, 410]


def test_an_expired_file_is_deleted(tess, workspace, django_capture_on_commit_callbacks):
    """EXP-07"""
    person(workspace)
    made, later = export(tess, workspace), export(tess, workspace)
    Export.objects.filter(pk=later.pk).update(expires_at=made.expires_at + timedelta(days=1))

    with django_capture_on_commit_callbacks(execute=True):
        keeping.let_expired_go(made.expires_at)

    assert (Path(made.file.path).exists(), Path(later.file.path).exists()) == (False, True)


def test_a_file_is_private(tess, olaf, workspace, client):
    """EXP-07, EXP-08: not served by its path, nor to who may not export, nor to another workspace"""
    person(workspace)
    made = export(tess, workspace)
    link = f"/apps/{workspace.app_id}/exports/{made.pk}/file/"
    stranger = SeatFactory()
    other = type(tess)()
    other.force_login(stranger.teammate)

    answers = [
        olaf.get(link).status_code,
        other.get(link).status_code,
        other.get(link.replace(workspace.app_id, stranger.workspace.app_id)).status_code,
        tess.get(f"/files/{made.file.name}").status_code,
        Path(made.file.path).stat().st_mode & 0o077,
    ]

    assert answers == [403, 404, 404, 404, 0]


def test_who_may_not_export_is_offered_no_export(olaf, workspace):
    """EXP-08"""
    person(workspace)

    page = olaf.get(f"/apps/{workspace.app_id}/people/")

    assert "exports/" not in page.text
    assert olaf.post(address_of(workspace), {"all": "1", "columns": "all"}).status_code == 403


def test_the_list_offers_to_export_what_it_shows(tess, workspace):
    """EXP-01, EXP-08"""
    person(workspace, country="Ireland")

    page = tess.get(f"/apps/{workspace.app_id}/people/", {"filter": IRISH})

    assert f'href="{address_of(workspace)}?segment=users&amp;filter=' in page.text


def test_the_dialog_says_how_many_and_makes_nothing(tess, workspace):
    PersonFactory.create_batch(7, workspace=workspace)

    page = tess.get(address_of(workspace), {"all": "1"})

    assert ("7 people" in page.text, Export.objects.count()) == (True, 0)


@pytest.mark.parametrize("columns", ["", "some"])
def test_a_wrong_choice_of_columns_is_said_beside_it(tess, workspace, columns):
    person(workspace)

    page = tess.post(address_of(workspace), {"all": "1", "columns": columns})

    assert (page.status_code, 'id="columns-error"' in page.text, Export.objects.count()) == (422, True, 0)


def test_an_export_can_be_stopped(tess, workspace, seat):
    person(workspace)
    begun = begin(tess, workspace)
    tess.post(f"/apps/{workspace.app_id}/exports/{begun.pk}/stop/")

    made = ended(begun)

    assert (made.state, Path(made.file.path).exists(), Notification.objects.count()) == ("cancelled", False, 0)


def test_a_file_can_be_deleted_before_its_time(tess, workspace, django_capture_on_commit_callbacks):
    person(workspace)
    made = export(tess, workspace)

    with django_capture_on_commit_callbacks(execute=True):
        tess.post(f"/apps/{workspace.app_id}/exports/{made.pk}/delete/")

    assert (Path(made.file.path).exists(), tess.get(made.page()).status_code) == (False, 200)
    assert "Tess deleted it." in tess.get(f"/apps/{workspace.app_id}/settings/imports-exports/").text


def test_the_settings_list_who_exported_what(tess, workspace):
    PersonFactory.create_batch(2, workspace=workspace, country="Ireland")
    made = export(tess, workspace, filter=IRISH)

    page = tess.get(f"/apps/{workspace.app_id}/settings/imports-exports/")

    assert "All users: Country is Ireland" in page.text
    assert f"exports/{made.pk}/file/" in page.text


def test_what_decided_who_is_in_it_is_forgotten_once_all_are(tess, workspace):
    """DEL-03: an address in a filter outlives nobody"""
    person(workspace, email="ann@x.io")

    made = export(tess, workspace, filter='["and",["and",["email","is","ann@x.io"]]]', q="ann")

    assert (made.filter, made.search, made.segments) == (None, "", {})


# ---- who is destroyed ------------------------------------------------------------------------------------------------


def destroyed(person, at):
    return destroying.destroy_now(Deletion.objects.get(person=person), by=NOBODY, now=at)


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_with_somebody_who_may_be_in_it(tess, workspace):
    """DEL-03, DEL-10"""
    ann = person(workspace, email="ann@x.io")
    held = export(tess, workspace, filter='["and",["and",["email","is","ann@x.io"]]]')
    grace.request(ann, by=NOBODY, now=clock.now() + timedelta(minutes=1))
    Export.objects.filter(pk=export(tess, workspace).pk).update(created_at=clock.now() + timedelta(minutes=2))
    later = Export.objects.latest("pk")

    destroyed(ann, clock.now() + timedelta(minutes=3))

    held.refresh_from_db()
    assert (Path(held.file.path).exists(), Path(later.file.path).exists()) == (False, True)
    assert held.gone_why == "Somebody in it was permanently deleted."
    assert "ann@x.io" not in held.title
