"""Tags, made and hung on people and companies by a program (TAG-01…05)."""

import pytest

from apps.companies.models import Company
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.tags import tagging
from apps.tags.models import Tag, Tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.api.conftest import errors
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
NEWEST = {"Intercom-Version": "2.16"}


@pytest.fixture
def vip(workspace: Workspace) -> Tag:
    return tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)


def carriers(tag: Tag) -> set[tuple[str, int]]:
    return set(Tagging.objects.filter(tag=tag).values_list("about", "record_id"))


def test_a_tag_is_made_once_whatever_its_case(api, tess):
    """TAG-02"""
    made = api.post("/tags", {"name": "Beta"}).json()
    again = api.post("/tags", {"name": "beta"}).json()

    assert made == again == {"type": "tag", "id": made["id"], "name": "Beta"}
    assert isinstance(made["id"], str)
    assert Tag.objects.get().created_by_id == tess.teammate_id


def test_tags_are_listed_and_read(api, vip):
    api.post("/tags", {"name": "Beta"})
    tagging.find_or_create(WorkspaceFactory(), "Elsewhere", by=NOBODY, now=NOW)

    answer = api.get("/tags").json()

    assert answer["type"] == "list"
    assert [tag["name"] for tag in answer["data"]] == ["Beta", "VIP"]
    assert api.get(f"/tags/{vip.pk}").json() == {"type": "tag", "id": str(vip.pk), "name": "VIP"}


def test_a_tag_is_renamed_by_its_id(api, vip):
    assert api.post("/tags", {"id": str(vip.pk), "name": "Gold"}).json()["name"] == "Gold"
    assert api.post("/tags", {"id": vip.pk, "name": "VIP"}).json()["name"] == "VIP"
    assert Tag.objects.count() == 1


def test_a_name_that_another_tag_has_is_refused(api, vip):
    other = api.post("/tags", {"name": "Beta"}).json()

    [error] = errors(api.post("/tags", {"id": other["id"], "name": "vip"}))

    assert error[:2] == (409, "conflict")


@pytest.mark.parametrize("tag_id", ["0", "999", "x", "%00", "9" * 30, "-1", "²"])
def test_an_unknown_tag_is_a_404(tag_id, api, vip):
    for method in (api.get, api.delete):
        assert errors(method(f"/tags/{tag_id}")) == [(404, "not_found", "Resource Not Found")]


def test_another_workspaces_tag_is_not_there(api, ann):
    other = tagging.find_or_create(WorkspaceFactory(), "Elsewhere", by=NOBODY, now=NOW)

    answers = [
        api.get(f"/tags/{other.pk}"),
        api.delete(f"/tags/{other.pk}"),
        api.post("/tags", {"id": str(other.pk), "name": "Mine"}),
        api.post(f"/contacts/{ann.public_id}/tags", {"id": str(other.pk)}),
    ]

    assert [errors(answer) for answer in answers] == [[(404, "not_found", "Resource Not Found")]] * 4


def test_a_deleted_tag_answers_nothing(api, vip, ann):
    """TAG-05"""
    tagging.add(Person, ann.workspace, [ann.pk], vip, by=NOBODY, now=NOW)

    answer = api.delete(f"/tags/{vip.pk}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert api.get(f"/contacts/{ann.public_id}/tags").json()["data"] == []


def test_a_tag_that_a_segment_asks_for_stays(api, vip, workspace):
    """TAG-03"""
    workspace.refresh_from_db()
    saving.create(workspace, "person", "Seg 1", all_of(Condition("tag", "is", vip.pk)), by=NOBODY, now=NOW)

    [(status, code, message)] = errors(api.delete(f"/tags/{vip.pk}"))

    assert (status, code) == (400, "tag_has_dependent_objects")
    assert "Segments: Seg 1." in message


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": 5},
        {"name": "x" * 256},
        {"name": "a\x00b"},
        {"name": "VIP", "users": {}},
        {"name": "VIP", "users": ["a"]},
        {"name": "VIP", "users": [{}]},
        {"name": "VIP", "companies": [{"id": None}]},
        {"name": "VIP", "companies": [{"id": True}]},
        {"name": "VIP", "users": [{"id": {"a": 1}}]},
    ],
)
def test_a_body_that_names_nothing_is_refused(body, api):
    assert [error[:2] for error in errors(api.post("/tags", body))] == [(400, "parameter_invalid")]
    assert not Tag.objects.exists()


# ---- many at once ----------------------------------------------------------------------------------------------------


def test_companies_are_tagged_and_untagged_by_either_id(api, acme, workspace):
    blue = CompanyFactory(workspace=workspace, company_id="7")
    named = [{"company_id": "6"}, {"id": blue.public_id}]

    tag = api.post("/tags", {"name": "VIP", "companies": named}).json()
    vip = Tag.objects.get()
    tagged = carriers(vip)
    api.post("/tags", {"name": "VIP", "companies": [{"company_id": "6", "untag": True}]})

    assert tag == {"type": "tag", "id": str(vip.pk), "name": "VIP"}
    assert tagged == {("company", acme.pk), ("company", blue.pk)}
    assert carriers(vip) == {("company", blue.pk)}
    assert api.get("/companies?company_id=7").json()["tags"] == {"type": "tag.list", "tags": [tag]}


@pytest.mark.parametrize("untag", ["true", 1, "false", []])
def test_nobody_is_tagged_when_it_is_not_clear_that_they_should_be(untag, api, ann, workspace):
    response = api.post("/tags", {"name": "VIP", "users": [{"id": ann.public_id, "untag": untag}]})

    assert errors(response) == [(400, "parameter_invalid", "untag must be true or false.")]
    assert not Tagging.objects.filter(record_id=ann.pk).exists()


def test_people_are_tagged_and_untagged(api, ann, workspace):
    ben = LeadFactory(workspace=workspace)

    api.post("/tags", {"name": "VIP", "users": [{"id": ann.public_id}, {"id": ben.public_id}]})
    api.post("/tags", {"name": "VIP", "users": [{"id": ben.public_id, "untag": True}]})

    assert carriers(Tag.objects.get()) == {("person", ann.pk)}


def test_whoever_is_unknown_stops_it_all(api, ann):
    body = {"name": "VIP", "users": [{"id": ann.public_id}, {"id": "65a92b7ee1a4176d9ab8b357"}]}

    assert errors(api.post("/tags", body)) == [(404, "not_found", "User Not Found")]
    unknown = api.post("/tags", {"name": "VIP", "companies": [{"company_id": "nobody"}]})
    assert errors(unknown) == [(404, "company_not_found", "Company Not Found")]
    assert not Tag.objects.exists()


def test_from_2_16_on_the_answer_tells_whom(api, ann, acme):
    unknown = "65a92b7ee1a4176d9ab8b357"
    body = {
        "name": "VIP",
        "users": [{"id": ann.public_id}, {"id": unknown}],
        "companies": [{"id": acme.public_id, "untag": True}],
    }

    answer = api.post("/tags", body, **NEWEST).json()

    assert answer["users"] == [{"id": ann.public_id, "tagged": True}]
    assert answer["companies"] == [{"id": acme.public_id, "tagged": False}]


def test_tagging_many_costs_the_queries_of_tagging_one(api, workspace, django_assert_max_num_queries):
    people = [{"id": person.public_id} for person in PersonFactory.create_batch(20, workspace=workspace)]
    companies = [{"id": company.public_id} for company in CompanyFactory.create_batch(20, workspace=workspace)]
    api.post("/tags", {"name": "VIP"})

    with django_assert_max_num_queries(12):
        api.post("/tags", {"name": "VIP", "users": people, "companies": companies})

    assert Tagging.objects.count() == 40


# ---- on one contact --------------------------------------------------------------------------------------------------


def test_a_contact_is_tagged_and_untagged(api, ann, vip, tess):
    """TAG-01, TAG-04"""
    here = f"/contacts/{ann.public_id}/tags"

    tagged = api.post(here, {"id": str(vip.pk)}).json()
    listed = api.get(here).json()
    nested = api.get(f"/contacts/{ann.public_id}").json()["tags"]
    untagged = api.delete(f"{here}/{vip.pk}").json()

    assert tagged == {
        "type": "tag",
        "id": str(vip.pk),
        "name": "VIP",
        "applied_at": tagged["applied_at"],
        "applied_by": {"type": "admin", "id": str(tess.teammate_id)},
    }
    assert listed == {"type": "list", "data": [tagged]}
    assert (nested["data"], nested["total_count"]) == (
        [{"type": "tag", "id": str(vip.pk), "url": f"/tags/{vip.pk}"}],
        1,
    )
    assert untagged == tagged
    assert carriers(vip) == set()


def test_tagging_twice_keeps_the_first_and_untagging_twice_is_harmless(api, ann, vip):
    here = f"/contacts/{ann.public_id}/tags"

    first, second = (api.post(here, {"id": vip.pk}).json() for _ in range(2))
    gone = [api.delete(f"{here}/{vip.pk}").status_code for _ in range(2)]

    assert (first, gone) == (second, [200, 200])


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"id": []}, 400), ({"id": "x"}, 404), ({"id": "999"}, 404)])
def test_tagging_needs_a_tag_that_is_there(body, status, api, ann, vip):
    [error] = errors(api.post(f"/contacts/{ann.public_id}/tags", body))

    assert error[0] == status


def test_a_companys_tags_are_not_a_persons(api, ann, vip):
    Tagging.objects.create(workspace=ann.workspace, tag=vip, about=Company.about, record_id=ann.pk, applied_at=NOW)

    assert api.get(f"/contacts/{ann.public_id}/tags").json()["data"] == []
