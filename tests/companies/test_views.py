"""A person's companies on their profile: attach one that exists, detach one."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.companies.arrivals import join
from apps.companies.models import Company, Membership
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


@pytest.fixture
def acme(workspace: Workspace) -> Company:
    return CompanyFactory(workspace=workspace, name="Acme", plan="Gold")


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)
    return client


def attach(person: Person) -> str:
    return reverse("companies:attach", args=[person.workspace.app_id, person.public_id])


def detach(person: Person, company: Company) -> str:
    return reverse("companies:detach", args=[person.workspace.app_id, person.public_id, company.public_id])


def companies_of(person: Person) -> list[str]:
    return list(Membership.objects.filter(person=person).values_list("company__name", flat=True))


def test_a_profile_lists_companies_with_plan_and_last_seen(tess, ann, acme, workspace):
    join(ann, acme, now=NOW)
    Company.objects.update(last_request_at=NOW)

    page = tess.get(ann.page()).text

    assert "Acme" in page
    assert "Gold · seen <time" in page


def test_an_archived_company_is_not_listed(tess, ann, acme):
    """CO-08"""
    join(ann, acme, now=NOW)
    Company.objects.update(state="archived")

    assert "Acme" not in tess.get(ann.page()).text.split('id="main"')[1]


def test_an_existing_company_is_found_by_the_beginning_of_its_name(tess, ann, acme, workspace):
    CompanyFactory(workspace=workspace, name="Umbrella")
    CompanyFactory(name="Acme of another workspace")

    answer = tess.get(attach(ann), {"q": "ac"}, headers=HTMX)

    assert [company.name for company in answer.context["found"]] == ["Acme"]


def test_a_company_that_they_belong_to_is_not_offered_again(tess, ann, acme):
    join(ann, acme, now=NOW)

    assert tess.get(attach(ann)).context["found"] == []


def test_attaching_in_place_changes_the_section_and_the_panel(tess, ann, acme):
    """UI-01"""
    answer = tess.post(attach(ann), {"company": acme.public_id}, headers=HTMX)

    assert companies_of(ann) == ["Acme"]
    assert 'id="section-companies"' in answer.text
    assert 'id="section-qualification"' in answer.text
    assert answer.headers["HX-Trigger"] == "dialog-close"


def test_attaching_what_is_attached_already_is_no_error(tess, ann, acme):
    """CO-08: a second click changes nothing more."""
    answers = [tess.post(attach(ann), {"company": acme.public_id}, headers=HTMX) for _ in range(2)]

    assert ([answer.status_code for answer in answers], companies_of(ann)) == ([200, 200], ["Acme"])


def test_without_script_attaching_leads_back_to_the_profile(tess, ann, acme):
    """UI-08"""
    answer = tess.post(attach(ann), {"company": acme.public_id}, follow=True)

    assert "Attached to Acme." in answer.text


def test_detaching_asks_first_and_takes_nothing_but_the_link(tess, ann, acme):
    """CO-08"""
    join(ann, acme, now=NOW)

    question = tess.get(detach(ann, acme))
    before = companies_of(ann)
    tess.post(detach(ann, acme))

    assert "Detach Acme?" in question.text
    assert (before, companies_of(ann), Company.objects.count()) == (["Acme"], [], 1)


@pytest.mark.parametrize("address", ["attach", "detach"])
def test_a_forged_post_without_the_permission_is_refused(client, workspace, ann, acme, address):
    """PERM-05"""
    join(ann, acme, now=NOW)
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    other = CompanyFactory(workspace=workspace)

    target = attach(ann) if address == "attach" else detach(ann, acme)
    answer = client.post(target, {"company": other.public_id})

    assert (answer.status_code, companies_of(ann)) == (403, ["Acme"])


def test_companies_of_another_workspace_cannot_be_attached(tess, ann):
    stranger = CompanyFactory()

    assert tess.post(attach(ann), {"company": stranger.public_id}).status_code == 404
    assert tess.post(attach(ann), {"company": "nonsense\x00"}).status_code == 404
    assert tess.post(detach(ann, stranger)).status_code == 404


def test_names_are_offered_while_one_is_typed(tess, workspace, acme):
    """QUAL-26"""
    CompanyFactory(workspace=workspace, name="Umbrella")

    answer = tess.get(reverse("companies:names", args=[workspace.app_id]), {"value": "AC"})

    assert answer.text.strip() == '<option value="Acme"></option>'
