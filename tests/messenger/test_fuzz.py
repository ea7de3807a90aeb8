"""Whatever comes to whichever address of the door: a clear answer, never a fault of ours, and what is taken is kept."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.people.models import Person

from .conftest import error

pytestmark = pytest.mark.django_db

# One address of each view: what goes by two names is the same behind them.
ADDRESSES = {
    pattern.callback: "/" + pattern.pattern.regex.pattern.strip("^$").removesuffix("/?")
    for pattern in get_resolver("apps.messenger.urls").url_patterns
    if "app_id" not in pattern.pattern.regex.groupindex  # the script, which is read
}
POSTED_TO = sorted(ADDRESSES.values())
BOUNDED = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Half a surrogate is JSON's, and no text's; numbers go beyond all that a machine counts with.
ODD_TEXT = st.text(max_size=40) | st.sampled_from(["\x00", "\ud800", "a\udfffb", "x" * 300, "%ff", "null", ""])
ODD_NUMBER = st.sampled_from([10**400, -(10**30), 2**63, 2**64, 1e308, -0.0, 5e-324, float("inf"), float("nan")])
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | ODD_NUMBER | ODD_TEXT
ANYTHING = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXT, inner, max_size=3), max_leaves=8
)
FIELDS = st.sampled_from(
    [
        *("app_id", "user_data", "user_hash", "intercom_user_jwt", "anonymous_id", "event_name", "metadata", "email"),
        *("created_at", "page", "utm", "language", "referer", "session", "name", "platform", "device", "company"),
    ]
)
KEYS = st.sampled_from(["user_id", "email", "name", "company", "companies", "avatar", "custom_attributes", "plan"])
USER_DATA = st.dictionaries(KEYS | ODD_TEXT, ANYTHING, max_size=5)
DEVICE = st.dictionaries(st.sampled_from(["model", "os_version", "app_version", "push_enabled"]), ANYTHING, max_size=3)
ENOUGH = {"app_id": "abc1234", "anonymous_id": "cookie-1", "event_name": "read", "platform": "ios"}
# Mostly what would do, so that the odd part of it comes far.
BODY = st.builds(
    lambda user_data, device, odd: ENOUGH | {"user_data": user_data, "device": device} | odd,
    USER_DATA,
    DEVICE,
    st.dictionaries(FIELDS, ANYTHING, max_size=2),
)


def check(response: Any) -> None:
    """Taken, or refused in the documented words: a code, a sentence, and nothing of ours in it."""
    if response.status_code in (200, 202, 204):
        return
    status, _ = error(response)
    assert status in {400, 401, 404, 409, 413}, response.content
    assert not {"Traceback", "psycopg", "django"} & set(response.json()["errors"][0]["message"].split())


def send(client: Client, address: str, body: bytes, content_type: str = "text/plain") -> Any:
    response = client.generic("POST", address, body, content_type)
    check(response)
    return response


@pytest.mark.parametrize("address", POSTED_TO)
def test_no_json_breaks_an_address(workspace, client, address):
    """MSG-13; and whoever was met is in the database"""

    @BOUNDED
    @given(body=BODY)
    def holds(body: dict[str, Any]) -> None:
        response = send(client, address, json.dumps(body).encode())
        if response.status_code == 200:
            assert Person.objects.filter(public_id=response.json()["user"]["id"]).exists()

    holds()


@pytest.mark.parametrize("address", POSTED_TO)
def test_no_bytes_break_an_address(workspace, client, address):
    form = "application/x-www-form-urlencoded"
    kinds = ["text/plain", form, "application/json; charset=utf-16", "multipart/form-data; boundary=x"]

    @BOUNDED
    @given(body=st.binary(max_size=120) | st.text(max_size=60).map(str.encode), kind=st.sampled_from(kinds))
    def holds(body: bytes, kind: str) -> None:
        assert send(client, address, body, kind).status_code in {400, 404}

    holds()


@pytest.mark.parametrize("address", POSTED_TO)
def test_no_form_breaks_an_address(workspace, client, address):
    @BOUNDED
    @given(fields=st.dictionaries(FIELDS, ANYTHING.map(json.dumps) | st.text(max_size=20), max_size=4))
    def holds(fields: dict[str, str]) -> None:
        form = "&".join(f"{name}={quote_plus(said)}" for name, said in ({"app_id": "abc1234"} | fields).items())
        send(client, address, form.encode(), "application/x-www-form-urlencoded")

    holds()
