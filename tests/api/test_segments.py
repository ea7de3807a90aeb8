"""Segments, read by a program (SEG-10)."""

import pytest

from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.api.conftest import errors
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def irish(workspace):
    asked = all_of(Condition("country", "is", "Ireland"))
    return saving.create(workspace, "person", "Irish", asked, by=NOBODY, now=NOW)


def by_name(answer: object) -> dict[str, dict]:
    return {segment["name"]: segment for segment in answer.json()["segments"]}


def test_the_segments_that_every_workspace_has_are_listed(api):
    """SEG-03"""
    answer = api.get("/segments")

    assert answer.json()["type"] == "segment.list"
    assert list(by_name(answer)) == ["All users", "All leads", "New", "Active", "Slipping away"]
    assert {len(segment["id"]) for segment in answer.json()["segments"]} == {24}


def test_each_is_counted_where_that_is_asked(api, workspace, irish):
    """SEG-10"""
    PersonFactory(workspace=workspace, country="Ireland", last_seen_at=clock.now())
    LeadFactory(workspace=workspace)

    counted, plain = api.get("/segments?include_count=true"), api.get("/segments")

    counts = {name: segment["count"] for name, segment in by_name(counted).items()}
    assert counts == {"All users": 1, "All leads": 1, "New": 0, "Active": 1, "Slipping away": 0, "Irish": 1}
    assert all("count" not in segment for segment in by_name(plain).values())


def test_a_segment_is_read_by_its_id(api, irish):
    found = by_name(api.get("/segments"))["Irish"]

    assert api.get(f"/segments/{found['id']}").json() == found
    assert found == {
        "type": "segment",
        "id": found["id"],
        "name": "Irish",
        "created_at": 1773154800,
        "updated_at": 1773154800,
        "person_type": "user",
    }


def test_segments_of_leads_are_of_contacts(api):
    types = {name: segment["person_type"] for name, segment in by_name(api.get("/segments")).items()}

    assert (types["All leads"], types["All users"]) == ("contact", "user")


def test_a_search_takes_the_id_of_a_segment(api, workspace, irish):
    ann = PersonFactory(workspace=workspace, country="Ireland")
    PersonFactory(workspace=workspace)
    segment_id = by_name(api.get("/segments"))["Irish"]["id"]

    def found(operator: str, value: object) -> list[str]:
        query = {"field": "segment_id", "operator": operator, "value": value}
        answer = api.post("/contacts/search", {"query": query})
        return [contact["id"] for contact in answer.json()["data"]]

    assert found("=", segment_id) == found("IN", [segment_id]) == found("=", str(irish.pk)) == [ann.public_id]


def test_a_contacts_segments_are_those_they_are_in(api, workspace, irish):
    """SEG-05: not those that only repeat what they are"""
    ann = PersonFactory(workspace=workspace, country="Ireland", last_seen_at=clock.now())

    answer = api.get(f"/contacts/{ann.public_id}/segments").json()

    assert (answer["type"], [segment["name"] for segment in answer["data"]]) == ("list", ["Active", "Irish"])


def test_another_workspaces_segment_is_not_there(api, workspace):
    elsewhere = WorkspaceFactory()
    asked = all_of(Condition("country", "is", "Ireland"))
    other = saving.create(elsewhere, "person", "Theirs", asked, by=NOBODY, now=NOW)

    for unknown in (str(other.pk), "x", "65a92b7ee1a4176d9ab8b357"):
        assert errors(api.get(f"/segments/{unknown}")) == [(404, "not_found", "Resource Not Found")]


def test_segments_are_not_made_here(api):
    """SEG-10"""
    assert errors(api.post("/segments", {"name": "x"}))[0][:2] == (404, "not_found")
