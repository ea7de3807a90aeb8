"""A customer's program with a token, as the API meets it."""

from typing import Any

import pytest

from apps.attributes.catalogue import catalogue_of
from apps.attributes.models import Attributed
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.events import recording
from apps.events.recording import Occurrence
from apps.people.models import Person, Role
from apps.subscriptions import choosing, keeping
from apps.subscriptions.keeping import Wording
from apps.tags import noting, tagging
from apps.workspace import clock
from apps.workspace.hands import NOBODY, hand_of_teammate
from apps.workspace.models import AccessToken, Seat, Teammate, Workspace, hashed
from apps.workspace.scopes import Scope, usual
from tests.api.describing import DescribedClient
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory

SECRET = "a-secret-that-was-shown-once"
WORKFLOW_SECRET = "the-secret-of-a-workflow"


class Program:
    """Calls the API as a customer's program does: JSON, and a bearer token."""

    def __init__(self, secret: str | None = SECRET) -> None:
        self.client = DescribedClient(raise_request_exception=True)
        self.headers = {"Accept": "application/json"}
        if secret:
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("put", path, body, headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        if body is None:  # not one byte, and no type of content
            return self.client.generic(method.upper(), path, headers=self.headers | headers)
        call = getattr(self.client, method)
        return call(path, body, content_type="application/json", headers=self.headers | headers)


def errors(response: Any) -> list[tuple[int, str, str]]:
    """(status, code, message) of every error in an answer."""
    body = response.json()
    assert body["type"] == "error.list"
    assert body["request_id"]
    return [(response.status_code, error["code"], error["message"]) for error in body["errors"]]


def value(record: Attributed, key: str) -> Any:
    workspace = Workspace.objects.get(pk=record.workspace_id)
    definition = catalogue_of(workspace, record.about)[key]
    return read(type(record), [record.pk], [definition])[record.pk][key]


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def token(workspace: Workspace, tess: Seat) -> AccessToken:
    return AccessToken.objects.create(
        workspace=workspace, teammate=tess.teammate, name="Nightly sync", token_hash=hashed(SECRET), created_at=NOW
    )


@pytest.fixture
def api(token: AccessToken) -> Program:
    return Program()


@pytest.fixture
def workflow(workspace: Workspace, tess: Seat) -> Program:
    """A program with an operator's token (API-14)."""
    AccessToken.objects.create(
        workspace=workspace,
        teammate=tess.teammate,
        name="Qualifier",
        token_hash=hashed(WORKFLOW_SECRET),
        scopes=[*usual(), Scope.OPERATOR],
        created_at=NOW,
    )
    return Program(WORKFLOW_SECRET)


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="1", email="a@x.io", name="Ann")


@pytest.fixture
def acme(workspace: Workspace) -> Company:
    return CompanyFactory(workspace=workspace, company_id="6")


def company_of(ann: Person) -> Company:
    company = CompanyFactory(workspace=ann.workspace)
    join(ann, company, now=NOW)
    return company


@pytest.fixture
def furnished(workspace, ann) -> dict[str, str]:
    """Ann with one of everything, and the ids of it."""
    company, tag = company_of(ann), tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    for record in (ann, company):
        tagging.add(type(record), workspace, [record.pk], tag, by=NOBODY, now=NOW)
    wording = Wording("News", "Monthly", "en", ["email"])
    news = keeping.create(workspace, wording, "opt_out", by=NOBODY, now=NOW)
    choosing.choose(ann, news, by=NOBODY, now=NOW)
    tess = Teammate.objects.get(seats__workspace=workspace)
    note = noting.add(ann, "Call back", by=hand_of_teammate(tess), now=NOW)
    happened = Occurrence(ann.pk, "read-pricing", clock.now())
    recording.record(workspace, [happened], source=Source.REST, by=NOBODY, now=clock.now())
    visits = {"role": Role.VISITOR, "external_id": None, "visitor_id": "v-1", "last_seen_at": clock.now()}
    PersonFactory(workspace=workspace, **visits)
    Person.objects.filter(pk=ann.pk).update(last_seen_at=clock.now())
    ids = {"ann": ann.public_id, "company": company.public_id, "tag": tag.pk, "note": note.pk, "tess": tess.pk}
    return {name: str(pk) for name, pk in ids.items()}
