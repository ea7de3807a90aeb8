"""What a call costs: no more than twelve queries, whatever the number of tags, companies or notes."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, attribute

pytestmark = pytest.mark.django_db
MOST = 12


@pytest.fixture
def furnished(api, ann, acme, workspace) -> dict[str, str]:
    """Ann and Acme with twenty of everything."""
    for number in range(20):
        tag = tagging.find_or_create(workspace, f"tag {number}", by=NOBODY, now=NOW)
        company = CompanyFactory(workspace=workspace, company_id=f"c{number}")
        person = PersonFactory(workspace=workspace)
        for one, other in ((ann, company), (person, acme)):
            join(one, other, now=NOW)
        for record in (ann, acme, company, person):
            tagging.add(type(record), workspace, [record.pk], tag, by=NOBODY, now=NOW)
            noting.add(record, "Call back", by=NOBODY, now=NOW)
    api.get("/me")  # notes that the token is used
    for path in ("/segments", "/contacts", "/companies"):  # reads what is kept in memory
        api.get(path)
    assert (Person.objects.count(), Company.objects.count()) == (21, 21)
    return {"ann": ann.public_id, "acme": acme.public_id, "tag": str(tag.pk), "company": company.public_id}


CALLS: list[tuple[str, str, Any]] = [
    *(("get", path, None) for path in ("/me", "/contacts", "/contacts?per_page=150", "/contacts/{ann}", "/tags")),
    *(("get", f"/contacts/{{ann}}/{what}", None) for what in ("companies", "tags", "notes", "segments")),
    *(("get", path, None) for path in ("/contacts/find_by_external_id/1", "/segments?include_count=true", "/admins")),
    *(("get", path, None) for path in ("/companies", "/companies/{acme}", "/companies?tag_id={tag}")),
    *(("get", f"/companies/{{acme}}/{what}", None) for what in ("contacts", "segments")),
    ("post", "/companies/list", None),
    ("post", "/contacts", {"email": "new@x.io", "name": "New"}),
    ("put", "/contacts/{ann}", {"name": "Ann Lee"}),
    ("post", "/contacts/search", {"query": {"field": "role", "operator": "=", "value": "user"}}),
    ("post", "/contacts/{ann}/archive", None),
    ("post", "/contacts/{ann}/companies", {"id": "{company}"}),
    ("post", "/contacts/{ann}/tags", {"id": "{tag}"}),
    ("post", "/contacts/{ann}/notes", {"body": "Called"}),
    ("delete", "/contacts/{ann}", None),
    ("delete", "/contacts/{ann}/tags/{tag}", None),
    ("delete", "/contacts/{ann}/companies/{company}", None),
    ("put", "/companies/{acme}", {"name": "Blue"}),
    ("post", "/companies", {"company_id": "6", "name": "Blue"}),
    ("delete", "/companies/{acme}", None),
    ("post", "/tags", {"name": "New"}),
    ("post", "/events", {"event_name": "signed-in", "created_at": 1773154800, "user_id": "1"}),
    ("get", "/events?type=user&user_id=1", None),
]


EVERYTHING: dict[str, Any] = {
    **{"name": "Ann Lee", "email": "lee@x.io", "external_id": "7", "phone": "+353871234567", "role": "user"},
    **{"owner_id": "{tess}", "custom_attributes": {"plan": "pro", "score": 5}},
}
WRITES: list[tuple[str, str, Any]] = [
    ("put", "/contacts/{ann}", {"name": "Ann Lee"}),
    ("put", "/contacts/{ann}", EVERYTHING),
    ("put", "/contacts/{lead}", {key: said for key, said in EVERYTHING.items() if key != "owner_id"}),
    ("post", "/contacts", EVERYTHING),
    ("put", "/companies/{acme}", {"name": "Blue", "custom_attributes": {"tier": "A"}}),
    ("post", "/companies", {"company_id": "6", "name": "Blue", "custom_attributes": {"tier": "A"}}),
    ("post", "/companies", {"company_id": "7", "name": "Blue", "custom_attributes": {"tier": "A"}}),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), WRITES, ids=[f"{verb} {to} {len(body)}" for verb, to, body in WRITES]
)
def test_the_first_write_of_a_process_asks_no_oftener(method, path, body, api, furnished, workspace, tess):
    """Nothing is remembered of the workspace's attributes and segments."""
    for about, name, kind in (("person", "plan", "text"), ("person", "score", "number"), ("company", "tier", "text")):
        attribute(workspace, name, about=about, kind=kind)
    furnished |= {"lead": LeadFactory(workspace=workspace).public_id}
    body = body | ({"owner_id": tess.teammate_id} if "owner_id" in body else {})
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version=uuid4(), segments_version=uuid4())

    with CaptureQueriesContext(connection) as asked:
        answer = getattr(api, method)(path.format(**furnished), body)

    assert answer.status_code == 200, answer.content
    questions = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(questions) <= MOST, "\n".join(one.strip()[:120] for one in questions)


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{method} {path}" for method, path, _ in CALLS])
def test_a_call_asks_twelve_times_at_most(method, path, body, api, furnished):
    told = {key: said.format(**furnished) if isinstance(said, str) else said for key, said in (body or {}).items()}
    arguments = [told] if body else []

    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = getattr(api, method)(path.format(**furnished), *arguments)

    assert answer.status_code < 300, answer.content
    questions = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(questions) <= MOST, "\n".join(one.strip()[:120] for one in questions)
