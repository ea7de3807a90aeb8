"""The profile of a user or lead: header, sections, and what each teammate wants to see."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.attributes import defining
from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.people.models import DetailsChoice, Person, Role
from apps.people.sections import sections
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import (
    NOW,
    CompanyFactory,
    LeadFactory,
    PersonFactory,
    SeatFactory,
    TeammateFactory,
    WorkspaceFactory,
    attribute,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="123", name="Joe Bloggs, CBA", email="joe@example.test")


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


@pytest.fixture
def olaf(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    return client


def offer(record: Any, source: Source, **values: Any) -> None:
    workspace = Workspace.objects.get(pk=record.workspace_id)
    write(type(record), workspace, {record.pk: values}, source, now=NOW)


def detailed(client: Client, person: Person, query: str = "") -> list[str]:
    """The labels that Details shows."""
    answer = client.get(person.page() + query)
    [section] = [shown for shown in answer.context["sections"] if shown["section"].slug == "details"]
    return [fact.definition.label for fact in section["facts"]]


# ---- the page --------------------------------------------------------------------------------------------------------


def test_the_heading_keeps_a_credential(tess, ann):
    """NAME-05"""
    assert "<h1>Joe Bloggs, CBA</h1>" in tess.get(ann.page()).text


def test_the_path_ends_in_the_id_of_24_digits(ann):
    assert ann.page() == f"/apps/{ann.workspace.app_id}/people/{ann.public_id}/"


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"email": "a@x.io", "external_id": "1"}, "a@x.io"),
        ({"email": None, "external_id": "2"}, "2"),
        ({"email": None, "external_id": None, "pseudonym": "Pink Stereo from Atlanta"}, "Pink Stereo from Atlanta"),
    ],
)
def test_who_has_no_name_is_called_by_what_is_known(tess, workspace, fields, label):
    """NAME-08"""
    lead = LeadFactory(workspace=workspace, **fields)

    assert f"<h1>{label}</h1>" in tess.get(lead.page()).text


@pytest.mark.parametrize(("role", "badge"), [(Role.USER, "User"), (Role.LEAD, "Lead")])
def test_a_badge_says_user_or_lead(tess, workspace, role, badge):
    person = PersonFactory(workspace=workspace, role=role, external_id=None, email="a@x.io")

    assert f'<span class="badge {role}">{badge}</span>' in tess.get(person.page()).text


def test_the_link_to_copy_names_the_user_id_or_else_the_id(tess, workspace, ann):
    """LINK-10"""
    lead = LeadFactory(workspace=workspace)

    assert "/users/show?user_id=123" in tess.get(ann.page()).text
    assert f"/users/show?id={lead.public_id}" in tess.get(lead.page()).text


def test_the_picture_is_the_avatar_or_the_initials(tess, workspace, ann):
    """AVA-01, AVA-04, AVA-05"""
    lead = LeadFactory(workspace=workspace, avatar="https://x.io/a.jpg")

    assert '<img src="https://x.io/a.jpg"' in tess.get(lead.page()).text
    assert ">JB</span>" in tess.get(ann.page()).text


@pytest.mark.parametrize("state", [state for state in State if state != State.ACTIVE])
def test_only_who_is_listed_has_a_profile(tess, workspace, state):
    """IDN-19, DEL-05"""
    gone = PersonFactory(workspace=workspace, state=state)

    assert tess.get(gone.page()).status_code == 404


def test_visitors_have_no_profile(tess, workspace):
    """IDN-09"""
    visitor = PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None)

    assert tess.get(visitor.page()).status_code == 404


def test_people_of_another_workspace_are_not_found(tess, workspace):
    stranger = PersonFactory()

    assert tess.get(reverse("people:profile", args=[workspace.app_id, stranger.public_id])).status_code == 404
    assert tess.get(stranger.page()).status_code == 404


def test_the_sections_stand_in_their_order():
    assert [section.slug for section in sections()] == [
        "qualification",
        "companies",
        "tags",
        "details",
        "mobile",
        "attributes",
        "segments",
        "events",
        "notes",
        "duplicates",
        "merges",
        "conversations",
        "ignored",
    ]


# ---- values ----------------------------------------------------------------------------------------------------------


def test_every_custom_attribute_is_shown_with_its_description(tess, workspace, ann):
    """ATT-58, UI-06"""
    attribute(workspace, "activation_score", "number", description="0–100")
    attribute(workspace, "plan")
    offer(ann, Source.PING, activation_score=7)

    page = tess.get(ann.page())

    [section] = [shown for shown in page.context["sections"] if shown["section"].slug == "attributes"]
    assert [(fact.definition.label, fact.value) for fact in section["facts"]] == [
        ("activation_score", 7),
        ("plan", None),
    ]
    assert 'title="0–100"' in page.text


def test_a_cleared_value_reads_unknown(olaf, workspace, ann):
    """UI-06"""
    attribute(workspace, "plan")
    offer(ann, Source.REST, plan="gold")
    offer(ann, Source.REST, plan=None)

    page = olaf.get(ann.page())

    assert "gold" not in page.text
    assert '<span class="unknown">Unknown</span>' in page.text


def test_an_address_is_linked_and_other_schemes_are_not(tess, workspace, ann):
    """ATT-37"""
    attribute(workspace, "site")
    attribute(workspace, "trap")
    offer(ann, Source.REST, site="http://www.google.com", trap="javascript:alert(1)")

    page = tess.get(ann.page()).text

    assert '<a href="http://www.google.com" rel="noopener nofollow">' in page
    assert 'href="javascript' not in page


def test_an_archived_attribute_is_gone_and_comes_back_with_its_value(tess, workspace, ann):
    """ATT-40, ATT-43"""
    old = attribute(workspace, "old")
    offer(ann, Source.REST, old="a kept value")
    defining.archive(old, by=NOBODY, now=NOW)

    without = tess.get(ann.page()).text
    offer(ann, Source.PING, old="b")
    defining.unarchive(old, by=NOBODY, now=NOW)

    assert "a kept value" not in without
    assert "a kept value" in tess.get(ann.page()).text


def test_dates_stand_in_the_viewers_zone(tess, workspace, ann):
    """DATE-01"""
    Person.objects.filter(pk=ann.pk).update(last_seen_at="2026-03-10T23:30:00Z")

    pages = []
    for zone in ("Europe/Dublin", "Asia/Tokyo"):
        tess.cookies["tz"] = zone
        pages.append(tess.get(ann.page()).text)

    assert ">10 Mar 2026, 23:30</time>" in pages[0]
    assert ">11 Mar 2026, 08:30</time>" in pages[1]


def test_every_value_that_stands_says_where_it_comes_from(tess, workspace, ann):
    """UPD-04, BEY-01"""
    attribute(workspace, "plan")
    offer(ann, Source.PING, plan="gold", name="Ann")
    join(ann, CompanyFactory(workspace=workspace, size=5), now=NOW)

    page = tess.get(ann.page() + "?details=all")

    facts = [fact for shown in page.context["sections"] for fact in shown.get("facts", [])]
    cells = [cell.fact for shown in page.context["sections"] if "panel" in shown for cell in shown["panel"].cells]
    standing = [fact for fact in [*facts, *cells] if fact.value is not None]
    assert len(standing) > 8
    assert [fact.definition.key for fact in standing if not (fact.provenance and fact.provenance.at)] == []


def test_what_a_visit_told_says_what_it_is_based_on_and_is_not_edited(tess, workspace):
    """ATT-51, ATT-53, UPD-04"""
    seen = {"last_seen_at": NOW, "campaign_at": NOW - timedelta(days=3)}
    ben = PersonFactory(workspace=workspace, city="Paris", browser="Chrome", utm_source="fb", **seen)

    page = tess.get(ben.page() + "?details=all")

    facts = {fact.definition.key: fact for shown in page.context["sections"] for fact in shown.get("facts", [])}
    told = {key: (facts[key].provenance.label, facts[key].provenance.at) for key in ("city", "browser", "utm_source")}
    assert told == {
        "city": ("Based on IP address", NOW),
        "browser": ("Seen at a visit", NOW),
        "utm_source": ("Seen at a visit", NOW - timedelta(days=3)),
    }
    assert 'title="Based on IP address"' in page.text
    assert "Edit City" not in page.text


# ---- Details ---------------------------------------------------------------------------------------------------------


def test_each_teammate_chooses_what_details_shows(tess, workspace, ann):
    """ATT-02"""
    choose = reverse("people:details", args=[workspace.app_id, ann.public_id])
    before = detailed(tess, ann)

    tess.post(choose, {"remove": "browser_language"})
    tess.post(choose, {"add": "session_count"})
    tess.post(choose, {"up": "session_count"})

    other = PersonFactory(workspace=workspace)
    after = detailed(tess, other)
    assert ("Browser language" in before, "Web sessions" in before) == (True, False)
    assert ("Browser language" in after, after[-2]) == (False, "Web sessions")
    assert "Browser language" in detailed(tess, other, "?details=all")
    someone = Client()
    someone.force_login(SeatFactory(workspace=workspace).teammate)
    assert detailed(someone, other) == before


def test_the_usual_list_comes_back(tess, workspace, ann):
    """ATT-02"""
    choose = reverse("people:details", args=[workspace.app_id, ann.public_id])
    before = detailed(tess, ann)
    tess.post(choose, {"remove": "owner_id"})

    tess.post(choose, {"reset": "1"})

    assert detailed(tess, ann) == before


def test_details_list_only_standard_attributes(tess, workspace, ann):
    attribute(workspace, "plan")
    choose = reverse("people:details", args=[workspace.app_id, ann.public_id])

    assert tess.post(choose, {"add": "plan"}).status_code == 404
    assert DetailsChoice.objects.count() == 0


def choices(client: Client, person: Person) -> list[str]:
    """The keys that the list of Details can take up."""
    answer = client.get(reverse("people:details", args=[person.workspace.app_id, person.public_id]))
    return [definition.key for definition in answer.context["others"]]


@pytest.mark.parametrize("seen_by", ["ios_sessions", "android_sessions"])
def test_attributes_of_mobile_apps_are_offered_once_an_app_has_sent_something(tess, workspace, ann, seen_by):
    """ATT-04"""
    PersonFactory(workspace=WorkspaceFactory(), **{seen_by: 1})
    choose = reverse("people:details", args=[workspace.app_id, ann.public_id])
    before = "iOS sessions" in detailed(tess, ann, "?details=all"), "ios_sessions" in choices(tess, ann)
    refused = tess.post(choose, {"add": "ios_sessions"}).status_code

    PersonFactory(workspace=workspace, **{seen_by: 1})

    after = "iOS sessions" in detailed(tess, ann, "?details=all"), "ios_sessions" in choices(tess, ann)
    assert (before, refused, after) == ((False, False), 404, (True, True))


def told_by_apps(client: Client, person: Person, query: str = "") -> list[tuple[str, Any]]:
    """What the section of mobile apps shows, if there is one."""
    shown = {one["section"].slug: one for one in client.get(person.page() + query).context["sections"]}
    return [(fact.definition.label, fact.value) for fact in shown["mobile"]["facts"]] if "mobile" in shown else []


def test_what_mobile_apps_told_of_a_person_stands_in_a_section_of_its_own(tess, workspace, ann):
    """ATT-04: nothing of it is on the profiles of those who never used one"""
    on_a_phone = {"android_sessions": 3, "android_last_seen_at": NOW, "android_device": "Pixel 9"}
    joe = PersonFactory(workspace=workspace, enabled_push_messaging=False, **on_a_phone)

    assert told_by_apps(tess, ann) == []
    assert told_by_apps(tess, joe) == [
        ("Last seen on Android", NOW),
        ("Android sessions", 3),
        ("Android device", "Pixel 9"),
        ("Enabled push messaging", False),
    ]


def test_what_details_shows_of_mobile_apps_is_not_shown_twice(tess, workspace):
    """ATT-02, ATT-04"""
    joe = PersonFactory(workspace=workspace, ios_last_seen_at=NOW, ios_sessions=3, ios_device="iPhone 15")
    tess.post(reverse("people:details", args=[workspace.app_id, joe.public_id]), {"add": "ios_sessions"})

    assert told_by_apps(tess, joe) == [("Last seen on iOS", NOW), ("iOS device", "iPhone 15")]
    assert told_by_apps(tess, joe, "?details=all") == []


def test_a_value_from_an_app_is_as_old_as_the_app_was_seen(tess, workspace):
    """BEY-01"""
    joe = PersonFactory(workspace=workspace, ios_last_seen_at=NOW - timedelta(days=1), ios_app_version="4.2.0")

    sections = {shown["section"].slug: shown for shown in tess.get(joe.page()).context["sections"]}
    [_, version] = sections["mobile"]["facts"]

    assert (version.provenance.source, version.provenance.at) == (Source.AUTO, NOW - timedelta(days=1))


def test_a_step_in_place_answers_with_the_section(tess, workspace, ann):
    """UI-01"""
    choose = reverse("people:details", args=[workspace.app_id, ann.public_id])

    answer = tess.post(choose, {"down": "owner_id"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert answer.text.index("User ID") < answer.text.index("Owner")


def test_the_owner_is_shown_by_name(tess, workspace, ann):
    """IDN-24"""
    ana = SeatFactory(workspace=workspace, teammate=TeammateFactory(name="Ana"))
    nobody = tess.get(ann.page()).text
    offer(ann, Source.REST, owner_id=ana.teammate_id)

    assert "No owner" in nobody
    assert "Ana" in tess.get(ann.page()).text


# ---- who may what ----------------------------------------------------------------------------------------------------


def test_without_the_permission_a_profile_is_plain_text(olaf, workspace, ann):
    """PERM-01, PERM-05, QUAL-19"""
    join(ann, CompanyFactory(workspace=workspace), now=NOW)

    page = olaf.get(ann.page()).text

    assert "?edit" not in page
    assert "/detach/" not in page
    assert f"/people/{ann.public_id}/companies/" not in page
    assert "settings/qualification" not in page.split('id="main"')[1]


def test_who_may_edit_is_told_what_an_edit_means(tess, ann):
    """UPD-09, QUAL-20"""
    page = tess.get(ann.page()).text

    assert "Your own database should be the source of truth." in page
    assert "overwritten by your app’s next update" in page


# ---- cost ------------------------------------------------------------------------------------------------------------


def queries_of(client: Client, person: Person) -> list[str]:
    client.get(person.page())
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(person.page())
    return [query["sql"] for query in captured]


def test_a_profile_costs_the_same_queries_whatever_it_shows(tess, workspace, ann):
    for number in range(3):
        attribute(workspace, f"attribute {number}")
    join(ann, CompanyFactory(workspace=workspace), now=NOW)
    few = queries_of(tess, ann)
    for number in range(3, 60):
        attribute(workspace, f"attribute {number}")
    for _ in range(5):
        join(ann, CompanyFactory(workspace=workspace), now=NOW)
    offer(ann, Source.REST, **{f"attribute {number}": "x" for number in range(60)})

    many = queries_of(tess, ann)

    assert len(many) == len(few)
    assert len(many) <= 22  # one of them for each section, the panel above them, who asks, and what they may


def test_a_profile_reads_only_the_columns_it_shows(tess, ann):
    read = " ".join(sql for sql in queries_of(tess, ann) if "people_person" in sql)

    assert '"city"' in read
    assert "android_device" not in read
    assert "utm_term" not in read


def test_the_page_that_somebody_had_open_is_linked(tess: Client, ann: Person) -> None:
    """MSG-14"""
    Person.objects.filter(pk=ann.pk).update(page_url='https://app.example/?q="<b>')

    text = tess.get(ann.page()).content.decode()

    assert '<a href="https://app.example/?q=&quot;&lt;b&gt;" rel="noopener noreferrer nofollow">' in text
