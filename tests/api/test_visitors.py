"""Visitors, read, changed and converted by a program (IDN-10, IDN-11)."""

import pytest

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.events import recording
from apps.people.models import Person, Role
from apps.workspace.hands import NOBODY
from tests.api.conftest import errors, value
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(workspace) -> Person:
    return PersonFactory(
        workspace=workspace,
        role=Role.VISITOR,
        external_id=None,
        visitor_id="v-1",
        pseudonym="Violet Circle from Dublin",
        city="Dublin",
        session_count=3,
        last_seen_at=NOW,
    )


def convert(api: object, to: str, user: object, visitor: object) -> object:
    return api.post("/visitors/convert", {"type": to, "user": user, "visitor": visitor})


def test_a_visitor_is_read_by_the_id_of_their_browser(api, visitor):
    answer = api.get("/visitors?user_id=v-1").json()

    assert answer == api.get(f"/visitors/{visitor.public_id}").json()
    told = ("type", "id", "user_id", "anonymous", "email", "pseudonym", "session_count", "app_id")
    assert {key: answer[key] for key in told} == {
        "type": "visitor",
        "id": visitor.public_id,
        "user_id": "v-1",
        "anonymous": True,
        "email": "",
        "pseudonym": "Violet Circle from Dublin",
        "session_count": 3,
        "app_id": "abc1234",
    }
    assert (answer["last_request_at"], answer["las_request_at"]) == (1773154800, 1773154800)
    assert answer["location_data"] == {"type": "location_data", "city_name": "Dublin"}


@pytest.mark.parametrize("path", ["?user_id=nobody", "?user_id=%FF", "/x", "/65a92b7ee1a4176d9ab8b357"])
def test_an_unknown_visitor_is_a_404(path, api, visitor):
    assert errors(api.get(f"/visitors{path}")) == [(404, "not_found", "Visitor Not Found")]


def test_contacts_and_other_workspaces_visitors_are_no_visitors(api, workspace):
    LeadFactory(workspace=workspace, visitor_id="v-2")
    PersonFactory(workspace=WorkspaceFactory(), role=Role.VISITOR, external_id=None, visitor_id="v-3")

    for visitor_id in ("v-2", "v-3"):
        assert errors(api.get(f"/visitors?user_id={visitor_id}")) == [(404, "not_found", "Visitor Not Found")]


def test_a_visitor_is_changed(api, visitor, workspace):
    attribute(workspace, "plan")

    answer = api.put("/visitors", {"user_id": "v-1", "name": "Vic", "custom_attributes": {"plan": "pro"}}).json()

    visitor.refresh_from_db()
    assert (answer["name"], answer["custom_attributes"]) == ("Vic", {"plan": "pro"})
    assert (visitor.role, value(visitor, "plan")) == (Role.VISITOR, "pro")


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"id": "x"}, 404), ({"user_id": 5}, 404), ({"user_id": "v-1", "custom_attributes": {"no": 1}}, 400)],
)
def test_a_change_names_a_visitor_and_what_there_is(body, status, api, visitor):
    [error] = errors(api.put("/visitors", body))

    assert error[0] == status


# ---- converting ------------------------------------------------------------------------------------------------------


def test_a_visitor_becomes_a_lead(api, visitor):
    """IDN-10"""
    answer = convert(api, "lead", {"email": "v@x.io"}, {"user_id": "v-1"}).json()

    assert (answer["id"], answer["role"], answer["email"]) == (visitor.public_id, "lead", "v@x.io")
    assert Person.objects.get().session_count == 3
    assert errors(api.get("/visitors?user_id=v-1")) == [(404, "not_found", "Visitor Not Found")]


def test_a_visitor_becomes_a_user_nobody_is_yet(api, visitor):
    """IDN-11"""
    answer = convert(api, "user", {"user_id": "7", "email": "v@x.io"}, {"id": visitor.public_id}).json()

    assert (answer["id"], answer["role"]) == (visitor.public_id, "user")
    assert (answer["external_id"], answer["email"]) == ("7", "v@x.io")


@pytest.mark.parametrize("named", ["id", "user_id", "email"])
def test_a_visitor_is_merged_into_the_user_who_is_meant(named, api, visitor, ann):
    happened = recording.Occurrence(visitor.pk, "read-pricing", NOW)
    recording.record(visitor.workspace, [happened], source=Source.PING, by=NOBODY, now=NOW)
    user = {"id": ann.public_id, "user_id": "1", "email": "a@x.io"}

    answer = convert(api, "user", {named: user[named]}, {"user_id": "v-1"}).json()

    ann.refresh_from_db()
    assert (answer["id"], ann.session_count, ann.events.count()) == (ann.public_id, 3, 1)
    assert list(Person.objects.values_list("pk", flat=True)) == [ann.pk]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"type": "visitor", "user": {}, "visitor": {}}, 400),
        ({"type": ["user"], "user": {}, "visitor": {}}, 400),
        ({"type": "user", "user": {"email": "a@x.io"}}, 400),
        ({"type": "user", "user": [], "visitor": {"user_id": "v-1"}}, 400),
        ({"type": "user", "user": {}, "visitor": {"user_id": "v-1"}}, 400),
        ({"type": "user", "user": {"email": "nobody"}, "visitor": {"user_id": "v-1"}}, 400),
        ({"type": "user", "user": {"id": "x"}, "visitor": {"user_id": "v-1"}}, 404),
        ({"type": "user", "user": {"email": "a@x.io"}, "visitor": {"user_id": "nobody"}}, 404),
        ({"type": "lead", "user": {"email": "nobody"}, "visitor": {"user_id": "v-1"}}, 400),
    ],
)
def test_a_conversion_that_makes_no_sense_changes_nothing(body, status, api, visitor):
    [error] = errors(api.post("/visitors/convert", body))

    assert error[0] == status
    assert Person.objects.get().role == Role.VISITOR


def test_nobody_becomes_a_user_who_is_hidden(api, visitor, workspace):
    PersonFactory(workspace=workspace, external_id="7", state=State.ARCHIVED)

    [error] = errors(convert(api, "user", {"user_id": "7"}, {"user_id": "v-1"}))

    assert error[:2] == (409, "conflict")


def test_a_visitor_is_deleted(api, visitor):
    """Answered as they were, and gone; destroyed with everybody else's data in seven days (DEL-05)."""
    before = api.get(f"/visitors/{visitor.public_id}").json()

    answer = api.delete(f"/visitors/{visitor.public_id}")

    visitor.refresh_from_db()
    assert (answer.status_code, answer.json(), visitor.state) == (200, before, State.PENDING_DELETION)
    assert errors(api.get("/visitors?user_id=v-1")) == [(404, "not_found", "Visitor Not Found")]


@pytest.mark.parametrize("whose", ["lead", "nobody", "another"])
def test_nobody_but_a_visitor_of_the_workspace_is_deleted_as_one(whose, api, workspace):
    others = {
        "lead": LeadFactory(workspace=workspace).public_id,
        "nobody": "65a92b7ee1a4176d9ab8b357",
        "another": PersonFactory(workspace=WorkspaceFactory(), role=Role.VISITOR, external_id=None).public_id,
    }

    answer = api.delete(f"/visitors/{others[whose]}")

    assert errors(answer) == [(404, "not_found", "Visitor Not Found")]
    assert not Person.objects.filter(state=State.PENDING_DELETION).exists()
