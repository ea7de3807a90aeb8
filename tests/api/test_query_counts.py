"""What a call costs: no more than twelve queries, whatever the number of tags, companies or notes."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY
from tests.factories import NOW, CompanyFactory, PersonFactory

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
    assert len(questions) <= MOST, "\n".join(questions)
