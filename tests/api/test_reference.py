"""The description as it is served: to programs as OpenAPI, to teammates as a page."""

import re

import pytest
from django.test import Client

from apps.api.description.document import document
from apps.api.description.reference import Word, words_of
from apps.workspace.models import Seat
from tests.factories import SeatFactory

pytestmark = pytest.mark.django_db
PAGE = "/apps/abc1234/settings/api-reference/"


@pytest.mark.parametrize("path", ["/openapi.json", "/api/openapi.json"])
@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json"}, {"Authorization": "Bearer wrong"}])
def test_any_tool_may_read_the_document(path, headers, client):
    response = client.get(path, headers=headers)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json() == document()


@pytest.fixture
def page(workspace, client: Client) -> str:
    """What Olaf, who may change nothing, sees."""
    olaf: Seat = SeatFactory(workspace=workspace, role="read_only")
    client.force_login(olaf.teammate)
    return client.get(PAGE).content.decode()


def test_the_page_tells_of_every_call(page):
    told = re.findall(r'<article class="reference-call" id="(?!shape-)(\w+)"', page)

    operations = [operation for methods in document()["paths"].values() for operation in methods.values()]
    assert sorted(told) == sorted(operation["operationId"] for operation in operations)


def test_no_link_of_the_page_leads_nowhere(page):
    places = set(re.findall(r' id="([^"]+)"', page))

    assert {link for link in re.findall(r'href="#([^"]+)"', page) if link not in places} == set()


def test_every_id_of_the_page_is_the_only_one(page):
    places = re.findall(r' id="([^"]+)"', page)

    assert len(places) == len(set(places))


def test_a_call_tells_its_scope_its_version_and_what_goes_in(page):
    article = re.search(r'<article class="reference-call" id="list_merges".*?</article>', page, re.DOTALL)
    assert article
    words = " ".join(re.sub("<[^>]+>", " ", article[0]).split())

    assert words.startswith(
        "List merges GET /contacts/{contact_id}/merge_history The leads that were merged into a user. "
        "Needs the scope Read people . From version 2.16 on. Parameters contact_id string in the path required "
        "per_page integer (1 to 150) in the query"
    )
    assert "Answers 200 merge_history 400, 401, 403, 404, 406, 410, 429, 500, 503" in words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": ["string", "null"]}, "string or null"),
        ({"const": "tag"}, '"tag"'),
        ({"enum": ["asc", "desc", None]}, "one of asc, desc, null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/tag"}}, "array of tag"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "string", "format": "email", "maxLength": 255}, "string (email, at most 255 characters)"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_said_in_words(schema, words):
    assert "".join(word.text for word in words_of(schema)) == words


def test_a_shape_in_words_leads_to_it():
    assert words_of({"$ref": "#/components/schemas/tag"}) == [Word("tag", "tag")]
