"""What a call costs: no more than twelve queries, whatever the number of tags, companies or notes."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.people.models import Person, Role
from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.tags import noting, tagging
from apps.tags.models import Note
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
    visitor = PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None, visitor_id="v-1")
    lead = LeadFactory(workspace=workspace)
    for record in (visitor, lead):
        join(record, company, now=NOW)
        tagging.add(Person, workspace, [record.pk], tag, by=NOBODY, now=NOW)
        noting.add(record, "Call back", by=NOBODY, now=NOW)
    news = keeping.create(workspace, Wording("News", "", "en", ["email"]), "opt_out", by=NOBODY, now=NOW)
    return {
        **{"ann": ann.public_id, "acme": acme.public_id, "tag": str(tag.pk), "company": company.public_id},
        **{"visitor": visitor.public_id, "lead": lead.public_id, "news": str(news.pk)},
        **{"note": str(Note.objects.filter(record_id=ann.pk, about="person")[0].pk)},
        **{"attribute": str(attribute(workspace, "size of boat").pk)},
    }


SUM = {"event_name": "signed-in", "count": 3, "first": 1773154800, "last": 1773154800}
SOUGHT = {"field": "role", "operator": "=", "value": "user"}
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
    ("get", "/events?type=user&user_id=1&summary=true", None),
    ("post", "/events/summaries", {"user_id": "1", "event_summaries": SUM}),
    ("get", "/companies/scroll", None),
    ("post", "/contacts/search", {"query": SOUGHT, "sort": {"field": "name"}}),
    ("post", "/companies", {"company_id": "new", "name": "New"}),
    ("post", "/contacts/{ann}/unarchive", None),
    ("post", "/contacts/{ann}/block", None),
    ("get", "/contacts/{ann}/subscriptions", None),
    ("post", "/contacts/{ann}/subscriptions", {"id": "{news}", "consent_type": "opt_out"}),
    ("delete", "/contacts/{ann}/subscriptions/{news}", None),
    ("post", "/tags", {"name": "New", "users": [{"user_id": "1"}], "companies": [{"company_id": "6"}]}),
    ("delete", "/tags/{tag}", None),
    ("get", "/notes/{note}", None),
    ("get", "/subscription_types", None),
    ("get", "/data_attributes", None),
    ("post", "/data_attributes", {"name": "mood", "model": "contact", "data_type": "string"}),
    ("put", "/data_attributes/{attribute}", {"description": "How they feel"}),
    ("get", "/visitors/{visitor}", None),
    ("put", "/visitors", {"id": "{visitor}", "name": "Vic"}),
    ("delete", "/visitors/{visitor}", None),
    ("post", "/visitors/convert", {"type": "lead", "visitor": {"id": "{visitor}"}, "user": {"email": "v@x.io"}}),
    ("get", "/admins/activity_logs?created_at_after=1700000000", None),
    ("post", "/export/content/data", {"created_at_after": 1773000000, "created_at_before": 1773100000}),
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
    body = body | ({"owner_id": tess.teammate_id} if "owner_id" in body else {})
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version=uuid4(), segments_version=uuid4())

    with CaptureQueriesContext(connection) as asked:
        answer = getattr(api, method)(path.format(**furnished), body)

    assert answer.status_code == 200, answer.content
    questions = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(questions) <= MOST, "\n".join(one.strip()[:120] for one in questions)


def named(said: Any, furnished: dict[str, str]) -> Any:
    """A body with the ids in it."""
    if isinstance(said, dict):
        return {key: named(value, furnished) for key, value in said.items()}
    return said.format(**furnished) if isinstance(said, str) else said


@pytest.mark.parametrize(
    ("method", "path", "body"), CALLS, ids=[f"{verb} {to} {len(sent or {})}" for verb, to, sent in CALLS]
)
def test_a_call_asks_twelve_times_at_most(method, path, body, api, furnished):
    arguments = [named(body, furnished)] if body else []

    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = getattr(api, method)(path.format(**furnished), *arguments)

    assert answer.status_code < 300, answer.content
    questions = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(questions) <= MOST, "\n".join(one.strip()[:120] for one in questions)


MERGES: list[tuple[str, Any]] = [
    ("/contacts/merge", {"from": "{lead}", "into": "{ann}"}),
    ("/visitors/convert", {"type": "user", "visitor": {"id": "{visitor}"}, "user": {"user_id": "1"}}),
]


@pytest.mark.parametrize(("path", "body"), MERGES, ids=[path for path, _ in MERGES])
def test_a_merge_moves_much_for_the_price_of_little(path, body, api, furnished, workspace):
    """IDN-14: it asks every room that keeps something of them, once each, however much that is"""

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            answer = api.post(path, named(body, furnished))
        assert answer.status_code == 200, answer.content
        return len(asked)

    little = cost()
    furnished |= {
        "lead": LeadFactory(workspace=workspace).public_id,
        "visitor": PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None, visitor_id="v-2").public_id,
    }
    for name in ("lead", "visitor"):
        one = Person.objects.get(public_id=furnished[name])
        for number in range(15):
            tag = tagging.find_or_create(workspace, f"tag {number}", by=NOBODY, now=NOW)
            tagging.add(Person, workspace, [one.pk], tag, by=NOBODY, now=NOW)
            noting.add(one, "Call back", by=NOBODY, now=NOW)
            join(one, Company.objects.get(company_id=f"c{number}"), now=NOW)

    assert cost() <= little
