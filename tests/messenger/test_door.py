"""How a ping comes in: bodies, limits, methods, origins; and that nothing a browser sends breaks the door."""

import gzip
from io import BytesIO
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.attributes.models import Attribute
from apps.people.models import Person
from tests.factories import PersonFactory, attribute

from .conftest import PING, error, refused, user, values

pytestmark = pytest.mark.django_db

SENT = {"app_id": "abc1234", "user_data": {"user_id": "1", "name": "Ann"}}


# ---- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "text/plain;charset=UTF-8", "", "image/png"]
)
def test_json_arrives_under_any_name(workspace, post, content_type):
    """Plain text spares the browser its preflight (api.md §11.5)"""
    assert post(orjson.dumps(SENT), content_type).status_code == 200
    assert user("1").name == "Ann"


def test_a_form_carries_user_data_as_json(workspace, post):
    """api.md §11.5"""
    form = urlencode({"app_id": "abc1234", "user_data": '{"user_id": "1", "name": "Zoë"}', "anonymous_id": "c"})

    response = post(form, "application/x-www-form-urlencoded; charset=UTF-8")

    assert response.status_code == 200
    assert user("1").name == "Zoë"


def test_the_app_id_may_stand_among_the_settings(workspace, post):
    assert post(b'{"user_data": {"app_id": "abc1234", "user_id": "1"}}').status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"7", b"null", b"{", b'"x"', b"\xff\xfe", b'{"app_id": NaN}', b"[" * 60_000, b"\x00"),
        *(b"{}", b'{"app_id": ""}', b'{"app_id": null}', b'{"app_id": 7}', b'{"app_id": ["abc1234"]}'),
        b'{"app_id": "abc1234", "user_data": []}',
        b'{"app_id": "abc1234", "user_data": "{}"}',
        b'{"app_id": "abc1234", "user_data": {"user_id": "1", "files": 1e400}}',
        b'{"app_id": "abc1234", "user_data": {"user_id": "1", "name": "\\ud800", "files": NaN}}',
        b'{"app_id": "abc1234", "user_data": {"user_id": "1", "name": "\\ud800", "deep": ' + b"[" * 2000 + b"}}",
        b'{"app_id": "abc1234", "user_data": {"user_id": "1", "name": "\\ud800',
        b'{"app_id": "abc1234", "user_data": {"user_id": 1' + b"0" * 400 + b"}}",
        '{"app_id": "abc1234", "user_data": {"user_id": "1"}}'.encode("utf-16"),
        '{"app_id": "abc1234", "user_data": {"user_id": "é"}}'.encode("latin-1"),
        gzip.compress(b'{"app_id": "abc1234", "user_data": {"user_id": "1"}}', mtime=0),
        b'[{"app_id": "abc1234", "user_data": {"user_id": "1"}}]',
        b'{"app_id": "abc1234", "anonymous_id": 7}',
        b'{"app_id": "abc1234", "anonymous_id": "a\\u0000"}',
        b'{"app_id": "abc1234", "user_data": {"user_id": [1]}}',
        b'{"app_id": "abc1234", "user_data": {"user_id": true}}',
        b'{"app_id": "abc1234", "user_data": {"user_id": "a\\u0000"}}',
        b'{"app_id": "abc1234", "user_data": {"email": "nonsense"}}',
        b'{"app_id": "abc1234", "user_data": {"user_id": "' + b"x" * 256 + b'"}}',
        b'{"app_id": "abc1234", "anonymous_id": "' + b"x" * 256 + b'"}',
    ],
)
def test_what_is_no_ping_is_refused_and_stores_nothing(workspace, post, body):
    response = post(body)

    assert error(response)[0] == 400
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('"Ann \\ud83d"', "Ann \ufffd"),
        ('"\\uDE00 Ann"', "\ufffd Ann"),
        ('"\\ude00\\ud83d"', "\ufffd\ufffd"),
        ('"\\ud83d\\ud83d\\ude00"', "\ufffd\U0001f600"),
        ('"\\ud83d\\ude00 \\ud83d"', "\U0001f600 \ufffd"),
        ('"\\\\ud83d \\ud83d"', "\\ud83d \ufffd"),
        ('"\\ud83d\\u0041"', "\ufffdA"),
    ],
)
def test_half_an_emoji_is_replaced_and_loses_nothing_else(workspace, post, said, kept):
    """What a page cuts by JavaScript's count of characters may end in half of one (MSG-13)"""
    response = post(f'{{"app_id": "abc1234", "user_data": {{"user_id": "1", "plan": "pro", "name": {said}}}}}'.encode())

    assert response.status_code == 200
    assert (user("1").name, values(user("1"), "plan")) == (kept, {"plan": "pro"})


@pytest.mark.parametrize(
    "data",
    [
        '{"user_id": "1", "no\\ud83dte": "x", "plan": "pro"}',
        '{"user_id": "1", "custom_attributes": {"plan": "pro", "note": "\\ud83d"}}',
        '{"user_id": "1", "plan": "pro", "company": {"company_id": "9", "name": "Acme \\ud83d"}}',
    ],
)
def test_half_an_emoji_loses_nothing_wherever_it_stands(workspace, post, data):
    form = urlencode({"app_id": "abc1234", "user_data": data})

    answers = [
        post(f'{{"app_id": "abc1234", "user_data": {data}}}'.encode()),
        post(form, "application/x-www-form-urlencoded"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert values(user("1"), "plan") == {"plan": "pro"}


@pytest.mark.parametrize(
    "form", [b"\xff=\xff", b"app_id=abc1234&user_data={", b"app_id=abc1234&user_data=[]", b"a=1&" * 5000, b"app_id=%ff"]
)
def test_what_is_no_form_is_refused(workspace, post, form):
    assert error(post(form, "application/x-www-form-urlencoded"))[0] == 400


@pytest.mark.parametrize("app_id", ["nobody", "ABC1234", "a\x00", "x" * 5000, "é"])
def test_an_unknown_app_id_is_not_found(workspace, post, app_id):
    assert error(post(orjson.dumps({"app_id": app_id}))) == (404, "not_found")


def test_a_body_of_64_kb_is_read_and_one_byte_more_is_not(workspace, post):
    start = b'{"app_id": "abc1234", "user_data": {"user_id": "1", "bio": "'
    fits = start + b"x" * (64 * 1024 - len(start) - 3) + b'"}}'

    answers = [post(fits), post(fits + b" ")]

    assert [answer.status_code for answer in answers] == [200, 413]
    assert error(answers[1]) == (413, "parameter_invalid")
    assert len(values(user("1"), "bio")["bio"]) == 255


def in_pieces(client, body):
    """Send a body of which nobody says beforehand how long it is."""
    pieces = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    return client.post(PING, b"", "application/json", **pieces)


def test_a_body_that_comes_in_pieces_is_read(workspace, client):
    assert in_pieces(client, orjson.dumps(SENT)).status_code == 200
    assert user("1").name == "Ann"


def test_too_large_a_body_in_pieces_is_refused_whatever_comes_behind(workspace, client):
    """What is too much is not taken for a ping of its own"""
    body = b" " * (64 * 1024 + 1) + orjson.dumps(SENT)

    assert error(in_pieces(client, body)) == (413, "parameter_invalid")
    assert not Person.objects.exists()


# ---- methods, addresses, origins -------------------------------------------------------------------------------------


def test_both_forms_of_the_address_are_served_without_a_redirect(workspace, client):
    answers = [client.post(path, orjson.dumps(SENT), "application/json") for path in (PING, PING + "/")]

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_other_methods_are_refused(workspace, client, method):
    response = getattr(client, method)(PING)

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert response["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("path", ["/messenger/", "/messenger/web", "/messenger/web/pings", "/messenger/web/ping//"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_addresses_below_the_door_are_not_found_in_json(client, path, method):
    assert error(getattr(client, method)(path, headers={"Accept": "text/html"})) == (404, "not_found")


def test_a_page_of_another_origin_may_read_the_answer(workspace, post):
    response = post(orjson.dumps(SENT), headers={"Origin": "https://app.example.org"})

    assert response["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert response["Access-Control-Allow-Credentials"] == "true"
    assert response["Vary"] == "Origin"


@pytest.mark.parametrize("body", [b"{", b'{"app_id": "nobody"}'])
def test_a_refusal_can_be_read_from_another_origin_as_well(workspace, post, body):
    response = post(body, headers={"Origin": "https://app.example.org"})

    assert response["Access-Control-Allow-Origin"] == "https://app.example.org"


def test_without_an_origin_nobody_is_named(workspace, post):
    response = post(orjson.dumps(SENT))

    assert "Access-Control-Allow-Origin" not in response
    assert response["Vary"] == "Origin"


def test_a_preflight_is_answered(client):
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}

    response = client.options(PING, headers=asked | {"Access-Control-Request-Headers": "content-type"})

    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "https://a.example"
    assert response["Access-Control-Allow-Headers"] == "Content-Type"
    assert response["Access-Control-Allow-Methods"] == "POST, OPTIONS"


def test_a_page_is_not_needed_to_ping(workspace, post):
    """No session, no form token, no cookie: none of the pages' middleware runs"""
    response = post(orjson.dumps(SENT))

    assert not response.cookies
    assert "Content-Security-Policy" not in response


def test_a_fault_of_ours_is_json_and_logged(workspace, post, caplog, django_db_blocker):
    with django_db_blocker.block():
        response = post(orjson.dumps(SENT), headers={"Origin": "https://a.example"})

    assert error(response) == (500, "server_error")
    assert response["Access-Control-Allow-Origin"] == "https://a.example"
    assert "A request to /messenger/web/ping failed" in caplog.messages


# ---- whatever comes --------------------------------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
    | st.sampled_from(["", "null", "undefined", "\x00", "a@x.io", "1", "2026-03-10", "10/03/2026", "x" * 300])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
KNOWN_KEYS = st.sampled_from(
    [
        *("user_id", "email", "name", "phone", "created_at", "avatar", "unsubscribed_from_emails", "language_override"),
        *("company", "companies", "custom_attributes", "user_hash", "intercom_user_jwt", "anonymous_id", "role", "id"),
        *("seats", "plan", "renews_at", "ratio", "vip", "stage", "plan.name", "Email", "last_request_at", "\x00", ""),
    ]
)
COMPANY = st.dictionaries(
    st.sampled_from(["company_id", "id", "name", "plan", "size", "monthly_spend", "created_at", "tier", "user_count"]),
    JSON,
)
USER_DATA = (
    st.dictionaries(
        KNOWN_KEYS | st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
        JSON | COMPANY | st.lists(COMPANY, max_size=3),
        max_size=8,
    )
    | JSON
)


@pytest.fixture
def catalogue(workspace):
    for name, kind in [
        ("seats", "number"),
        ("ratio", "decimal"),
        ("vip", "boolean"),
        ("renews_at", "date"),
        ("plan", "text"),
    ]:
        attribute(workspace, name, kind)
    attribute(workspace, "stage", "list", options=["A", "B"])
    attribute(workspace, "tier", "number", about="company")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(user_data=USER_DATA, beside=st.dictionaries(KNOWN_KEYS, JSON, max_size=3))
def test_no_json_breaks_the_door(workspace, catalogue, post, user_data, beside):
    """MSG-13"""
    response = post(orjson.dumps({"user_data": user_data} | beside | {"app_id": "abc1234"}))

    assert response.status_code in {200, 400, 401, 409}, response.content


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), form=st.booleans())
def test_no_bytes_break_the_door(workspace, post, body, form):
    response = post(body, "application/x-www-form-urlencoded" if form else "text/plain")

    assert response.status_code in {400, 404}, response.content


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40), identified=st.booleans())
def test_any_text_that_can_be_kept_comes_back_as_it_was_sent(workspace, post, text, identified):
    PersonFactory.reset_sequence(force=True)
    body = orjson.dumps({"app_id": "abc1234", "user_data": {"user_id": "1", "note": "-" + text}})

    assert post(body).status_code == 200
    kept = values(user("1"), "note").get("note")
    assert kept == "-" + text if "\x00" not in text else kept != "-" + text


def test_deep_nesting_refuses_that_key_alone(workspace, post):
    """ATT-32"""
    deep = b"[" * 900 + b"]" * 900
    sent = (
        b'{"app_id": "abc1234", "user_data": {"user_id": "1", "name": "Ann", "deep": ' + deep + b', "company": ' + deep
    )

    response = post(sent + b"}}")

    assert response.status_code == 200
    assert user("1").name == "Ann"
    assert refused(user("1"))["deep"] == "nested"


def test_of_a_key_that_is_sent_twice_the_last_value_counts(workspace, post):
    """As in every browser"""
    post(b'{"app_id": "abc1234", "user_data": {"user_id": "1", "name": "Al", "user_id": "2", "name": "Bo"}}')

    assert list(Person.objects.values_list("external_id", "name")) == [("2", "Bo")]


@pytest.mark.parametrize("huge", [b"1" + b"0" * 30, b"-1" + b"0" * 30, b"1e308", b"18446744073709551616"])
def test_a_number_beyond_all_that_is_kept_is_refused_and_the_rest_applies(workspace, post, huge):
    """ATT-32, MSG-13"""
    attribute(workspace, "files", "number")

    response = post(b'{"app_id": "abc1234", "user_data": {"user_id": "1", "name": "Ann", "files": ' + huge + b"}}")

    assert (response.status_code, user("1").name) == (200, "Ann")
    assert (values(user("1"), "files"), refused(user("1"))) == ({"files": None}, {"files": "too_large"})


@pytest.mark.parametrize(
    "form",
    ["app_id=abc1234&user_data=%7B%22user_id%22%3A%221%22%7D&odd=%zz&%=%", "app_id=abc1234&&&=&user_data=%7b%7d"],
)
def test_broken_percent_signs_in_a_form_are_text(workspace, post, form):
    """As in every browser"""
    assert post(form, "application/x-www-form-urlencoded").status_code == 200


def test_more_keys_than_a_body_holds_are_too_large(workspace, post):
    body = orjson.dumps({"app_id": "abc1234", "user_data": {"user_id": "1"} | {f"key{n}": n for n in range(10_000)}})

    assert error(post(body)) == (413, "parameter_invalid")
    assert not Person.objects.exists()


def test_ten_thousand_keys_make_as_many_attributes_as_there_is_room_for(workspace, post, settings):
    """ATT-13: the rest of the ping applies"""
    settings.ATTRIBUTE_LIMIT = 3
    many = {f"{number:x}": 1 for number in range(5000)}

    response = post(orjson.dumps({"app_id": "abc1234", "user_data": {"user_id": "1", "name": "Al"} | many}))

    assert response.status_code == 200
    assert user("1").name == "Al"
    assert Attribute.objects.count() == 3
    assert refused(user("1"))["3"] == "limit"
