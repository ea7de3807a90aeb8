"""Companies read, changed, listed and deleted by a program, and who belongs to them."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from apps.api import scrolling
from apps.api.segment_ids import id_of
from apps.attributes.models import State
from apps.companies.arrivals import join
from apps.companies.models import Company, Membership
from apps.people.models import Person
from apps.segments.language import Condition, all_of, written
from apps.segments.models import Segment
from apps.segments.standing import find
from apps.tags import tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from tests.api.conftest import errors
from tests.factories import NOW, CompanyFactory, PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


def ids(response: object) -> list[str]:
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["data"]]


def peopled(workspace: Workspace, **values: object) -> Company:
    company = CompanyFactory(workspace=workspace, **values)
    join(PersonFactory(workspace=workspace), company, now=NOW)
    return company


# ---- one company -----------------------------------------------------------------------------------------------------


def test_a_company_is_found_by_each_of_its_names(api, acme):
    for path in (f"/companies/{acme.public_id}", "/companies?company_id=6", "/companies?name=Acme"):
        answer = api.get(path).json()
        assert (answer["type"], answer["id"], answer["company_id"]) == ("company", acme.public_id, "6")


@pytest.mark.parametrize(
    "path",
    ["/65a92b7ee1a4176d9ab8b357", "/6", "?company_id=7", "?name=acme", "?company_id=%F0", "/x/contacts", "/x/segments"],
)
def test_an_unknown_company_is_a_404(path, api, acme):
    assert errors(api.get(f"/companies{path}")) == [(404, "company_not_found", "Company Not Found")]


def test_another_workspaces_company_is_not_there(api):
    other = CompanyFactory(workspace=WorkspaceFactory(), company_id="9")

    for method, path in (("get", f"/{other.public_id}"), ("put", f"/{other.public_id}"), ("get", "?company_id=9")):
        answer = getattr(api, method)(f"/companies{path}")
        assert errors(answer) == [(404, "company_not_found", "Company Not Found")]


def test_a_change_names_what_it_changes_and_never_the_company_id(api, acme, workspace):
    """CO-02"""
    attribute(workspace, "tier", about="company")

    answer = api.put(
        f"/companies/{acme.public_id}",
        {"company_id": "66", "name": "Blue", "plan": "Pro", "custom_attributes": {"tier": "gold"}},
    ).json()

    assert (answer["company_id"], answer["name"], answer["plan"]["name"]) == ("6", "Blue", "Pro")
    assert answer["custom_attributes"] == {"tier": "gold"}


def test_a_change_that_is_refused_changes_nothing(api, acme):
    answer = api.put(f"/companies/{acme.public_id}", {"name": "Blue", "custom_attributes": {"tier": "gold"}})

    acme.refresh_from_db()
    assert [error[:2] for error in errors(answer)] == [(400, "parameter_invalid")]
    assert acme.name == "Acme"


def test_a_deleted_company_leaves_its_people(api, acme, ann, token):
    """CO-08"""
    join(ann, acme, now=NOW)

    answer = api.delete(f"/companies/{acme.public_id}").json()

    acme.refresh_from_db()
    assert answer == {"id": acme.public_id, "object": "company", "deleted": True}
    assert (acme.state, Membership.objects.count()) == (State.ARCHIVED, 0)
    assert api.get(f"/contacts/{ann.public_id}").json()["companies"]["total_count"] == 0
    assert errors(api.get(f"/companies/{acme.public_id}")) == [(404, "company_not_found", "Company Not Found")]
    assert AuditEntry.objects.get().token_id == token.pk


def test_a_deleted_company_comes_back_when_it_is_sent_again(api, acme):
    api.delete(f"/companies/{acme.public_id}")

    again = api.post("/companies", {"company_id": "6"}).json()

    assert (again["id"], api.get("/companies?company_id=6").status_code) == (acme.public_id, 200)


# ---- lists -----------------------------------------------------------------------------------------------------------


def test_companies_with_people_are_listed_the_latest_activity_first(api, workspace):
    """CO-06, CO-07"""
    CompanyFactory(workspace=workspace)
    idle = peopled(workspace)
    old = peopled(workspace, last_request_at=NOW - timedelta(days=2))
    new = peopled(workspace, last_request_at=NOW)

    newest_first = [new.public_id, old.public_id, idle.public_id]
    assert ids(api.post("/companies/list")) == newest_first
    assert ids(api.get("/companies")) == newest_first
    assert ids(api.post("/companies/list?order=asc")) == newest_first[::-1]


def test_pages_of_companies_end_with_an_empty_one(api, workspace):
    """API-08"""
    for _ in range(3):
        peopled(workspace)

    pages = [api.post(f"/companies/list?page={page}&per_page=2").json() for page in (1, 2, 3)]

    assert [len(page["data"]) for page in pages] == [2, 1, 0]
    assert [page["total_count"] for page in pages] == [3, 3, 3]
    assert [page["pages"]["next"] for page in pages] == [{"page": 2, "per_page": 2}, None, None]


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=151", "order=up", "page=1.5"])
def test_a_page_that_is_none_is_refused(query, api):
    assert [error[:2] for error in errors(api.post(f"/companies/list?{query}"))] == [(400, "parameter_invalid")]


def test_companies_are_listed_by_tag_and_by_segment(api, workspace):
    pro = peopled(workspace, plan="Pro")
    peopled(workspace)
    vip = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Company, workspace, [pro.pk], vip, by=NOBODY, now=NOW)
    asked = written(all_of(Condition("plan", "is", "Pro")))
    times = {"created_at": NOW, "updated_at": NOW}
    saved = Segment.objects.create(workspace=workspace, about="company", name="Pros", filter=asked, **times)
    workspace.refresh_from_db()
    segment_id = id_of(workspace, find(workspace, "company", str(saved.pk)))

    assert ids(api.get(f"/companies?tag_id={vip.pk}")) == [pro.public_id]
    assert ids(api.get(f"/companies?segment_id={segment_id}")) == [pro.public_id]
    inside = api.get(f"/companies/{pro.public_id}/segments").json()
    assert [(one["id"], one["name"]) for one in inside["data"]] == [(segment_id, "Pros")]
    for unknown in ("tag_id=999", "tag_id=x", "segment_id=x"):
        assert errors(api.get(f"/companies?{unknown}")) == [(404, "not_found", "Resource Not Found")]


def test_a_list_of_many_costs_the_queries_of_a_list_of_one(api, workspace, django_assert_max_num_queries):
    """No call asks more than twelve times."""
    for _ in range(10):
        company = peopled(workspace)
        tag = tagging.find_or_create(workspace, f"tag of {company.pk}", by=NOBODY, now=NOW)
        tagging.add(Company, workspace, [company.pk], tag, by=NOBODY, now=NOW)
    api.get("/companies")

    with django_assert_max_num_queries(12):
        answer = api.get("/companies").json()

    assert [len(one["tags"]["tags"]) for one in answer["data"]] == [1] * 10


# ---- scrolling -------------------------------------------------------------------------------------------------------


@pytest.fixture
def _scrolled(workspace):
    yield
    cache.delete(f"scroll:{workspace.pk}")


@pytest.mark.usefixtures("_scrolled")
def test_all_companies_are_scrolled_over_once(api, workspace, monkeypatch):
    monkeypatch.setattr(scrolling, "SIZE", 2)
    companies = [company.public_id for company in CompanyFactory.create_batch(3, workspace=workspace)]

    first = api.get("/companies/scroll").json()
    param = first["scroll_param"]
    second, last = (api.get(f"/companies/scroll?scroll_param={param}").json() for _ in range(2))

    assert [one["id"] for one in first["data"] + second["data"]] == companies
    assert last == {"type": "list", "data": [], "pages": None, "total_count": None}
    assert errors(api.get(f"/companies/scroll?scroll_param={param}")) == [
        (404, "not_found", "scroll parameter not found")
    ]


@pytest.mark.usefixtures("_scrolled")
def test_one_scroll_at_once(api, acme):
    api.get("/companies/scroll")

    again = api.get("/companies/scroll")

    assert errors(again) == [(400, "scroll_exists", "scroll already exists for this workspace")]


# ---- people ----------------------------------------------------------------------------------------------------------


def test_the_people_of_a_company_are_whole_contacts(api, acme, ann, workspace):
    join(ann, acme, now=NOW)
    join(PersonFactory(workspace=workspace, state=State.ARCHIVED), acme, now=NOW)

    answer = api.get(f"/companies/{acme.public_id}/contacts").json()

    assert [one["email"] for one in answer["data"]] == ["a@x.io"]
    assert (answer["total_count"], answer["pages"]["next"]) == (1, None)


def test_a_contact_is_attached_and_detached(api, acme, ann):
    """API-11; attaching twice is harmless"""
    here = f"/contacts/{ann.public_id}/companies"

    attached = [api.post(here, {"id": acme.public_id}).json() for _ in range(2)]
    listed = api.get(here).json()
    detached = api.delete(f"{here}/{acme.public_id}").json()

    assert [(one["id"], one["user_count"]) for one in (*attached, detached)] == [
        (acme.public_id, 1),
        (acme.public_id, 1),
        (acme.public_id, 0),
    ]
    assert [one["id"] for one in listed["data"]] == [one["id"] for one in listed["companies"]] == [acme.public_id]
    assert api.get(here).json()["total_count"] == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, (400, "parameter_not_found", "company not specified")),
        ({"id": "6"}, (404, "company_not_found", "Company Not Found")),
        ({"id": 6}, (404, "company_not_found", "Company Not Found")),
        ({"id": ["6"]}, (404, "company_not_found", "Company Not Found")),
        ({"id": "65a92b7ee1a4176d9ab8b357"}, (404, "company_not_found", "Company Not Found")),
    ],
)
def test_attaching_needs_a_company_that_is_there(body, error, api, ann, acme):
    assert errors(api.post(f"/contacts/{ann.public_id}/companies", body)) == [error]


def test_the_next_page_of_a_contacts_companies_is_an_address(api, ann, workspace):
    for company in CompanyFactory.create_batch(3, workspace=workspace):
        join(ann, company, now=NOW)

    first = api.get(f"/contacts/{ann.public_id}/companies?per_page=2").json()
    following = first["pages"]["next"]
    rest = api.get(following.removeprefix("http://testserver")).json()

    assert following.startswith(f"http://testserver/contacts/{ann.public_id}/companies?")
    assert (len(first["data"]), len(rest["data"]), rest["pages"]["next"]) == (2, 1, None)


def test_nobody_joins_a_thousand_and_first_company(api, ann, acme, workspace):
    """CO-10"""
    companies = Company.objects.bulk_create(
        Company(workspace=workspace, company_id=f"c{number}", public_id=f"{number:024x}") for number in range(1_000)
    )
    Membership.objects.bulk_create(
        Membership(workspace=workspace, person=ann, company=company, created_at=NOW) for company in companies
    )

    [error] = errors(api.post(f"/contacts/{ann.public_id}/companies", {"id": acme.public_id}))

    assert error[:2] == (400, "contact_company_limit_exceeded")
    assert Person.objects.get(pk=ann.pk).memberships.count() == 1_000
