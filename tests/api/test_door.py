"""Who gets in, and how everybody else is told."""

import gzip
import re
from datetime import timedelta
from io import BytesIO

import pytest

from apps.api.middleware import is_a_pages
from apps.api.urls import endpoints
from apps.workspace import clock
from tests.api.conftest import Program, errors
from tests.factories import NOW, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer ", "Basic YTpi", "Token x"])
def test_without_a_valid_token_every_call_is_refused(authorization, token):
    """API-01, API-02"""
    program = Program(secret=None)
    if authorization:
        program.headers["Authorization"] = authorization

    response = program.get("/me")

    assert errors(response) == [(401, "unauthorized", "Access Token Invalid")]


def test_a_revoked_token_is_refused(api, token):
    token.revoked_at = NOW
    token.save()

    assert errors(api.get("/me")) == [(401, "unauthorized", "Access Token Invalid")]


def test_the_token_of_somebody_who_left_is_refused(api, tess):
    tess.teammate.is_active = False
    tess.teammate.save()

    assert errors(api.get("/me")) == [(401, "unauthorized", "Access Token Invalid")]


def test_the_use_of_a_token_is_noted_once_a_minute(api, token, settings, django_assert_num_queries):
    api.get("/me")
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None

    with django_assert_num_queries(1):
        api.get("/me")

    settings.CLOCK_OFFSET = "+2m"
    api.get("/me")
    token.refresh_from_db()
    assert token.last_used_at >= first + timedelta(minutes=2)
    assert token.last_used_at <= clock.now()


def test_me_is_the_teammate_whom_the_token_belongs_to(api, tess, workspace):
    answer = api.get("/me").json()

    assert answer == {
        "type": "admin",
        "id": str(tess.teammate_id),
        "email": tess.teammate.email,
        "name": "Tess",
        "email_verified": False,
        "app": {
            "type": "app",
            "id_code": "abc1234",
            "name": "Acme Analytics",
            "created_at": 1773154800,
            "secure": False,
            "identity_verification": False,
            "timezone": "UTC",
            "region": "US",
        },
        "avatar": {"type": "avatar", "image_url": None},
        "has_inbox_seat": False,
    }


@pytest.mark.parametrize("path", ["/me", "/me/", "/api/me", "/api/me/"])
def test_an_endpoint_stands_at_the_root_and_under_api_with_and_without_a_slash(path, api):
    assert api.get(path).status_code == 200


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        (None, "2.14"),
        ("2.11", "2.11"),
        ("2.16", "2.16"),
        ("2.0", "2.11"),
        ("2.10", "2.11"),
        ("Preview", "2.16"),
        ("Unstable", "2.16"),
    ],
)
def test_the_version_that_is_asked_for_answers_or_the_nearest(asked, answers, api):
    headers = {"Intercom-Version": asked} if asked else {}

    response = api.get("/me", **headers)

    assert (response.status_code, response["Intercom-Version"]) == (200, answers)


@pytest.mark.parametrize("asked", ["1.0", "1.4", "2.17", "3", "newest"])
def test_an_unknown_version_is_refused(asked, api):
    response = api.get("/me", **{"Intercom-Version": asked})

    assert errors(response) == [(400, "intercom_version_invalid", "The requested version could not be found")]


def test_the_owner_is_text_from_2_16_on(api, workspace, tess):
    ann = PersonFactory(workspace=workspace, owner=tess.teammate)

    answers = [
        api.get(f"/contacts/{ann.public_id}", **{"Intercom-Version": version}).json()["owner_id"]
        for version in ("2.14", "2.16")
    ]

    assert answers == [tess.teammate_id, str(tess.teammate_id)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/nowhere"),
        ("get", "/api/nowhere"),
        ("get", "/contacts/search"),
        ("put", "/me"),
        ("delete", "/companies"),
        ("patch", "/contacts"),
        ("options", "/contacts"),
        ("trace", "/me"),
        ("post", "/contacts/65a92b7ee1a4176d9ab8b357"),
        ("get", "/export/content"),
        ("get", "/v2/contacts"),
    ],
)
def test_an_unknown_address_or_method_is_a_404_in_json(method, path, api):
    response = api.client.generic(method.upper(), path, headers=api.headers)

    assert (response.status_code, response["Content-Type"]) == (404, "application/json; charset=utf-8")
    assert [code for _, code, _ in errors(response)] == ["not_found"]


@pytest.mark.parametrize(
    ("headers", "content_type"),
    [
        ({"Accept": "text/html,*/*;q=0.8"}, "text/html; charset=utf-8"),
        ({"Accept": "application/json"}, "application/json; charset=utf-8"),
        ({"Accept": "text/html", "Authorization": "Bearer wrong"}, "application/json; charset=utf-8"),
    ],
)
def test_an_unknown_address_is_a_page_to_a_browser_and_json_to_a_program(headers, content_type, client):
    response = client.get("/nowhere", headers=headers)

    assert (response.status_code, response["Content-Type"]) == (404, content_type)


@pytest.mark.parametrize("path", ["/admin/login/", "/static/css/type.css", "/admin/"])
def test_the_products_own_pages_are_never_the_apis(path):
    assert is_a_pages(path)


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[1]", b'"text"', b"1", b"true", b"name=Al", b" ", b"{}{}", b"[" * 5000, b'{"a":' * 5000),
        *(
            b'{"name": NaN}',
            b'{"name": "\xff"}',
            b'{"name": "\\ud800"}',
            b"\xef\xbb\xbf{}",
            '{"name": "Al"}'.encode("utf-16"),
        ),
        gzip.compress(b'{"name": "Al"}', mtime=0),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body, api):
    response = api.client.post("/contacts", body, content_type="application/json", headers=api.headers)

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]


def test_a_body_that_is_too_large_is_refused(api):
    response = api.post("/contacts", {"email": "a@x.io", "name": "x" * 1024 * 1024})

    assert [error[:2] for error in errors(response)] == [(413, "client_error")]


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
def test_a_post_without_a_body_is_an_empty_object(headers, api):
    response = api.post("/companies", None, **headers)

    assert [error[:2] for error in errors(response)] == [(400, "parameter_missing")]


def sent_in_pieces(api: Program, path: str, body: bytes) -> object:
    """Without a length, as granian hands on `Transfer-Encoding: chunked`."""
    pieces = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True}
    return api.client.generic("POST", path, headers=api.headers, **pieces)


def test_a_body_that_is_sent_in_pieces_is_read(api):
    response = sent_in_pieces(api, "/companies", b'{"company_id": "6", "name": "Acme"}')

    assert (response.status_code, response.json()["name"]) == (200, "Acme")


def test_a_body_that_is_sent_in_pieces_is_not_read_without_end(api):
    response = sent_in_pieces(api, "/companies", b" " * 1024 * 1024 + b"{}")

    assert [error[:2] for error in errors(response)] == [(413, "client_error")]


@pytest.mark.parametrize("contact_id", ["1", "%00", "%FF", "65A92B7EE1A4176D9AB8B357", "a" * 5000])
def test_what_is_no_id_is_nobodys(contact_id, api):
    assert errors(api.get(f"/contacts/{contact_id}")) == [(404, "not_found", "User Not Found")]


def test_who_does_not_take_json_is_told_so(api):
    response = api.get("/me", Accept="text/csv")

    assert [error[:2] for error in errors(response)] == [(406, "media_type_not_acceptable")]


def test_a_fault_of_ours_is_said_in_json(api, monkeypatch, caplog):
    """The table of the endpoint is taken away: nothing else makes a sound endpoint fail."""
    from django.db import connection

    api.client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE attributes_attribute RENAME TO gone")

    response = api.get("/data_attributes")

    assert response.status_code == 500
    assert response.json()["errors"][0]["code"] == "server_error"
    assert "Internal Server Error: /data_attributes" in caplog.text


def test_the_api_sets_no_cookie_and_no_page_headers(api):
    response = api.get("/me")

    assert not response.cookies
    assert "Content-Security-Policy" not in response


def test_another_workspaces_people_and_attributes_are_not_there(api):
    other = PersonFactory(workspace=WorkspaceFactory())

    assert errors(api.get(f"/contacts/{other.public_id}")) == [(404, "not_found", "User Not Found")]
    assert errors(api.put(f"/contacts/{other.public_id}", {"name": "Al"})) == [(404, "not_found", "User Not Found")]
    assert errors(api.delete(f"/contacts/{other.public_id}")) == [(404, "not_found", "User Not Found")]


# ---- every address ---------------------------------------------------------------------------------------------------

HEX, DIGITS = "65a92b7ee1a4176d9ab8b357", "999999"
ADDRESSES_SERVED = [
    (method, "/" + re.sub(r"<\w+:(\w+)>", lambda m: HEX if m[1] in ("contact_id", "company_id") else DIGITS, path))
    for path, method in ((str(one.pattern), method) for one in endpoints for method in one.callback.operations)
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES_SERVED)
def test_every_address_needs_a_token(method, path, token):
    """API-01"""
    answer = getattr(Program(secret=None), method.lower())(path)

    assert errors(answer) == [(401, "unauthorized", "Access Token Invalid")]


BODIES = [None, {}, {"id": {}, "name": [], "type": 1, "user_id": [], "query": 5, "from": [], "into": {}}]
BODIES += [{"id": "\x00", "name": "\x00", "email": "\x00", "user_id": "\x00", "body": "\x00", "event_name": "\x00"}]
BODIES += [{"id": "\U0010ffff" * 300, "body": 1e308, "users": [[]], "companies": [None], "visitor": 1, "user": 2}]


@pytest.mark.parametrize(("method", "path"), ADDRESSES_SERVED)
def test_no_address_breaks_whatever_it_is_sent(method, path, api):
    """API-02: a fault of the caller is said as one"""
    query = "?page=x&per_page=%00&tag_id=%ff&segment_id=[&starting_after=%00&user_id=%00&type=user&cursor=%c3"
    if method in ("GET", "DELETE"):
        answers = [getattr(api, method.lower())(path + asked) for asked in ("", "?", query)]
    else:
        answers = [getattr(api, method.lower())(path, body) for body in BODIES]

    assert [answer.status_code for answer in answers if not answer.status_code < 500] == []
    for answer in answers:
        if answer.status_code >= 400:
            errors(answer)


@pytest.mark.parametrize("path", ["/me/", "/contacts/", "/tags/", "/admins/", "/segments/", "/companies/scroll/"])
def test_a_slash_at_the_end_is_no_other_address(path, api):
    assert api.get(path).status_code == 200
