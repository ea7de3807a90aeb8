"""Moving in from a server that speaks the same API: ourselves, in another workspace (BEY-17)."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from apps.attributes import other_ids
from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import latest_changes
from apps.attributes.models import Attribute, RecordChange
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.companies.models import Company, Membership
from apps.deletion import grace
from apps.deletion.destroying import destroy_due
from apps.deletion.models import Receipt
from apps.events.models import EventSummary
from apps.moving.elsewhere import Elsewhere, Refused
from apps.moving.models import Move, Untaken
from apps.moving.travelling import ONE_AT_A_TIME, travel
from apps.people.merging import merge
from apps.people.models import Person
from apps.people.newcomers import Newcomer, settle
from apps.subscriptions.models import Choice, SubscriptionType
from apps.tags.models import Note, Tag, Tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from apps.workspace.problems import Conflict
from apps.workspace.tokens import issue
from intercom_clone.servers import addresses
from intercom_clone.servers.places import DATABASE
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, attribute
from tests.moving.conftest import DAY, LONG_AGO, furnish, user

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


def values(workspace: Workspace, person: Person) -> dict[str, object]:
    workspace.refresh_from_db()
    custom = catalogue_of(workspace, "person").custom
    return read(Person, [person.pk], custom)[person.pk]


def amounts(workspace: Workspace) -> dict[str, int]:
    """How much of everything a workspace holds."""
    models = (Attribute, Person, Company, Membership, Tag, Tagging, Note, SubscriptionType, Choice, EventSummary)
    counted = {model.__name__: model._default_manager.filter(workspace=workspace).count() for model in models}
    return counted | {"Changes": RecordChange.objects.filter(workspace=workspace).count()}


def untaken(move: Move) -> set[tuple[str, str, str, int]]:
    lines = Untaken.objects.filter(move=move).exclude(what="segment")
    return {(one.what, one.subject, one.reason, one.count) for one in lines}


def test_everything_that_the_api_tells_comes_along(left, here, tess, move):
    """BEY-17"""
    there = furnish(left, tess)

    ended = move()

    ann, ben = Person.objects.get(workspace=here, external_id="1"), Person.objects.get(workspace=here, role="lead")
    acme = Company.objects.get(workspace=here)
    assert [ann.public_id, ben.public_id, acme.public_id] == [there[name].public_id for name in ("ann", "ben", "acme")]
    assert (ann.name, ann.first_name, ann.email, ann.email_domain, ann.owner_id) == (
        *("Ann Lee", "Ann", "ann@x.io", "x.io"),
        tess.teammate_id,
    )
    assert (ann.created_at, ann.last_seen_at) == (LONG_AGO, datetime.fromtimestamp(1_714_600_000, UTC))
    assert (ann.browser, ann.city, ann.country, ann.utm_source) == ("Firefox", "Cork", "Ireland", "ads")
    assert values(here, ann) == values(left, there["ann"])
    assert (acme.company_id, acme.name, acme.plan, acme.size, acme.session_count, acme.created_at) == (
        *("6", "Acme", "Gold", 40, 7),
        LONG_AGO,
    )
    assert list(Membership.objects.filter(workspace=here).values_list("person", "company")) == [(ann.pk, acme.pk)]
    assert ended.finished_at is not None
    assert untaken(ended) == set()


def test_what_hangs_on_people_keeps_its_hand_and_its_time(left, here, tess, move):
    """BEY-17, TAG-04, NOTE-01"""
    furnish(left, tess)

    move()

    ann, acme = Person.objects.get(workspace=here, external_id="1"), Company.objects.get(workspace=here)
    [tagged] = Tagging.objects.filter(workspace=here, about="person")
    assert (tagged.tag.name, tagged.record_id, tagged.applied_at, tagged.applied_by) == (
        *("VIP", ann.pk, LONG_AGO + DAY),
        tess.teammate,
    )
    notes = Note.objects.filter(workspace=here).order_by("about")
    assert [(note.about, note.record_id, note.text, note.author, note.created_at) for note in notes] == [
        ("company", acme.pk, "Renewal in May", tess.teammate, LONG_AGO + 3 * DAY),
        ("person", ann.pk, "Call <back>\n\nSoon", tess.teammate, LONG_AGO + 2 * DAY),
    ]
    [summed] = EventSummary.objects.filter(workspace=here)
    assert (summed.person_id, summed.name.name, summed.count, summed.first_at, summed.last_at) == (
        *(ann.pk, "signed-in", 3),
        *(LONG_AGO, LONG_AGO + DAY),
    )
    [choice] = Choice.objects.filter(workspace=here)
    assert (choice.person_id, choice.subscription.name, choice.subscription.consent_type) == (
        *(ann.pk, "News"),
        "opt_out",
    )


def test_values_say_where_they_were_moved_in_from(left, here, tess, move, live_server):
    """UPD-04: by REST, with the other server's name"""
    furnish(left, tess)

    move()

    ann = Person.objects.get(workspace=here, external_id="1")
    line = latest_changes(ann)["plan"]
    assert (line.source, line.hand) == ("rest", f"Moved in from {live_server.url.removeprefix('http://')}")


def test_the_names_of_segments_are_reported(left, here, tess, move):
    """BEY-17: their filters are in no answer"""
    ended = move()

    told = Untaken.objects.filter(move=ended, what="segment")
    assert "All users" in told.values_list("subject", flat=True)
    assert {one.reason for one in told} == {"the API tells no segment's filter; make it anew, if you need it"}


# ---- once more, and on from where it stopped -------------------------------------------------------------------------


def test_a_second_move_changes_nothing(left, here, tess, move):
    """BEY-17: run twice, nothing doubles"""
    furnish(left, tess)
    move()
    before = amounts(here)

    move(again=True)

    assert amounts(here) == before


def test_the_activity_log_tells_when_a_move_began_and_what_came(left, here, tess, move, live_server):
    """AUD-01: as of any import; a move that goes on, or is over, is told once"""
    furnish(left, tess)

    move()
    move()

    server, came = live_server.url, {"companies": 1, "people": 2}
    told = AuditEntry.objects.filter(workspace=here, activity__startswith="move_in_").order_by("pk")
    began, ended = told.values_list("activity", "metadata")
    assert began == ("move_in_creation", {"server": server})
    assert ended[0] == "move_in_completion"
    assert {"server": server, **came}.items() <= ended[1].items()


def test_a_move_that_ended_asks_nobody_anything(left, here, tess, move, elsewhere):
    furnish(left, tess)
    ended = move()

    after = travel(here, Elsewhere(elsewhere.base_url, "a token that was revoked since"), lambda line: None)

    assert after.finished_at == ended.finished_at


class Killed(BaseException):
    """The machine went away."""


class Mortal(Elsewhere):
    """A line to the other server that breaks for good after some answers."""

    answers = 0

    def get(self, path, query=None, **more):
        self.answers -= 1
        if self.answers < 0:
            raise Killed
        return super().get(path, query, **more)


@pytest.fixture
def many(left, tess, monkeypatch):
    """Seven users beside Ann and Ben, and pages of three."""
    furnish(left, tess)
    monkeypatch.setattr("apps.moving.stages.PEOPLE_AT_ONCE", 3)
    for number in range(10, 17):
        user(left, str(number), plan=f"Plan {number}")


@pytest.mark.parametrize("answers", [0, 3, 9, 12, 17, 21])
def test_a_move_that_was_killed_goes_on(answers, many, left, here, elsewhere, monkeypatch):
    """BEY-17: wherever it died, what is here in the end is the same"""
    monkeypatch.setattr("apps.api.scrolling.LAPSES", 1)
    mortal = Mortal(elsewhere.base_url, elsewhere.token)
    mortal.answers = answers
    with pytest.raises(Killed):
        travel(here, mortal, lambda line: None)

    here.refresh_from_db()
    travel(here, elsewhere, lambda line: None)

    expected = amounts(left)
    assert {name: count for name, count in amounts(here).items() if name != "Changes"} == {
        name: count for name, count in expected.items() if name != "Changes"
    }
    plans = {values(here, person)["plan"] for person in Person.objects.filter(workspace=here, role="user")}
    assert plans == {"Pro", *(f"Plan {number}" for number in range(10, 17))}


def test_pages_that_came_are_not_asked_for_again(many, here, elsewhere):
    lines: list[str] = []
    mortal = Mortal(elsewhere.base_url, elsewhere.token)
    mortal.answers = 15
    with pytest.raises(Killed):
        travel(here, mortal, lines.append)
    came = Person.objects.filter(workspace=here).count()

    travel(here, elsewhere, lines.append)

    assert came in (3, 6)
    assert f"people: going on after {came}" in lines
    assert lines[-1] == "people: 9 of 9"


def test_a_place_that_the_other_server_forgot_is_read_from_the_start(many, here, elsewhere):
    move = Move.objects.create(workspace=here, base_url=elsewhere.base_url, started_at=NOW)
    move.stages.create(name="people", cursor="what no server knows", done=6)

    travel(here, elsewhere, lambda line: None)

    assert Person.objects.filter(workspace=here).count() == 9
    assert move.stages.get(name="people").done == 9


def test_one_move_into_a_workspace_at_a_time(left, here, elsewhere):
    """Of two that begin at once the second is told so."""
    second = connection.copy()  # of another process
    seen: list[str] = []

    class Beside(Elsewhere):
        def get(self, path, query=None, **more):
            with second.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [ONE_AT_A_TIME, here.pk])
                seen.append("free" if cursor.fetchone()[0] else "taken")
            return super().get(path, query, **more)

    travel(here, Beside(elsewhere.base_url, elsewhere.token), lambda line: None)
    with second.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [ONE_AT_A_TIME, here.pk])
    with pytest.raises(Conflict, match="Somebody moves into here already"):
        travel(here, elsewhere, lambda line: None)
    second.close()

    assert set(seen) == {"taken"}


# ---- who is here already ---------------------------------------------------------------------------------------------


def test_a_user_who_is_here_stays_who_they_are_and_both_ids_lead_to_them(left, here, tess, move):
    """BEY-17: links with the old ids open the same people here"""
    there = furnish(left, tess)["ann"]
    ann = PersonFactory(workspace=here, external_id="1", email=None, name="Ann of today", holders={"name": "manual"})

    move()

    ann.refresh_from_db()
    browser = Client()
    browser.force_login(tess.teammate)
    answers = [browser.get(f"/apps/here/users/show?id={id_}") for id_ in (there.public_id, ann.public_id)]
    assert [answer.headers["Location"] for answer in answers] == [ann.page()] * 2
    assert "Ann of today" in browser.get(f"/apps/here/people/{there.public_id}/", follow=True).content.decode()
    assert Person.objects.filter(workspace=here, external_id="1").count() == 1
    assert (ann.name, ann.email, values(here, ann)["plan"]) == ("Ann of today", "ann@x.io", "Pro")


def test_what_a_ping_or_a_teammate_wrote_here_is_not_taken_from_them(left, here, tess, move):
    """QUAL-08: what is moved is older than what was written here"""
    furnish(left, tess)
    attribute(here, "plan")
    attribute(here, "seats", "number")
    ann = PersonFactory(workspace=here, external_id="1", last_seen_at=NOW)
    here.refresh_from_db()
    write(Person, here, {ann.pk: {"plan": "by hand"}}, Source.MANUAL, by=NOBODY, now=NOW)
    write(Person, here, {ann.pk: {"seats": 9}}, Source.PING, by=NOBODY, now=NOW)

    move()

    ann.refresh_from_db()
    assert (values(here, ann)["plan"], values(here, ann)["seats"], values(here, ann)["score"]) == ("by hand", 9, 1.5)
    assert ann.last_seen_at == NOW


def test_what_changed_there_since_comes_with_the_next_move(left, here, tess, move):
    """Where nobody changed it here"""
    there = furnish(left, tess)["ann"]
    move()
    left.refresh_from_db()
    write(Person, left, {there.pk: {"plan": "Enterprise"}}, Source.REST, by=NOBODY, now=NOW)

    move(again=True)

    assert values(here, Person.objects.get(workspace=here, external_id="1"))["plan"] == "Enterprise"


def test_who_cannot_be_one_with_a_user_here_is_reported(left, here, tess, move):
    """IDN-06: an email alone is not enough to be somebody with another name"""
    user(left, "1", email="ann@x.io")
    ann = PersonFactory(workspace=here, external_id=None, email="ann@x.io")

    ended = move()

    there = Person.objects.get(workspace=left, external_id="1")
    reason = f"has the email of a user who is here, {ann.public_id}, and they are not one by their user_id"
    assert untaken(ended) == {("person", there.public_id, reason, 1)}


def test_who_was_deleted_here_does_not_come_back(left, here, tess, move):
    """DEL-17, BEY-09: be it in grace or for good"""
    furnish(left, tess)
    bea = user(left, "2")
    Receipt.objects.create(workspace=here, public_id=bea.public_id, role="user", requested_at=NOW, destroyed_at=NOW)
    grace.request(PersonFactory(workspace=here, external_id="1"), by=NOBODY, now=NOW)

    ended = move()

    ann = Person.objects.get(workspace=left, external_id="1")
    assert untaken(ended) == {
        ("person", ann.public_id, "was deleted here", 1),
        ("person", bea.public_id, "was deleted for good here", 1),
    }
    assert Person.objects.of(here).listed().count() == 1


def test_no_move_brings_back_who_was_destroyed_here_under_another_id(left, here, tess, move):
    """DEL-03, BEY-09: they were here before the first move, so the receipt has an id that is not known there"""
    there = user(left, "1")
    ann = PersonFactory(workspace=here, external_id="1")
    move()
    grace.request(ann, by=NOBODY, now=NOW)
    destroy_due(NOW + 8 * DAY)

    ended = move(again=True)

    assert not Person.objects.filter(workspace=here).exists()
    assert other_ids.key_of(here, "person", there.public_id) is None
    assert untaken(ended) == {("person", there.public_id, "was deleted for good here", 1)}


def test_leads_of_one_email_stay_apart(left, here, tess, move):
    """IDN-16"""
    for _ in range(2):
        LeadFactory(workspace=left, email="ben@x.io")

    move()

    assert Person.objects.filter(workspace=here, role="lead", email="ben@x.io").count() == 2


def test_an_id_of_another_form_leads_here_all_the_same(here):
    """Not every server that speaks this API has ids of 24 hex digits."""
    [ann] = settle(here, [Newcomer("user-0001", "user", {"external_id": "1"})], by=NOBODY, now=NOW)
    [same] = settle(here, [Newcomer("user-0001", "user", {"external_id": "1"})], by=NOBODY, now=NOW)

    assert (same.pk, same.created) == (ann.pk, False)
    assert other_ids.key_of(here, "person", "user-0001") == ann.pk


def test_the_old_id_is_good_for_programs_as_well(left, here, tess, move, live_server):
    """BEY-17: the API finds people and companies by it"""
    there = furnish(left, tess)
    ann = PersonFactory(workspace=here, external_id="1")
    acme = CompanyFactory(workspace=here, company_id="6")
    move()
    _, secret = issue(here, tess.teammate, "Sync", by=NOBODY, now=NOW)
    program = Elsewhere(live_server.url, secret)

    found = program.get(f"/contacts/{there['ann'].public_id}"), program.get(f"/companies/{there['acme'].public_id}")

    assert [one["id"] for one in found] == [ann.public_id, acme.public_id]


def test_the_old_id_of_somebody_who_was_merged_leads_to_who_they_are_now(left, here, tess, move):
    """BEY-07, BEY-17"""
    there = furnish(left, tess)["ben"]
    lead = LeadFactory(workspace=here, email="ben@x.io")
    other_ids.remember(here, "person", {there.public_id: lead.pk})
    move()
    cara = PersonFactory(workspace=here, external_id="7", email="ben@x.io")
    merge(lead, cara, by=NOBODY, now=NOW)
    browser = Client()
    browser.force_login(tess.teammate)

    link = browser.get(f"/apps/here/users/show?id={there.public_id}")
    page = browser.get(f"/apps/here/people/{there.public_id}/")

    assert [answer.headers["Location"] for answer in (link, page)] == [cara.page()] * 2
    assert list(Person.objects.filter(workspace=here, email="ben@x.io").order_by("pk")) == [lead, cara]


# ---- what cannot be taken --------------------------------------------------------------------------------------------


def test_an_owner_who_is_nobody_here_is_reported_and_the_person_comes(left, here, tess, move):
    bo = SeatFactory(workspace=left, teammate__name="Bo")
    user(left, "1", owner_id=bo.teammate_id)

    ended = move()

    assert Person.objects.get(workspace=here).owner is None
    reason = "is no teammate here, so what they own has no owner; invite them first"
    assert untaken(ended) == {
        ("teammate", bo.teammate.email, reason, 1),
        ("owner", bo.teammate.name, "is no teammate here", 1),
    }


def test_an_attribute_of_another_kind_takes_what_fits(left, here, tess, move):
    attribute(left, "seats", "text")
    attribute(here, "seats", "number")
    user(left, "1", seats="5")
    user(left, "2", seats="many")

    ended = move()

    ann, bea = (Person.objects.get(workspace=here, external_id=external_id) for external_id in "12")
    assert (values(here, ann)["seats"], values(here, bea)["seats"]) == (5, None)
    assert untaken(ended) == {
        ("attribute of a contact", "seats", "is text there and number here; what fits is taken", 1),
        ("person value", "seats", "is not a number", 1),
    }


def test_a_token_that_is_not_let_in_is_told_so(here, live_server):
    stranger = Elsewhere(live_server.url, "wrong")

    with pytest.raises(Refused, match="Access Token Invalid"):
        travel(here, stranger, lambda line: None)


# ---- the command, for real -------------------------------------------------------------------------------------------


def command(live_server, token: str, *more: str) -> "subprocess.Popen[str]":
    """`manage.py move_in` as a process of its own, on the suite's database."""
    name = connection.settings_dict["NAME"]
    database = addresses(settings.DATA_DIR).database_url.replace(f"/{DATABASE}?", f"/{name}?")
    return subprocess.Popen(
        [sys.executable, "manage.py", "move_in", "--base-url", live_server.url, "--workspace", "here", *more],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database, "DEBUG": "1", "MOVE_IN_TOKEN": token, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_half_done(left, here, tess, token, live_server):
    """BEY-17: by SIGKILL, after the first page of people"""
    furnish(left, tess)
    for number in range(100, 210):
        PersonFactory(workspace=left, external_id=str(number))
    killed = command(live_server, token)
    for line in killed.stdout:
        if line.startswith("people: 50 of"):
            killed.kill()
    killed.wait(timeout=30)
    came = Person.objects.filter(workspace=here).count()

    resumed = command(live_server, token)
    said, _ = resumed.communicate(timeout=120)

    assert came in (50, 100)
    assert resumed.returncode == 0, said
    assert f"people: going on after {came}" in said
    assert "Moved in: 112 people" in said
    assert Person.objects.filter(workspace=here).count() == 112
    assert Tagging.objects.filter(workspace=here, about="person").count() == 1
    assert Note.objects.filter(workspace=here).count() == 2


def test_what_is_missing_is_said_in_one_sentence(here, live_server):
    ended = command(live_server, "")
    said, _ = ended.communicate(timeout=120)

    assert ended.returncode == 1
    assert "A token of the other server is needed" in said
    assert "Traceback" not in said
