"""A company's page: figures, qualification, attributes, and who belongs to it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.companies.models import Company, Membership
from apps.people.models import Person, Role
from apps.qualification.choosing import add
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def sun(workspace: Workspace) -> Company:
    return CompanyFactory(workspace=workspace, company_id="6", name="Blue Sun", plan="Gold", session_count=300)


@pytest.fixture
def ann(workspace: Workspace, sun: Company) -> Person:
    person = PersonFactory(workspace=workspace, name="Ann")
    join(person, sun, now=NOW)
    return person


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)
    return client


@pytest.fixture
def olaf(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    return client


def offer(company: Company, source: Source, **values: object) -> None:
    workspace = Workspace.objects.get(pk=company.workspace_id)
    write(Company, workspace, {company.pk: values}, source, now=NOW)


def cell(company: Company, key: str) -> str:
    place = [company.workspace.app_id, "company", company.public_id, "company", key]
    return reverse("qualification:cell", args=place)


def attach(company: Company) -> str:
    return reverse("companies:attach-person", args=[company.workspace.app_id, company.public_id])


def detach(company: Company, person: Person) -> str:
    return reverse("companies:detach-person", args=[company.workspace.app_id, company.public_id, person.public_id])


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


def figures(text: str) -> dict[str, str]:
    found = re.findall(r'<div class="figure"><dt>(.*?)</dt><dd>(.*?)</dd></div>', text, re.DOTALL)
    return {label: text_of(value) for label, value in found}


def members(company: Company) -> list[str]:
    return list(Membership.objects.filter(company=company).order_by("pk").values_list("person__name", flat=True))


def listed(text: str) -> list[str]:
    section = text.partition('id="section-people"')[2].partition("</section>")[0]
    return re.findall(r'<a class="item-title"[^>]*>([^<]*)</a>', section)


# ---- the page --------------------------------------------------------------------------------------------------------


def test_the_card_reads_plan_spend_people_sessions_last_seen_and_created(tess, sun, ann):
    """CO-09"""
    join(PersonFactory(workspace=sun.workspace), sun, now=NOW)
    join(PersonFactory(workspace=sun.workspace, role=Role.VISITOR), sun, now=NOW)

    text = tess.get(sun.page()).text

    assert figures(text) == {
        "Plan": "Gold",
        "Monthly spend": "Unknown",
        "People": "2",
        "Company web sessions": "300",
        "Company last seen": "Unknown",
        "Created at": "10 Mar 2026, 15:00",
    }
    headings = re.findall(r'<h2 id="heading-(\w+)"', text)
    assert headings == ["qualification", "people", "segments", "notes", "tags", "attributes"]


def test_the_path_ends_in_the_id_and_only_the_workspaces_own_companies_are_there(tess, sun):
    strangers, archived = CompanyFactory(), CompanyFactory(workspace=sun.workspace, state="archived")
    strange = reverse("companies:profile", args=[sun.workspace.app_id, strangers.public_id])

    assert sun.page() == f"/apps/{sun.workspace.app_id}/companies/{sun.public_id}/"
    assert [tess.get(path).status_code for path in (sun.page(), strange, archived.page())] == [200, 404, 404]


def test_every_attribute_is_shown_with_where_it_comes_from(tess, workspace, sun):
    """BEY-01"""
    attribute(workspace, "tier", "text", about="company")
    offer(sun, Source.PING, tier="A", industry="Mining")

    text = tess.get(sun.page()).text

    section = text.partition('id="section-attributes"')[2]
    pairs = re.findall(r'<div class="pair"><dt>(.*?)</dt><dd>(.*?)</dd></div>', section, re.DOTALL)
    shown = {text_of(label): value for label, value in pairs}
    assert len(shown) == 14
    assert ["A " in text_of(shown["tier"]), "Mining" in text_of(shown["Company industry"])] == [True, True]
    assert f"/history/company/{sun.public_id}/tier/" in shown["tier"]
    history = tess.get(f"/apps/{workspace.app_id}/history/company/{sun.public_id}/tier/")
    assert f'href="{sun.page()}"' in history.text


def test_attributes_outside_the_set_are_read_only(tess, workspace, sun):
    """QUAL-18, CO-03"""
    attribute(workspace, "tier", "text", about="company")

    text = tess.get(sun.page()).text

    assert cell(sun, "size") + "?edit" in text
    assert cell(sun, "tier") not in text
    assert tess.post(cell(sun, "tier"), {"value": "A"}).status_code == 404


def test_the_panel_says_that_the_app_overwrites_it(tess, sun):
    """QUAL-20, UPD-09"""
    text = tess.get(sun.page()).text

    assert "Your own database should be the source of truth." in text
    assert "overwritten by your app’s next update" in text


def test_an_edit_on_the_companys_page_shows_on_all_its_members_profiles(tess, workspace, sun, ann):
    """QUAL-18"""
    ben = LeadFactory(workspace=workspace)
    join(ben, sun, now=NOW)

    answer = tess.post(cell(sun, "size"), {"value": "85", "record": sun.public_id})

    assert (answer.status_code, answer["Location"]) == (302, f"{sun.page()}#cell-company-size")
    for person in (ann, ben):
        panel = tess.get(person.page()).text.partition('id="cell-company-size"')[2]
        assert text_of(panel).startswith("> Edit Company size: 85 ")


def test_a_ping_overwrites_what_was_typed(tess, workspace, sun):
    """QUAL-20"""
    attribute(workspace, "tier", "text", about="company")
    workspace.refresh_from_db()
    add(workspace, catalogue_of(workspace, "company")["tier"], by=NOBODY, now=NOW)
    tess.post(cell(sun, "tier"), {"value": "A", "record": sun.public_id})
    typed = text_of(tess.get(cell(sun, "tier"), headers=HTMX).text)

    offer(sun, Source.PING, tier="B")

    assert "Edit tier: A" in typed
    assert "Edit tier: B" in text_of(tess.get(cell(sun, "tier"), headers=HTMX).text)


def test_a_saved_name_changes_the_head_and_the_attributes_as_well(tess, sun):
    """UPD-08"""
    answer = tess.post(cell(sun, "name"), {"value": "Red Sun", "record": sun.public_id}, headers=HTMX)

    assert "<h1>Red Sun</h1>" in answer.text
    assert "<title>Red Sun" in answer.text
    fact = answer.text.partition('id="fact-company-name" hx-swap-oob="true"')[2]
    assert text_of(fact.partition(">")[2])[:7] == "Red Sun"


def test_who_may_only_read_gets_no_controls(olaf, sun, ann):
    """PERM-02"""
    text = olaf.get(sun.page()).text

    assert ("?edit" in text, "Detach" in text, attach(sun) in text) == (False, False, False)
    assert "Ann" in listed(text)


def test_thirty_members_and_attributes_cost_the_queries_of_one(tess, workspace, sun, ann):
    """UI-05"""
    tess.get(sun.page())
    with CaptureQueriesContext(connection) as for_one:
        tess.get(sun.page())
    for number in range(30):
        join(PersonFactory(workspace=workspace, last_seen_at=NOW), sun, now=NOW)
        attribute(workspace, f"a{number}", "text", about="company")
    workspace.refresh_from_db()
    tess.get(sun.page())  # the catalogue is read once

    with CaptureQueriesContext(connection) as for_thirty:
        text = tess.get(sun.page()).text

    assert len(listed(text)) == 10
    assert len(for_thirty) == len(for_one) <= 14


# ---- people ----------------------------------------------------------------------------------------------------------


def test_members_stand_newest_seen_first_and_are_paged(tess, workspace, sun):
    """CO-01, UI-05"""
    for number in range(15):
        seen = NOW - timedelta(minutes=number) if number else None
        join(PersonFactory(workspace=workspace, name=f"P{number:02}", last_seen_at=seen), sun, now=NOW)

    first = tess.get(sun.page()).text
    address = re.search(r'rel="next" href="([^"]*)"', first)[1]
    part = tess.get(address, headers={**HTMX, "HX-Target": "section-people"}).text

    assert listed(first) == [f"P{number:02}" for number in range(1, 11)]
    assert listed(part) == [*(f"P{number:02}" for number in range(11, 15)), "P00"]
    assert "<html" not in part
    assert "11–15 of 15" in part


def test_one_person_stands_on_the_pages_of_both_companies(tess, workspace, sun, ann):
    """CO-01"""
    seven = CompanyFactory(workspace=workspace, company_id="7")
    join(ann, seven, now=NOW)

    assert [listed(tess.get(company.page()).text) for company in (sun, seven)] == [["Ann"], ["Ann"]]


def test_pages_of_people_and_companies_lead_to_each_other(tess, sun, ann):
    assert f'href="{ann.page()}"' in tess.get(sun.page()).text
    assert f'href="{sun.page()}"' in tess.get(ann.page()).text


def test_somebody_is_found_by_any_part_and_attached(tess, workspace, sun, ann):
    """CO-01, UI-01"""
    ben = LeadFactory(workspace=workspace, name="Ben", email="ben@x.io")
    PersonFactory(workspace=workspace, role=Role.VISITOR, name="Ben the visitor")
    PersonFactory(name="Ben of another workspace")

    found = tess.get(attach(sun), {"q": "EN@X"}, headers=HTMX).context["found"]
    by_name = tess.get(attach(sun), {"q": "ben"}).context["found"]
    answer = tess.post(attach(sun), {"person": ben.public_id}, headers=HTMX)

    assert (found, by_name) == ([ben], [ben])
    assert members(sun) == ["Ann", "Ben"]
    assert figures(answer.text)["People"] == "2"
    assert (listed(answer.text), answer["HX-Trigger"]) == (["Ben", "Ann"], "dialog-close")


def test_who_belongs_to_it_is_not_offered_again(tess, sun, ann):
    assert tess.get(attach(sun)).context["found"] == []


def test_without_script_attaching_leads_back_to_the_page(tess, workspace, sun):
    """UI-08"""
    eve = PersonFactory(workspace=workspace, name="Eve")

    answer = tess.post(attach(sun), {"person": eve.public_id}, follow=True)

    assert "Attached Eve." in answer.text
    assert listed(answer.text) == ["Eve"]


def test_detaching_asks_first_and_takes_nothing_but_the_link(tess, sun, ann):
    """CO-08"""
    question = tess.get(detach(sun, ann))
    before = members(sun)
    tess.post(detach(sun, ann))

    assert "Detach Ann?" in question.text
    assert (before, members(sun), Company.objects.count(), Person.objects.count()) == (["Ann"], [], 1, 1)


def test_who_does_not_belong_to_it_cannot_be_detached_nor_a_stranger_attached(tess, workspace, sun):
    outsider, stranger = PersonFactory(workspace=workspace), PersonFactory()

    assert tess.post(detach(sun, outsider)).status_code == 404
    assert tess.post(attach(sun), {"person": stranger.public_id}).status_code == 404
    assert tess.post(attach(sun), {"person": "nonsense\x00"}).status_code == 404


def test_a_forged_post_without_the_permission_is_refused(olaf, workspace, sun, ann):
    """PERM-05"""
    other = PersonFactory(workspace=workspace)

    answers = [olaf.post(attach(sun), {"person": other.public_id}), olaf.post(detach(sun, ann))]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert members(sun) == ["Ann"]
