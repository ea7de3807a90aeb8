"""What the demo shows: everything that the product knows, once at least."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import OFFERED
from apps.attributes.models import Attribute, RecordChange, RefusedWrite
from apps.attributes.reports import Reason
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.companies.models import Company, Membership
from apps.demo.models import DemoRecord
from apps.demo.population import populate
from apps.events.models import Event, EventName, EventSummary
from apps.people.models import Person, Role
from apps.qualification.models import Question
from apps.tags.models import Note, Tagging
from apps.workspace.hands import hand_of_teammate
from apps.workspace.models import Workspace
from tests.factories import NOW, SeatFactory

pytestmark = pytest.mark.django_db

# The keys of Intercom's own samples and of the rules' examples: they are free for whoever tries them.
SAMPLE_KEYS = set(
    str.split(
        """
        subdomain teammates active_accounts last_order_at custom_domain plan_type signup_date last_active_date
        company_name company_size role onboarding_complete feature_usage_count trial_end_date source plan
        activation_score nps_response primary_use_case referral_count feature_usage subscription_ends_at converted_at
        files budget tier stage seats vip score mood projects projcts plan_name plan_tier renewal ratio lead_source
        files_count signed_up company_spend songs_played followers subscription_level price_plan items_purchased
        """
    )
)


def test_about_three_hundred_people_and_thirty_companies_come(workspace):
    people = Person.objects.of(workspace).listed()

    counts = {role: people.filter(role=role).count() for role in (Role.USER, Role.LEAD)}

    assert (counts, Company.objects.of(workspace).active().count()) == ({"user": 240, "lead": 60}, 30)


def test_it_is_made_in_batches():
    """About a millisecond a statement: the first start waits a few seconds for the demo, not a minute."""
    other = SeatFactory(workspace__app_id="again")

    with CaptureQueriesContext(connection) as statements:
        populate(other.workspace, by=hand_of_teammate(other.teammate), now=NOW)

    assert len(statements) < 2_300


def test_attributes_of_every_kind_are_there_for_people_with_values(workspace):
    definitions = catalogue_of(workspace, "person").custom
    rows = read(Person, Person.objects.of(workspace).values_list("pk", flat=True), definitions).values()

    held = {d.kind.name for d in definitions if any(row[d.key] is not None for row in rows)}

    assert held == {kind.name for kind in OFFERED}


def test_one_attribute_is_protected_and_one_archived_and_a_list_has_options(workspace):
    attributes = Attribute.objects.filter(workspace=workspace)

    assert {
        "protected": [a.name for a in attributes if a.messenger_protected],
        "archived": [a.name for a in attributes if a.archived_at],
        "without options": [a.name for a in attributes if a.kind == "list" and not a.options],
        "without description": [a.name for a in attributes if not a.description],
    } == {
        "protected": ["payout_verified"],
        "archived": ["old_ledger_number"],
        "without options": [],
        "without description": [],
    }


def test_no_attribute_uses_a_key_of_the_samples(workspace):
    names = set(Attribute.objects.filter(workspace=workspace).values_list("name", flat=True))

    assert names & SAMPLE_KEYS == set()


def test_values_come_from_every_source(workspace):
    lines = RecordChange.objects.filter(workspace=workspace)

    assert set(lines.values_list("source", flat=True)) == set(Source)


def test_the_founders_hand_is_on_what_was_set_by_hand(workspace, seat):
    lines = RecordChange.objects.filter(workspace=workspace, source=Source.MANUAL)

    assert set(lines.values_list("hand", "teammate")) == {("Tess", seat.teammate_id)}


def test_the_log_of_refusals_shows_several_reasons(workspace):
    """BEY-02: a teammate's value is kept, a protected one too, and what does not fit is told."""
    reasons = set(RefusedWrite.objects.filter(workspace=workspace).values_list("reason", flat=True))

    assert reasons == {
        Reason.YIELDED,
        Reason.PROTECTED,
        Reason.INVALID,
        Reason.NOT_AN_OPTION,
        Reason.NESTED,
        Reason.UNKNOWN,
    }


def test_a_repeated_refusal_is_counted(workspace):
    assert RefusedWrite.objects.filter(workspace=workspace, reason=Reason.YIELDED, count=2).exists()


def test_no_history_line_is_younger_than_now_or_older_than_its_person(workspace):
    came = dict(Person.objects.of(workspace).values_list("pk", "created_at"))
    lines = RecordChange.objects.filter(workspace=workspace, about="person")

    wrong = [line for line in lines if not came[line.record_id] <= line.at <= NOW]

    assert wrong == []


def test_every_records_history_runs_forward(workspace):
    lines = RecordChange.objects.filter(workspace=workspace).order_by("pk")
    newest: dict[tuple[str, int], object] = {}
    backward = []
    for line in lines:
        last = newest.setdefault((line.about, line.record_id), line.at)
        backward += [line] if line.at < last else []
        newest[line.about, line.record_id] = line.at

    assert backward == []


def test_present_values_are_the_newest_line_of_their_history(workspace):
    people = Person.objects.of(workspace)
    newest = {
        (write.record_id, "bookings_taken"): write.changes["bookings_taken"][1]
        for write in RecordChange.objects.filter(
            workspace=workspace, about="person", changes__has_key="bookings_taken"
        ).order_by("pk")
    }
    values = read(Person, people.values_list("pk", flat=True), [catalogue_of(workspace, "person")["bookings_taken"]])

    assert {pk: row["bookings_taken"] for pk, row in values.items()} == {
        pk: newest.get((pk, "bookings_taken")) for pk in values
    }


def test_last_seen_runs_from_today_to_eighty_days_ago_to_never(workspace):
    seen = list(Person.objects.of(workspace).values_list("last_seen_at", flat=True))
    days = [(NOW - moment).days for moment in seen if moment]

    assert (min(days), max(days) in range(60, 81), None in seen) == (0, True, True)


def test_whoever_was_seen_has_sessions_and_nobody_else(workspace):
    people = Person.objects.of(workspace)

    wrong = people.filter(last_seen_at=None, session_count__gt=0) | people.filter(
        last_seen_at__isnull=False, session_count=0
    )

    assert wrong.count() == 0


def test_nobody_was_seen_before_they_came(workspace):
    people = Person.objects.of(workspace).exclude(last_seen_at=None)

    assert [person for person in people if not person.created_at <= person.last_seen_at <= NOW] == []


def test_names_show_how_they_are_split(workspace):
    """NAME-02…06."""
    names = "\n".join(Person.objects.of(workspace).exclude(name=None).values_list("name", flat=True))
    shapes = [
        r"^Dr\. ",
        r"^Prof\. ",
        r"^Dr \S+$",
        r", PhD$",
        r", MBA$",
        r"^[^,]+, [A-Z][^,]+$",
        r"^[A-Z]+ [A-Z]+$",
        "[一-龯]",
        "[а-я]",
    ]

    assert [shape for shape in shapes if not re.search(shape, names, re.MULTILINE)] == []


def test_some_go_by_their_email_their_user_id_or_a_pseudonym(workspace):
    """NAME-08."""
    nameless = [person for person in Person.objects.of(workspace) if not person.name]

    by = {
        "email" if person.email else "user id" if person.external_id else "pseudonym" if person.pseudonym else "nothing"
        for person in nameless
    }

    assert by == {"email", "user id", "pseudonym"}


def test_users_who_share_an_email_have_different_user_ids(workspace):
    """IDN-03."""
    users = Person.objects.of(workspace).filter(role=Role.USER).exclude(email=None)
    shared = users.values("email").annotate(people=Count("pk"), ids=Count("external_id")).filter(people__gt=1)

    assert [(row["people"], row["ids"]) for row in shared] == [(2, 2)] * 4


def test_every_address_is_a_reserved_one(workspace):
    domains = set(Person.objects.of(workspace).exclude(email=None).values_list("email_domain", flat=True))

    assert [domain for domain in domains if not re.search(r"(\.example|\.?example\.(com|org|net))$", domain)] == []


def test_people_belong_to_none_to_three_companies(workspace):
    people = Person.objects.of(workspace).annotate(companies_joined=Count("memberships"))

    assert set(people.values_list("companies_joined", flat=True)) == {0, 1, 2, 3}


def test_two_companies_were_typed_by_hand_and_have_no_company_id(workspace):
    """QUAL-26."""
    assert Company.objects.of(workspace).filter(company_id=None).count() == 2


def test_the_demos_questions_follow_the_default_set(workspace):
    questions = list(Question.objects.filter(workspace=workspace).values_list("about", "key"))

    assert questions[7:] == [
        ("person", "studio_kind"),
        ("person", "buying_intent"),
        ("person", "team_goal"),
        ("company", "account_mood"),
    ]


def test_owners_are_teammates_of_the_workspace(workspace, seat):
    owners = Person.objects.of(workspace).exclude(owner=None)

    assert set(owners.values_list("owner", flat=True)) == {seat.teammate_id}


def test_everything_that_was_made_is_remembered(workspace):
    remembered = dict(DemoRecord.objects.filter(workspace=workspace).values_list("model").annotate(records=Count("pk")))

    assert remembered == {
        "people.Person": 300,
        "companies.Company": 30,
        "attributes.Attribute": Attribute.objects.filter(workspace=workspace).count(),
        "qualification.Question": 4,
        "tags.Tag": 8,
        "events.EventName": 8,
    }


def test_two_workspaces_get_the_same_demo(workspace):
    other = SeatFactory(workspace__app_id="twin", teammate__name="Tess")

    populate(other.workspace, by=hand_of_teammate(other.teammate), now=NOW)

    assert told(other.workspace) == told(workspace)


def told(workspace: Workspace) -> list[tuple[object, ...]]:
    """People with their values and history, without the numbers that a database gives."""
    columns = [d.column for about in ("person",) for d in catalogue_of(workspace, about).by_key.values()]
    own = [column for column in columns if column not in ("public_id", "owner_id")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {", ".join(own)},
                   (SELECT array_agg(concat_ws('|', write.changes - 'owner_id', source, hand, at) ORDER BY write.id)
                    FROM attributes_recordchange AS write
                    WHERE write.about = 'person' AND write.record_id = people_person.id),
                   (SELECT array_agg(company.name ORDER BY company.name)
                    FROM companies_membership AS membership JOIN companies_company AS company
                    ON company.id = membership.company_id WHERE person_id = people_person.id)
            FROM people_person WHERE workspace_id = %s ORDER BY id
            """,
            [workspace.pk],
        )
        return cursor.fetchall()


def test_memberships_keep_to_the_workspace(workspace):
    strange = Membership.objects.filter(workspace=workspace).exclude(company__workspace=workspace)

    assert strange.count() == 0


def test_tags_and_notes_are_there_of_users_leads_and_companies(workspace):
    """TAG-04, NOTE-01: none is older than whom it is about."""
    people = {person.pk: person for person in Person.objects.of(workspace)}
    tagged = Tagging.objects.filter(workspace=workspace, about="person")
    notes = Note.objects.filter(workspace=workspace, about="person")

    early = [one for one in tagged if one.applied_at < people[one.record_id].created_at] + [
        one for one in notes if one.created_at < people[one.record_id].created_at
    ]

    assert early == []
    assert {people[one.record_id].role for one in tagged} == {people[one.record_id].role for one in notes}
    assert {people[one.record_id].role for one in notes} == {"user", "lead"}
    assert set(tagged.values_list("hand", flat=True)) == {"Tess", "Billing sync"}
    assert [model.objects.filter(workspace=workspace, about="company").exists() for model in (Tagging, Note)] == [
        True,
        True,
    ]


def test_everybody_did_something_while_they_were_around(workspace):
    """EVT-01, EVT-11: in the last 60 days, and none before they came or after they were last seen."""
    people = {person.pk: person for person in Person.objects.of(workspace)}
    events = list(Event.objects.filter(workspace=workspace).select_related("name"))

    strange = [
        event
        for event in events
        if not people[event.person_id].created_at <= event.at <= people[event.person_id].last_seen_at
    ]

    assert strange == []
    assert min(event.at for event in events) >= NOW - timedelta(days=60)
    assert {people[event.person_id].role for event in events} == {"user", "lead"}
    assert {(event.source, event.hand) for event in events} == {("ping", ""), ("rest", "Billing sync")}
    assert (len(events) > 500, len({event.person_id for event in events}) > 100) == (True, True)


def test_events_are_summed_up_described_and_one_is_archived(workspace):
    """EVT-01, EVT-12"""
    names = EventName.objects.filter(workspace=workspace)
    counted = Counter(Event.objects.filter(workspace=workspace).values_list("person_id", "name_id"))

    summed = {(s.person_id, s.name_id): s.count for s in EventSummary.objects.filter(workspace=workspace)}

    assert summed == dict(counted)
    assert {
        "archived": [name.name for name in names if name.archived_at],
        "without description": [name.name for name in names if not name.description],
        "received after today": [name.name for name in names if name.received_at > NOW],
    } == {"archived": ["clicked old calendar"], "without description": [], "received after today": []}
