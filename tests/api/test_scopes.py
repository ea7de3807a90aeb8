"""What a token may do is said by its scopes, at every address."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from apps.api.urls import endpoints
from apps.attributes.models import State
from apps.people.models import Person
from apps.workspace.hands import hand_of_teammate
from apps.workspace.models import AccessToken, hashed
from apps.workspace.scopes import Scope
from apps.workspace.tokens import revoke
from tests.api.conftest import Program, errors, value
from tests.factories import NOW, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db

NOWHERE = "65a92b7ee1a4176d9ab8b357"
OPERATIONS = [
    (method, "/" + re.sub(r"<\w+:\w+>", NOWHERE, str(one.pattern)), operation.scope)
    for one in endpoints
    for method, operation in one.callback.operations.items()
]


@pytest.fixture
def holding(workspace: Any, tess: Any) -> Callable[..., Program]:
    """Makes a program whose token holds some scopes."""

    def make(*scopes: Scope) -> Program:
        AccessToken.objects.create(
            workspace=workspace,
            teammate=tess.teammate,
            name="Dashboard",
            token_hash=hashed("its secret"),
            scopes=list(scopes),
            created_at=NOW,
        )
        return Program("its secret")

    return make


def call(program: Program, method: str, path: str) -> Any:
    return getattr(program, method.lower())(path)


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_without_its_scope_a_call_is_forbidden_whatever_else_is_held(method, path, scope, holding):
    """PERM-05, of programs"""
    others = set(Scope) - {scope} - ({Scope.OPERATOR} if scope is Scope.WRITE_PEOPLE else set())

    answer = call(holding(*others), method, path)

    if scope is None:
        assert answer.status_code == 200
    else:
        [(status, code, message)] = errors(answer)
        assert (status, code) == (403, "forbidden")
        assert message.startswith(f"This access token lacks the scope {scope.value} ({scope.label}).")


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_with_its_scope_alone_a_call_gets_in(method, path, scope, holding):
    answer = call(holding(*([scope] if scope else [])), method, path)

    assert answer.status_code not in (401, 403)


def test_too_little_scope_is_said_before_the_body_is_read(holding):
    program = holding(Scope.READ_PEOPLE)

    answer = program.client.post("/contacts", "{", content_type="application/json", headers=program.headers)

    assert errors(answer)[0][:2] == (403, "forbidden")


def test_what_too_little_scope_asked_for_is_not_done(holding, ann):
    program = holding(Scope.READ_PEOPLE)

    program.put(f"/contacts/{ann.public_id}", {"name": "Al"})
    program.delete(f"/contacts/{ann.public_id}")

    assert list(Person.objects.values_list("name", "state")) == [("Ann", State.ACTIVE)]


def test_an_operator_writes_people_and_gives_way(holding, workspace, ann):
    """API-14: its scope alone is enough for that, and for no reading"""
    attribute(workspace, "budget", kind="number")
    program = holding(Scope.OPERATOR)
    body = {"custom_attributes": {"budget": 50}}

    answers = [program.put(f"/contacts/{ann.public_id}", body), program.get(f"/contacts/{ann.public_id}")]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert (value(ann, "budget"), answers[0].json()["skipped"]) == (50, [])


def test_a_revoked_token_opens_nothing_whatever_its_scopes(holding, tess):
    program = holding(*Scope)
    revoke(AccessToken.objects.get(name="Dashboard"), by=hand_of_teammate(tess.teammate), now=NOW)

    answers = [program.get("/me"), program.get("/contacts"), program.post("/contacts", {"email": "b@x.io"})]

    assert [errors(answer) for answer in answers] == [[(401, "unauthorized", "Access Token Invalid")]] * 3


def test_a_token_opens_its_own_workspace_alone(holding, tess, ann):
    """Another workspace's token finds none of our people, though it may do everything there."""
    AccessToken.objects.create(
        workspace=WorkspaceFactory(), teammate=tess.teammate, name="x", token_hash=hashed("another"), created_at=NOW
    )
    program = Program("another")

    answers = [program.get(f"/contacts/{ann.public_id}"), program.delete(f"/contacts/{ann.public_id}")]

    assert [errors(answer) for answer in answers] == [[(404, "not_found", "User Not Found")]] * 2
    assert program.get("/contacts").json()["data"] == []
